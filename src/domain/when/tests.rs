//! Reading and showing, by example and by property.

use jiff::Timestamp;
use jiff::civil::DateTime;
use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn zone(name: &str) -> Zone {
    Zone::parse(name).unwrap()
}

/// Sunday 4 May 2031, 10:00 in London.
const NOW: &str = "2031-05-04T09:00:00Z";

fn read_in(name: &str, now: &str, text: &str) -> Result<Timestamp, Unreadable> {
    let theirs = zone("America/New_York");
    read(text, at(now), &zone(name), Some(&theirs), None).map(|reading| reading.instant)
}

fn spellings(error: &Unreadable) -> Vec<String> {
    let choices = error.choices().into_iter();
    choices.map(|one| one.spelling).collect()
}

#[rstest]
#[case("2031-05-06 14:30", "2031-05-06T13:30:00Z")]
#[case("2031-05-06T14:30+02:00", "2031-05-06T12:30:00Z")]
#[case("2031-05-06T14:30Z", "2031-05-06T14:30:00Z")]
#[case("2031-05-06T14:30:00+01:00[Europe/London]", "2031-05-06T13:30:00Z")]
#[case("2031-05-06T14:30[Asia/Tokyo]", "2031-05-06T05:30:00Z")]
#[case("2031-05-06T14:30-0500", "2031-05-06T19:30:00Z")]
#[case("2031-05-06 14:30 +05:30", "2031-05-06T09:00:00Z")]
#[case("2031-05-06 3pm", "2031-05-06T14:00:00Z")]
#[case("14:30", "2031-05-04T13:30:00Z")]
#[case("3pm", "2031-05-04T14:00:00Z")]
#[case("3:30 PM", "2031-05-04T14:30:00Z")]
#[case("noon", "2031-05-04T11:00:00Z")]
#[case("9:00", "2031-05-05T08:00:00Z")]
#[case("3:00", "2031-05-05T02:00:00Z")]
#[case("12am", "2031-05-04T23:00:00Z")]
#[case("12pm", "2031-05-04T11:00:00Z")]
#[case("today 15:00", "2031-05-04T14:00:00Z")]
#[case("tomorrow at 3pm", "2031-05-05T14:00:00Z")]
#[case("tomorrow at 15", "2031-05-05T14:00:00Z")]
#[case("tue 15:00", "2031-05-06T14:00:00Z")]
#[case("tuesday 3pm", "2031-05-06T14:00:00Z")]
#[case("Friday, 10am", "2031-05-09T09:00:00Z")]
#[case("sun 9:00", "2031-05-11T08:00:00Z")]
#[case("this sunday 11:00", "2031-05-04T10:00:00Z")]
#[case("next sunday 11:00", "2031-05-11T10:00:00Z")]
#[case("in 2 days 16:00", "2031-05-06T15:00:00Z")]
#[case("in a week at noon", "2031-05-11T11:00:00Z")]
#[case("in 2 weeks 9am", "2031-05-18T08:00:00Z")]
#[case("in 3 hours", "2031-05-04T12:00:00Z")]
#[case("in 1h30m", "2031-05-04T10:30:00Z")]
#[case("in 90 minutes", "2031-05-04T10:30:00Z")]
#[case("in 1 hour 30 minutes", "2031-05-04T10:30:00Z")]
#[case("in 1 hour", "2031-05-04T10:00:00Z")]
#[case("2031/5/6 14:30", "2031-05-06T13:30:00Z")]
#[case("in an hour", "2031-05-04T10:00:00Z")]
#[case("6 may 14:30", "2031-05-06T13:30:00Z")]
#[case("6 May 2031 2:30pm", "2031-05-06T13:30:00Z")]
#[case("may 6 3pm", "2031-05-06T14:00:00Z")]
#[case("Tue 6 May 2031, 14:30", "2031-05-06T13:30:00Z")]
#[case("at 14:30 on 6th may", "2031-05-06T13:30:00Z")]
#[case("1 march 14:30", "2032-03-01T14:30:00Z")]
#[case("29 feb 9:00", "2032-02-29T09:00:00Z")]
#[case("13/5/2031 15:00", "2031-05-13T14:00:00Z")]
#[case("5/13/2031 15:00", "2031-05-13T14:00:00Z")]
#[case("tue 7/8 15:00 utc", "2031-07-08T15:00:00Z")]
#[case("3pm theirs", "2031-05-04T19:00:00Z")]
#[case("tue 15:00 theirs", "2031-05-06T19:00:00Z")]
#[case("3pm Asia/Tokyo", "2031-05-05T06:00:00Z")]
#[case("6 may 3pm utc", "2031-05-06T15:00:00Z")]
#[case("6 may 15:00 GMT", "2031-05-06T15:00:00Z")]
fn each_form_of_when_is_understood(#[case] text: &str, #[case] meant: &str) {
    assert_eq!(read_in("Europe/London", NOW, text), Ok(at(meant)));
}

