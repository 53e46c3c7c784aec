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
    fn every_finding_lies_in_one_stretch_and_the_most_urgent_come_first(
        code in 0..17_usize,
        least in 0..=100_u8,
        seconds in -100_000..2_000_000_i64,
    ) {
        let code = Code::ALL[code];
        let least = Severity::parse(&least.to_string()).unwrap();
        let now: Timestamp = "2031-05-05T08:00:00Z".parse().unwrap();
        let start = now + SignedDuration::from_secs(seconds);
        let severity = Severity::of(code, Nearness::Minutes(start.duration_since(now).as_mins()));
        let stretches = stretches(|_| true, least, true, now);
        let there: Vec<_> = stretches
            .iter()
            .filter(|stretch| stretch.codes.contains(code))
            .filter(|stretch| match stretch.span {
                Span::Starts { after, until } => {
                    after.is_none_or(|after| start > after) && until.is_none_or(|until| start <= until)
                }
                _ => false,
            })
            .map(|stretch| stretch.severity)
            .collect();
        let expected = if severity >= least { vec![severity] } else { Vec::new() };
        prop_assert_eq!(there, expected);
        prop_assert!(stretches.is_sorted_by(|one, other| one.severity >= other.severity));
    }
}
