use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use rstest::rstest;

use super::*;

#[test]
fn names_and_bits_are_each_codes_own() {
    let mut bits = 0;
    for code in Code::ALL {
        assert_eq!(Code::named(code.name()), Some(code));
        assert_eq!(
            Code::named(&code.name().to_lowercase().replace('-', "_")),
            Some(code)
        );
        assert_eq!(bits & code.bit(), 0, "{code:?}");
        bits |= code.bit();
    }
    assert_eq!(bits.count_ones(), 17);
}

#[rstest]
#[case("critical", Some("critical"))]
#[case("HIGH", Some("high"))]
#[case("44", Some("medium"))]
#[case("0", Some("low"))]
#[case("100", Some("critical"))]
#[case("101", None)]
#[case("-1", None)]
#[case("dire", None)]
#[case("", None)]
fn a_severity_is_read_as_a_word_or_a_number(#[case] text: &str, #[case] word: Option<&str>) {
    assert_eq!(Severity::parse(text).map(Severity::word), word);
}

proptest! {
    #[test]
    fn severity_never_falls_as_the_start_comes_nearer(code in 0..17_usize, a in -1000..100_000_i64, b in -1000..100_000_i64) {
        let code = Code::ALL[code];
        let (near, far) = (a.min(b), a.max(b));
        let of = |minutes| Severity::of(code, Nearness::Minutes(minutes));
        prop_assert!(of(near) >= of(far));
        prop_assert!(of(far) >= Severity::of(code, Nearness::Over));
        prop_assert!(of(near).number() <= 100 && of(near).number() >= 1);
    }

    #[test]
    fn the_reach_of_a_severity_is_where_it_begins(code in 0..17_usize, least in 0..=100_u8, minutes in -1000..100_000_i64) {
        let code = Code::ALL[code];
        let least = Severity::parse(&least.to_string()).unwrap();
        let now: Timestamp = "2031-05-05T08:00:00Z".parse().unwrap();
        let start = now + SignedDuration::from_mins(minutes);
        let nearness = Nearness::Minutes(minutes);
        let inside = match Reach::of(code, least) {
            Reach::Nobody => false,
            Reach::Within(distance) => start <= now + distance,
            Reach::Everybody => true,
        };
        prop_assert_eq!(inside, Severity::of(code, nearness) >= least);
    }
}