#[rstest]
#[case("sun 15:00", &["2031-05-04 15:00 Europe/London", "2031-05-11 15:00 Europe/London"])]
#[case("next friday 10:00", &["2031-05-09 10:00 Europe/London", "2031-05-16 10:00 Europe/London"])]
#[case("7/8/2031 15:00", &["2031-08-07 15:00 Europe/London", "2031-07-08 15:00 Europe/London"])]
#[case("tomorrow at 3", &["2031-05-05 15:00 Europe/London", "2031-05-05 03:00 Europe/London"])]
#[case("6 may 15:00 IST", &[
    "2031-05-06 15:00 Asia/Kolkata",
    "2031-05-06 15:00 Asia/Jerusalem",
    "2031-05-06 15:00 Europe/Dublin",
])]
#[case("6 may 15:00 CST", &[
    "2031-05-06 15:00 America/Chicago",
    "2031-05-06 15:00 Asia/Shanghai",
    "2031-05-06 15:00 America/Havana",
])]
#[case("6 may 15:00 BST", &["2031-05-06 15:00 Europe/London", "2031-05-06 15:00 Asia/Dhaka"])]
fn what_has_several_readings_comes_back_with_all(#[case] text: &str, #[case] choices: &[&str]) {
    let error = read_in("Europe/London", NOW, text).unwrap_err();
    assert_eq!(spellings(&error), choices);
    assert!(error.to_string().contains(choices[0]), "{error}");
}

#[test]
fn readings_on_different_clocks_name_them() {
    let error = read_in("Europe/London", NOW, "6 may 15:00 IST").unwrap_err();
    let meanings: Vec<String> = error.choices().into_iter().map(|one| one.meaning).collect();
    assert_eq!(
        meanings,
        [
            "Tuesday 6 May 2031 15:00 IST (Asia/Kolkata)",
            "Tuesday 6 May 2031 15:00 IDT (Asia/Jerusalem)",
            "Tuesday 6 May 2031 15:00 IST (Europe/Dublin)",
        ]
    );
}

#[rstest]
#[case("sun 15:00", Some("can be read in more than one way"))]
#[case(
    "2031-10-26 01:30",
    Some("Sunday 26 October 2031 01:30 occurs twice in Europe/London")
)]
#[case(
    "2032-03-28 01:30",
    Some(
        "Sunday 28 March 2032 01:30 does not exist in Europe/London: the clocks go from 01:00 straight to 02:00"
    )
)]
#[case("soon", None)]
fn where_choices_are_offered_the_question_does_not_list_them(
    #[case] text: &str,
    #[case] question: Option<&str>,
) {
    let error = read_in("Europe/London", NOW, text).unwrap_err();
    assert_eq!(error.question().as_deref(), question);
}

