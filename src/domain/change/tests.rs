use std::time::Duration;

use jiff::SignedDuration;
use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::domain::draft::{Defaults, Draft};
use crate::domain::ids::InterviewId;
use crate::domain::interview::Recruiter;
use crate::domain::when::{InterviewDuration, Zone};

const WINDOW: AccessWindow = AccessWindow {
    opens_before: Duration::from_mins(15),
    closes_after: Duration::from_hours(2),
};

fn at(text: &str) -> Timestamp {
    format!("2031-05-05T{text}Z").parse().unwrap()
}

/// 12:00 to 13:00 UTC: the link works from 11:45 until 15:00.
fn interview(status: Status) -> Interview {
    let defaults = Defaults {
        zone: Some(Zone::utc()),
        duration: InterviewDuration::from_minutes(60).unwrap(),
        company: None,
        recruiter: Recruiter::default(),
    };
    let draft = Draft {
        candidate: "Ada".to_owned(),
        email: "ada@c.example".to_owned(),
        role: "Engineer".to_owned(),
        at: "2031-05-05 12:00".to_owned(),
        ..Draft::default()
    };
    let details = draft.check(&defaults, at("08:00:00")).unwrap();
    let id = InterviewId::new(uuid::Uuid::from_u128(1));
    Interview {
        status,
        ..Interview::new(id, details, at("08:00:00"))
    }
}

#[rstest]
#[case(Status::Scheduled, Ending::Cancelled, None)]
#[case(Status::Scheduled, Ending::Completed, None)]
#[case(Status::Scheduled, Ending::NoShow, None)]
#[case(
    Status::Completed,
    Ending::Cancelled,
    Some("is completed, so it can't become cancelled")
)]
#[case(Status::Completed, Ending::Completed, Some("is completed already"))]
#[case(Status::Completed, Ending::NoShow, None)]
#[case(Status::Cancelled, Ending::Cancelled, Some("is cancelled already"))]
#[case(
    Status::Cancelled,
    Ending::Completed,
    Some("is cancelled, so it can't become completed")
)]
#[case(
    Status::Cancelled,
    Ending::NoShow,
    Some("is cancelled, so it can't become a no-show")
)]
#[case(
    Status::NoShow,
    Ending::Cancelled,
    Some("is a no-show, so it can't become cancelled")
)]
#[case(Status::NoShow, Ending::Completed, None)]
#[case(Status::NoShow, Ending::NoShow, Some("is a no-show already"))]
fn every_status_and_every_ending(
    #[case] from: Status,
    #[case] ending: Ending,
    #[case] refusal: Option<&str>,
) {
    let (before, now) = (interview(from), at("14:00:00"));
    match (before.ended(ending, &WINDOW, now), refusal) {
        (Ok(after), None) => {
            let sequence = u32::from(ending == Ending::Cancelled);
            let expected = Interview {
                status: ending.status(),
                sequence,
                updated_at: now,
                ..before
            };
            assert_eq!(after, expected, "nothing else has changed");
        }
        (Err(error), Some(refusal)) => {
            let error = error.to_string();
            assert!(
                error.starts_with("status: ") && error.contains(refusal),
                "{error}"
            );
        }
        (other, _) => panic!("{other:?}"),
    }
}

#[rstest]
#[case(Ending::Cancelled, "08:00:00", true)]
#[case(Ending::Completed, "11:44:59", false)]
#[case(Ending::Completed, "11:45:00", true)]
#[case(Ending::NoShow, "11:59:59", false)]
#[case(Ending::NoShow, "12:00:00", true)]
fn what_has_not_begun_was_neither_held_nor_missed(
    #[case] ending: Ending,
    #[case] now: &str,
    #[case] may: bool,
) {
    let scheduled = interview(Status::Scheduled);
    let ended = scheduled.ended(ending, &WINDOW, at(now));
    assert_eq!(ended.is_ok(), may, "{ended:?}");
    let timeless = Interview {
        starts_at: None,
        ..scheduled
    };
    assert!(
        timeless.ended(ending, &WINDOW, at(now)).is_ok(),
        "who was never given a time is believed"
    );
}

#[rstest]
#[case::open_now("09:00:00", Some("09:00:00"), None, "09:00:00", "15:00:00")]
#[case::open_already("12:30:00", Some("12:30:00"), None, "11:45:00", "15:00:00")]
#[case::open_later_is_no_wish("09:00:00", Some("11:50:00"), None, "11:45:00", "15:00:00")]
#[case::longer("12:30:00", None, Some("16:00:00"), "11:45:00", "16:00:00")]
#[case::never_shorter("12:30:00", None, Some("13:30:00"), "11:45:00", "15:00:00")]
#[case::after_it_closed("18:00:00", None, Some("19:00:00"), "11:45:00", "19:00:00")]
#[case::both("09:00:00", Some("09:00:00"), Some("20:00:00"), "09:00:00", "20:00:00")]
fn a_window_grows(
    #[case] now: &str,
    #[case] opens: Option<&str>,
    #[case] closes: Option<&str>,
    #[case] works_from: &str,
    #[case] works_until: &str,
) {
    let wish = Extension {
        opens: opens.map(at),
        closes: closes.map(at),
    };
    let before = interview(Status::Scheduled);
    let after = before.extended(wish, &WINDOW, at(now)).unwrap();
    assert_eq!(WINDOW.of(&after), Some((at(works_from), at(works_until))));
    let grew = WINDOW.of(&after) != WINDOW.of(&before);
    assert_eq!(
        after.updated_at == at(now),
        grew,
        "a fulfilled wish changes nothing"
    );
}

