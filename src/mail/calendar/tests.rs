use jiff::SignedDuration;
use proptest::prelude::*;
use rstest::rstest;
use uuid::Uuid;

use super::*;

fn mailbox(text: &str) -> Mailbox {
    Mailbox::parse(text).unwrap()
}

fn ics(start: &str, zone: &str, attendee: &Mailbox, words: &str) -> String {
    let start: Timestamp = start.parse().unwrap();
    Request {
        interview: InterviewId::new(Uuid::from_u128(7)),
        sequence: 3,
        stamp: "2031-04-01T08:00:00Z".parse().unwrap(),
        start,
        end: start + SignedDuration::from_mins(45),
        zone: &Zone::parse(zone).unwrap(),
        organizer: &mailbox("Acme Recruiting <jobs@acme.example>"),
        attendee,
        summary: words,
        description: words,
        link: "https://interviews.acme.example/interview/?session_key=00000000000040008000000000000000",
    }
    .to_ics()
}

#[rstest]
#[case("2031-05-06T12:30:00Z", "Europe/Berlin", "20310506T143000")]
#[case("2031-12-06T12:30:00Z", "Europe/Berlin", "20311206T133000")]
#[case("2031-05-06T12:30:00Z", "America/New_York", "20310506T083000")]
#[case("2031-05-06T12:30:00Z", "Asia/Kolkata", "20310506T180000")]
#[case("2031-05-06T12:30:00Z", "Asia/Tokyo", "20310506T213000")]
#[case("2031-01-06T12:30:00Z", "Australia/Lord_Howe", "20310106T233000")]
#[case("2031-07-06T12:30:00Z", "America/Santiago", "20310706T083000")]
#[case("2031-07-06T12:30:00Z", "Europe/Dublin", "20310706T133000")]
#[case("2031-07-06T12:30:00Z", "America/St_Johns", "20310706T100000")]
#[case("2031-07-06T12:30:00Z", "Asia/Kathmandu", "20310706T181500")]
// The hour before and after the clock changes, and the hour that occurs twice.
#[case("2031-03-30T00:59:00Z", "Europe/Berlin", "20310330T015900")]
#[case("2031-03-30T01:00:00Z", "Europe/Berlin", "20310330T030000")]
#[case("2031-10-25T23:30:00Z", "Europe/Berlin", "20311026T013000")]
#[case("2031-10-26T00:30:00Z", "Europe/Berlin", "20311026T003000Z")]
#[case("2031-10-26T01:30:00Z", "Europe/Berlin", "20311026T013000Z")]
#[case("2031-05-06T12:30:00Z", "UTC", "20310506T123000Z")]
fn incident_30_the_calendar_shows_the_instant_in_every_zone(
    #[case] start: &str,
    #[case] zone: &str,
    #[case] wall: &str,
) {
    let ics = ics(start, zone, &mailbox("Ada Lovelace <ada@example.org>"), "x");
    let instant: Timestamp = start.parse().unwrap();
    let event = read(&ics).unwrap();
    assert_eq!(
        (event.start, event.end),
        (instant, instant + SignedDuration::from_mins(45)),
        "{ics}"
    );
    let dtstart = ics
        .lines()
        .find(|line| line.starts_with("DTSTART") && line.ends_with(wall));
    assert!(dtstart.is_some(), "{ics}");
    assert_eq!(ics.contains("BEGIN:VTIMEZONE"), !wall.ends_with('Z'));
}

#[test]
fn a_request_holds_everything_a_calendar_needs() {
    insta::assert_snapshot!(
        ics(
            "2031-05-06T12:30:00Z",
            "Europe/Berlin",
            &mailbox("\"Hopper, Grace; \u{c9}milie\" <grace@example.org>"),
            "one; two, three\\\nfour"
        )
        .replace("\r\n", "\n")
    );
}

proptest! {
    #[test]
    fn no_text_from_outside_adds_a_line_or_breaks_a_character(name in "\\PC{0,80}|[\"\\r\\n;:^,=\\\\]{0,20}", words in any::<String>()) {
        let attendee = Mailbox { name: Some(name), address: mailbox("ada@example.org").address };
        let hostile = ics("2031-05-06T12:30:00Z", "Europe/Berlin", &attendee, &words);
        for line in hostile.split("\r\n") {
            prop_assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{line:?}");
        }
        let event = read(&hostile).unwrap();
        prop_assert_eq!(event.attendees, vec!["mailto:ada@example.org".to_owned()]);
        prop_assert!(event.url.ends_with("session_key=00000000000040008000000000000000"));
        prop_assert_eq!(event.location, event.url);
        let names = |ics: &str| {
            let lines = ics.split("\r\n").filter(|line| !line.starts_with(' '));
            lines.filter_map(|line| line.split([':', ';']).next().map(str::to_owned)).collect::<Vec<_>>()
        };
        let plain = ics("2031-05-06T12:30:00Z", "Europe/Berlin", &mailbox("Ada <ada@example.org>"), "x");
        prop_assert_eq!(names(&hostile), names(&plain));
    }
}