#[rstest]
#[case("", "say when")]
#[case("   ", "say when")]
#[case("soon", "not understood")]
#[case("tomorrow", "needs a time of day")]
#[case("2031-05-06", "needs a time of day")]
#[case("tue", "needs a time of day")]
#[case("25:00", "not understood")]
#[case("24:00", "not understood")]
#[case("14:60", "not understood")]
#[case("13pm", "not understood")]
#[case("0pm", "not understood")]
#[case("15:00 16:00", "not understood")]
#[case("today tomorrow 15:00", "not understood")]
#[case("99999-01-01 15:00", "not understood")]
#[case("in 99999999999 days 15:00", "not understood")]
#[case("in 4000000000 days 15:00", "too far")]
#[case("in 99999999999 hours", "too far")]
#[case("in 18446744073709551615 hours", "not understood")]
#[case("9999-12-31 23:59 Pacific/Honolulu", "too far")]
#[case("in 3 hours 15:00", "not understood")]
#[case("31 apr 15:00", "no such day")]
#[case("2031-02-29 15:00", "no such day")]
#[case("13/13/2031 15:00", "no such day")]
#[case("Mon 6 May 2031 14:30", "it is Tuesday 6 May 2031")]
#[case("tomorrow midnight", "belongs to two days")]
#[case("3pm EST", "write America/New_York instead")]
#[case("3pm JST", "JST is not the name of a zone; write Asia/Tokyo instead")]
#[case("3pm New York", "did you mean America/New_York?")]
#[case("3pm tokyo", "did you mean Asia/Tokyo?")]
#[case("3pm Asia/Tokio", "did you mean Asia/Tokyo?")]
#[case("3pm Asia/Nowhereville", "write an IANA name")]
#[case(
    "2031-05-06T14:30+02:00[Europe/London]",
    "Europe/London is not at UTC+02"
)]
#[case("2020-01-01 15:00", "Wednesday 1 January 2020 15:00 GMT is past")]
#[case("today 9:00", "is past")]
#[case("today 10:00", "is past")]
#[case("3 may 15:00", "is past")]
#[case("in 0 minutes", "is past")]
#[case("15:00\u{1b}[2J", "<U+001B>")]
fn a_refusal_says_what_is_wrong(#[case] text: &str, #[case] message: &str) {
    let error = read_in("Europe/London", NOW, text).unwrap_err().to_string();
    assert!(error.contains(message), "{error}");
}

#[test]
fn a_megabyte_is_refused_at_once() {
    let text = "😀 in 3 ".repeat(100_000);
    let error = read_in("Europe/London", NOW, &text)
        .unwrap_err()
        .to_string();
    assert!(error.len() < 500);
}

#[test]
fn theirs_without_a_candidate_zone_names_the_field() {
    let error = read("3pm theirs", at(NOW), &Zone::utc(), None, None).unwrap_err();
    assert!(error.to_string().contains("candidate-zone"));
}

#[rstest]
#[case(
    "Europe/London",
    "2031-03-30 01:30",
    "from 01:00 straight to 02:00",
    "00:59",
    "02:00"
)]
#[case(
    "America/New_York",
    "2031-03-09 02:30",
    "from 02:00 straight to 03:00",
    "01:59",
    "03:00"
)]
#[case(
    "Australia/Lord_Howe",
    "2031-10-05 02:15",
    "from 02:00 straight to 02:30",
    "01:59",
    "02:30"
)]
fn a_time_in_a_gap_is_refused_with_its_neighbours(
    #[case] name: &str,
    #[case] text: &str,
    #[case] gap: &str,
    #[case] before: &str,
    #[case] after: &str,
) {
    let error = read_in(name, "2031-01-01T00:00:00Z", text).unwrap_err();
    assert!(error.to_string().contains(gap), "{error}");
    let spelled = spellings(&error);
    assert!(
        spelled[0].contains(before) && spelled[1].contains(after),
        "{spelled:?}"
    );
}

#[test]
fn a_time_that_occurs_twice_is_chosen() {
    let (now, london) = (at(NOW), zone("Europe/London"));
    let text = "2031-10-26 01:30";
    let error = read(text, now, &london, None, None).unwrap_err();
    assert!(error.to_string().contains("--fold first|second"), "{error}");
    assert!(error.to_string().contains("01:30 BST") && error.to_string().contains("01:30 GMT"));
    assert_eq!(
        spellings(&error),
        [
            "2031-10-26 01:30+01:00 Europe/London",
            "2031-10-26 01:30+00:00 Europe/London"
        ]
    );
    for (fold, meant) in [
        (Fold::First, "2031-10-26T00:30:00Z"),
        (Fold::Second, "2031-10-26T01:30:00Z"),
    ] {
        let reading = read(text, now, &london, None, Some(fold)).unwrap();
        assert_eq!(reading.instant, at(meant));
    }
    let between = at("2031-10-26T01:00:00Z");
    let reading = read(text, between, &london, None, None).unwrap();
    assert_eq!(reading.instant, at("2031-10-26T01:30:00Z"));
}