#[rstest]
#[case(
    Status::Scheduled,
    "12:00:00",
    None,
    Some("12:00:00"),
    "that has passed"
)]
#[case(
    Status::Scheduled,
    "15:00:00",
    Some("15:00:00"),
    None,
    "the link closed 15:00"
)]
#[case(
    Status::Completed,
    "12:00:00",
    None,
    Some("18:00:00"),
    "status: the interview is completed"
)]
#[case(
    Status::Cancelled,
    "12:00:00",
    None,
    Some("18:00:00"),
    "status: the interview is cancelled"
)]
#[case(
    Status::NoShow,
    "12:00:00",
    Some("12:00:00"),
    None,
    "status: the interview is a no-show"
)]
fn a_link_that_would_stay_closed_is_refused(
    #[case] status: Status,
    #[case] now: &str,
    #[case] opens: Option<&str>,
    #[case] closes: Option<&str>,
    #[case] refusal: &str,
) {
    let wish = Extension {
        opens: opens.map(at),
        closes: closes.map(at),
    };
    let error = interview(status)
        .extended(wish, &WINDOW, at(now))
        .unwrap_err();
    assert!(error.to_string().contains(refusal), "{error}");
    let timeless = Interview {
        starts_at: None,
        ..interview(Status::Scheduled)
    };
    let refused = timeless.extended(wish, &WINDOW, at(now));
    assert_eq!(refused, Err(NotChangeable::NoStart));
}

#[test]
fn only_a_live_link_is_revoked() {
    assert_eq!(revocable(SessionCondition::Live), Ok(()));
    assert_eq!(
        revocable(SessionCondition::None),
        Err(NotChangeable::NoLink)
    );
    assert_eq!(
        revocable(SessionCondition::Revoked),
        Err(NotChangeable::AlreadyRevoked)
    );
}

#[test]
fn another_start_ends_the_extension_and_who_joined_stays_only_where_it_is_open() {
    let (noon, later) = (at("12:00:00"), at("12:05:00"));
    let joined = Interview {
        opens_at: Some(at("09:00:00")),
        closes_at: Some(at("20:00:00")),
        joined_at: Some(noon),
        admitted_at: Some(noon),
        ..interview(Status::Scheduled)
    };
    let moved = |text: &str| {
        let defaults = Defaults {
            zone: Some(Zone::utc()),
            duration: joined.duration,
            company: None,
            recruiter: Recruiter::default(),
        };
        let draft = Draft {
            at: text.to_owned(),
            ..Draft::of(&joined)
        };
        let details = draft.check(&defaults, later).unwrap();
        joined.changed_to(details, &WINDOW, later)
    };
    let quarter = moved("2031-05-05 12:15");
    assert_eq!((quarter.opens_at, quarter.closes_at), (None, None));
    assert_eq!(
        (quarter.joined_at, quarter.admitted_at),
        (Some(noon), Some(noon))
    );
    let tomorrow = moved("2031-05-06 12:00");
    assert_eq!((tomorrow.joined_at, tomorrow.admitted_at), (None, None));
}

proptest! {
    #[test]
    fn no_wish_ever_narrows_a_window(
        now in -100_000..100_000_i64,
        opens in prop::option::of(-200_000..200_000_i64),
        closes in prop::option::of(-200_000..200_000_i64),
    ) {
        let from_noon = |seconds| at("12:00:00") + SignedDuration::from_secs(seconds);
        let before = interview(Status::Scheduled);
        let wish = Extension { opens: opens.map(from_noon), closes: closes.map(from_noon) };
        if let Ok(after) = before.extended(wish, &WINDOW, from_noon(now)) {
            let (was, is) = (WINDOW.of(&before).unwrap(), WINDOW.of(&after).unwrap());
            prop_assert!(is.0 <= was.0 && is.1 >= was.1 && !WINDOW.has_closed(&after, from_noon(now)));
            prop_assert!(wish.opens.is_none_or(|opens| is.0 <= opens));
            prop_assert!(wish.closes.is_none_or(|closes| is.1 >= closes));
        }
    }
}

#[rstest]
#[case(" the role was filled ", Some("the role was filled"))]
#[case("", Some(""))]
#[case("two\nlines", None)]
#[case("\u{202E}backwards", None)]
#[case("\u{1B}[2J", None)]
fn a_reason_is_one_line_that_can_be_seen(#[case] text: &str, #[case] kept: Option<&str>) {
    assert_eq!(reason(text).ok(), kept);
    assert!(reason(&"x".repeat(301)).is_err());
}