#[test]
fn incident_29_an_instant_and_a_zone_are_kept_and_every_shown_time_names_its_zone() {
    let kolkata = zone("Asia/Kolkata");
    let instant = read_in("Asia/Kolkata", NOW, "2031-05-06 12:50").unwrap();
    assert_eq!(instant, at("2031-05-06T07:20:00Z"));
    assert_eq!(time_and_zone(instant, &kolkata), "12:50 IST");
    assert_eq!(day_and_time(instant, &kolkata), "Tue 6 May 2031 12:50 IST");
    assert_eq!(
        full_day_and_time(instant, &kolkata),
        "Tuesday 6 May 2031 12:50 IST"
    );
    let clocks = both_clocks(instant, &kolkata, Some(&Zone::utc()));
    assert_eq!(clocks.ours, "Tuesday 6 May 2031 12:50 IST, UTC+05:30");
    assert_eq!(clocks.theirs.unwrap(), "Tuesday 6 May 2031 07:20 UTC");
    let told = echo(instant, &kolkata, None, at(NOW)).to_string();
    assert_eq!(
        told,
        "Tuesday 6 May 2031 12:50 IST (Asia/Kolkata), in 2 days"
    );
}

#[rstest]
#[case("14:30", "2031-05-06T09:00:00Z")]
#[case("tomorrow 14:30", "2031-05-07T09:00:00Z")]
#[case("today 14:30", "2031-05-06T09:00:00Z")]
#[case("wed 14:30", "2031-05-07T09:00:00Z")]
#[case("in 1 day 14:30", "2031-05-07T09:00:00Z")]
fn incident_32_date_and_time_are_read_in_one_zone(#[case] text: &str, #[case] meant: &str) {
    // 02:00 on Tuesday 6 May in Kolkata; in UTC it is still Monday.
    assert_eq!(
        read_in("Asia/Kolkata", "2031-05-05T20:30:00Z", text),
        Ok(at(meant))
    );
}

#[test]
fn incident_33_an_interview_may_cross_midnight() {
    let start = at("2031-05-06T22:50:00Z");
    let duration = InterviewDuration::parse("45m").unwrap();
    let london = zone("Europe/London");
    assert_eq!(duration.end(start), at("2031-05-06T23:35:00Z"));
    assert_eq!(
        range(start, duration, &london),
        "Tuesday 6 May 2031, 23:50 – Wednesday 7 May 2031, 00:35"
    );
    assert_eq!(
        range(at("2031-05-06T14:00:00Z"), duration, &london),
        "Tuesday 6 May 2031, 15:00–15:45"
    );
}

#[test]
fn incident_34_a_window_is_told_as_configured() {
    let told = |text| span_in_words(parse_span(text).unwrap());
    assert_eq!(told("15m"), "15 minutes");
    assert_eq!(told("2h"), "2 hours");
    assert_eq!(told("1h30m"), "1 hour 30 minutes");
    assert_eq!(told("0"), "0 seconds");
}

#[test]
fn a_range_over_a_change_of_the_clocks_names_both() {
    let duration = InterviewDuration::parse("45m").unwrap();
    let told = range(at("2031-10-26T00:30:00Z"), duration, &zone("Europe/London"));
    assert_eq!(told, "Sunday 26 October 2031, 01:30 BST–01:15 GMT");
}

#[rstest]
#[case("Europe/London", "BST, UTC+01:00", "Europe/London (BST, UTC+01:00)")]
#[case(
    "Europe/Istanbul",
    "Istanbul, UTC+03:00",
    "Europe/Istanbul (UTC+03:00)"
)]
#[case(
    "America/Sao_Paulo",
    "Sao Paulo, UTC-03:00",
    "America/Sao_Paulo (UTC-03:00)"
)]
#[case("UTC", "UTC", "UTC")]
#[case("Etc/UTC", "UTC", "UTC")]
fn a_zone_is_named_for_people(#[case] name: &str, #[case] label: &str, #[case] full: &str) {
    let instant = at("2031-05-06T14:00:00Z");
    assert_eq!(zone_label(instant, &zone(name)), label);
    assert_eq!(zone_in_full(instant, &zone(name)), full);
}

#[rstest]
#[case("europe/london", Ok("Europe/London"))]
#[case("ASIA/KOLKATA", Ok("Asia/Kolkata"))]
#[case("utc", Ok("UTC"))]
#[case("Etc/UTC", Ok("Etc/UTC"))]
#[case("london", Err(Some("Europe/London")))]
#[case("New York", Err(Some("America/New_York")))]
#[case("San Francisco", Err(Some("America/Los_Angeles")))]
#[case("Europe/Lundon", Err(Some("Europe/London")))]
#[case("EST", Err(Some("America/New_York")))]
#[case("CET", Err(Some("Europe/Paris")))]
#[case("+02:00", Err(None))]
#[case("../etc/passwd", Err(None))]
#[case("", Err(None))]
fn a_zone_is_an_iana_name(#[case] text: &str, #[case] expected: Result<&str, Option<&str>>) {
    let parsed = Zone::parse(text);
    let parsed = parsed
        .as_ref()
        .map(Zone::name)
        .map_err(|error| error.nearest.as_deref());
    assert_eq!(parsed, expected);
}

#[test]
fn every_name_offered_is_accepted() {
    assert!(zone_names().count() > 400);
    assert!(zone_names().all(|name| Zone::parse(name).is_ok_and(|zone| zone.name() == name)));
    let zone: Zone = serde_json::from_str("\"europe/london\"").unwrap();
    assert_eq!(serde_json::to_string(&zone).unwrap(), "\"Europe/London\"");
}

#[rstest]
#[case("45m", Ok("45 min"))]
#[case("90", Ok("1 h 30 min"))]
#[case("1h", Ok("1 h"))]
#[case("1h30m", Ok("1 h 30 min"))]
#[case("12h", Ok("12 h"))]
#[case("4m", Err("5 minutes to 12 hours"))]
#[case("12h1m", Err("5 minutes to 12 hours"))]
#[case("99999999999999999999999", Err("5 minutes to 12 hours"))]
#[case("", Err("not a duration"))]
#[case("45x", Err("not a duration"))]
#[case("30m1h", Err("not a duration"))]
fn a_duration_is_read(#[case] text: &str, #[case] expected: Result<&str, &str>) {
    match (InterviewDuration::parse(text), expected) {
        (Ok(duration), Ok(shown)) => {
            assert_eq!(duration.to_string(), shown);
            assert_eq!(InterviewDuration::parse(shown), Ok(duration));
        }
        (Err(error), Err(message)) => assert!(error.to_string().contains(message), "{error}"),
        (got, _) => panic!("{text:?}: {got:?}"),
    }
}

#[rstest]
#[case("5s", Some(5))]
#[case("15m", Some(900))]
#[case("2h", Some(7_200))]
#[case("0", Some(0))]
#[case("10", None)]
#[case("-5s", None)]
#[case("99999999999h", None)]
fn a_span_of_the_configuration_is_read(#[case] text: &str, #[case] seconds: Option<u64>) {
    assert_eq!(parse_span(text).ok().map(|span| span.as_secs()), seconds);
}

#[rstest]
#[case("2031-05-04T09:25:00Z", "in 25 min", "in 25 min")]
#[case("2031-05-04T11:59:00Z", "in 2 h", "in 2 h")]
#[case("2031-05-05T10:00:00Z", "in 25 h", "in 1 d")]
#[case("2031-05-06T08:00:00Z", "in 2 days", "in 2 d")]
#[case("2031-05-07T09:00:00Z", "in 3 days", "in 3 d")]
#[case("2031-05-09T06:00:00Z", "in 5 days", "in 5 d")]
#[case("2031-04-29T22:30:00Z", "5 days ago", "5 d ago")]
#[case("2031-05-04T08:56:00Z", "4 min ago", "4 m ago")]
#[case("2031-05-04T09:00:20Z", "now", "now")]
#[case("2036-05-04T09:00:00Z", "in 1827 days", "in 5 y")]
fn a_distance_is_told(#[case] instant: &str, #[case] long: &str, #[case] short: &str) {
    let london = zone("Europe/London");
    assert_eq!(relative(at(instant), &london, at(NOW)), long);
    assert_eq!(relative_short(at(instant), &london, at(NOW)), short);
}

#[rstest]
#[case("2031-05-04T20:00:00Z", "today")]
#[case("2031-05-04T23:30:00Z", "tomorrow")]
#[case("2031-05-03T12:00:00Z", "yesterday")]
#[case("2031-05-09T12:00:00Z", "Fri 9 May")]
#[case("2032-05-09T12:00:00Z", "Sun 9 May 2032")]
fn a_day_heads_its_group(#[case] instant: &str, #[case] heading: &str) {
    assert_eq!(
        day_heading(at(instant), &zone("Europe/London"), at(NOW)),
        heading
    );
}

#[rstest]
#[case(
    "2031-05-06T14:00:00Z",
    "Tue 6 May 2031 15:00–15:45 BST",
    Some("Tue 6 May 2031 10:00–10:45 EDT")
)]
#[case(
    "2031-05-06T22:50:00Z",
    "Tue 6 May 2031 23:50–00:35 BST",
    Some("Tue 6 May 2031 18:50–19:35 EDT")
)]
#[case(
    "2031-10-26T00:30:00Z",
    "Sun 26 Oct 2031 01:30 BST–01:15 GMT",
    Some("Sat 25 Oct 2031 20:30–21:15 EDT")
)]
fn both_clocks_fit_a_line_each(
    #[case] start: &str,
    #[case] ours: &str,
    #[case] theirs: Option<&str>,
) {
    let new_york = zone("America/New_York");
    let duration = InterviewDuration::from_minutes(45).unwrap();
    let clocks = both_ranges(at(start), duration, &zone("Europe/London"), Some(&new_york));
    assert_eq!(
        (clocks.ours.as_str(), clocks.theirs.as_deref()),
        (ours, theirs)
    );
}

#[test]
fn an_echo_says_both_clocks_and_the_other_day() {
    let london = zone("Europe/London");
    let told =
        |instant, theirs| echo(at(instant), &london, Some(&zone(theirs)), at(NOW)).to_string();
    assert_eq!(
        told("2031-05-06T14:00:00Z", "America/New_York"),
        "Tuesday 6 May 2031 15:00 BST (Europe/London), in 2 days; \
         10:00 EDT (America/New_York) for the candidate"
    );
    assert_eq!(
        told("2031-05-05T16:00:00Z", "Asia/Tokyo"),
        "Monday 5 May 2031 17:00 BST (Europe/London), tomorrow, in 31 h; \
         Tuesday 6 May 2031 01:00 JST (Asia/Tokyo) for the candidate"
    );
    assert!(!told("2031-05-05T16:00:00Z", "Europe/Lisbon").contains("candidate"));
}

const ZONES: [&str; 14] = [
    "UTC",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Istanbul",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Pacific/Apia",
];

fn any_zone() -> impl Strategy<Value = Zone> {
    prop::sample::select(&ZONES[..]).prop_map(zone)
}

/// Instants from 2026 to 2046.
fn any_instant() -> impl Strategy<Value = Timestamp> {
    (1_767_225_600_i64..2_398_377_600).prop_map(|second| Timestamp::from_second(second).unwrap())
}

fn any_when() -> impl Strategy<Value = String> {
    let day = prop::sample::select(vec![
        "",
        "today",
        "tomorrow",
        "tue",
        "friday",
        "next sat",
        "this wed",
        "in 2 days",
        "in a week",
        "26 oct",
        "mar 30",
        "30/3/2033",
        "4/5",
        "29 feb",
        "2035-10-28",
    ]);
    let time = prop_oneof![
        (0..24, 0..60).prop_map(|(hour, minute)| format!("{hour}:{minute:02}")),
        (1..13, prop::sample::select(vec!["am", " pm"]))
            .prop_map(|(hour, half)| format!("{hour}{half}")),
        (1..24).prop_map(|hour| format!("at {hour}")),
        Just("noon".to_owned()),
    ];
    let clock = prop::sample::select(vec![
        "",
        "theirs",
        "IST",
        "CST",
        "Asia/Tokyo",
        "utc",
        "+02:00",
    ]);
    (day, time, clock).prop_map(|(day, time, clock)| format!("{day} {time} {clock}"))
}

proptest! {
    #[test]
    fn what_is_understood_lies_ahead_and_reads_back(
        text in any_when(),
        now in any_instant(),
        ours in any_zone(),
        theirs in any_zone(),
    ) {
        let again = |text: &str| read(text, now, &ours, None, None).map(|reading| reading.instant);
        match read(&text, now, &ours, Some(&theirs), None) {
            Ok(Reading { instant }) => {
                prop_assert!(instant > now);
                prop_assert_eq!(again(&exact(instant, &ours)), Ok(instant));
                prop_assert_eq!(again(&exact(instant, &theirs)), Ok(instant));
            }
            Err(Unreadable::Ambiguous(choices)) => {
                for choice in choices {
                    prop_assert_eq!(again(&choice.spelling), Ok(choice.instant));
                }
            }
            Err(Unreadable::Twice { choices, .. }) => {
                let [first, second] = *choices;
                prop_assert!(first.instant < second.instant);
                prop_assert_eq!(again(&first.spelling), Ok(first.instant));
                prop_assert_eq!(again(&second.spelling), Ok(second.instant));
            }
            Err(Unreadable::InThePast { .. } | Unreadable::Gap { .. } | Unreadable::NoSuchDay) => {}
            Err(other) => prop_assert!(false, "{text:?}: {other:?}"),
        }
    }

    #[test]
    fn a_wall_time_is_the_instant_that_shows_it(
        instant in any_instant(),
        ours in any_zone(),
        fold in prop::sample::select(vec![Fold::First, Fold::Second]),
    ) {
        let wall = ours.time_zone().to_datetime(instant).strftime("%Y-%m-%d %H:%M").to_string();
        let reading = read(&wall, at("2020-01-01T00:00:00Z"), &ours, None, Some(fold)).unwrap();
        let shown = ours.time_zone().to_datetime(reading.instant);
        prop_assert_eq!(shown.strftime("%Y-%m-%d %H:%M").to_string(), wall);
    }

    #[test]
    fn a_time_in_a_gap_is_never_understood(start in any_instant(), ours in any_zone(), part in 0_i64..100) {
        let rules = ours.time_zone();
        for change in rules.following(start).take(2) {
            let change = change.timestamp();
            let last: DateTime = rules.to_datetime(change - jiff::SignedDuration::from_secs(1));
            let first = rules.to_datetime(change);
            let skipped = last.duration_until(first).as_secs() - 1;
            if skipped > 0 {
                let inside = skipped * part / 100;
                let wall = last + jiff::SignedDuration::from_secs(1 + inside);
                let text = wall.strftime("%Y-%m-%d %H:%M:%S").to_string();
                let error = read(&text, start, &ours, None, None);
                prop_assert!(matches!(error, Err(Unreadable::Gap { .. })), "{}: {:?}", text, error);
            }
        }
    }

    #[test]
    fn no_text_panics(
        text in any::<String>(),
        words in prop::collection::vec("in|at|next|on|\\[|\\]|t|z|[0-9]{1,6}|[0-9]{1,2}:[0-9]{2}|[0-9/+:-]{1,12}|fri|may|pm|ist|\\PC{0,3}", 0..7),
        now in any::<i64>().prop_map(|second| Timestamp::from_second(second % 250_000_000_000).unwrap_or(Timestamp::MAX)),
        ours in any_zone(),
    ) {
        for text in [text, words.join(" "), words.concat()] {
            if let Ok(reading) = read(&text, now, &ours, None, None) {
                prop_assert!(reading.instant > now);
                let _ = echo(reading.instant, &ours, None, now);
            }
            let _ = (Zone::parse(&text), InterviewDuration::parse(&text), parse_span(&text));
        }
    }

    #[test]
    fn a_short_distance_fits_its_column(instant in any_instant(), now in any_instant(), ours in any_zone()) {
        prop_assert!(relative_short(instant, &ours, now).len() <= 9);
    }
}
