//! Each known defect of the old database, made on purpose in a database without any.

use rstest::rstest;

use super::{look, noticed, request};
use crate::support::World;
use crate::support::legacy::Old;

const NO_KEY: &str = "UPDATE interviews_interview SET session_key = ' ', interview_link = '';
    DELETE FROM interview_app_interviewsession;";
const SECOND: &str = "INSERT INTO candidates_candidate (id, recruiter_id, job_id, full_name, email) VALUES (9, 1, 1, 'Bob', 'b@c.example');
    INSERT INTO interviews_interview (id, candidate_id, job_id, slot_id, status, interview_link, session_key, created_at, started_at)
    SELECT 'aa', 9, 1, NULL, 'scheduled', interview_link, session_key, created_at, scheduled_time FROM interviews_interview;";

#[tokio::test]
async fn in_a_sound_database_nothing_is_noticed() {
    let world = World::new().await;
    let old = Old::new(world.home());
    let report = look(&world.app, request(&old.file))
        .await
        .unwrap()
        .report()
        .clone();
    assert_eq!(noticed(&report), []);
    assert_eq!((report.read, report.new, report.bad), (1, 1, 0));
    assert_eq!(report.absent, [""; 0]);
}

#[rstest]
#[case::d01(NO_KEY, &["no-key"])]
#[case::d02("DELETE FROM interview_app_interviewsession", &["key-without-session"])]
#[case::d03(
    "INSERT INTO interview_app_interviewsession (id, session_key, status) VALUES ('s', 'other', 'SCHEDULED')",
    &["session-without-interview"]
)]
#[case::d04(SECOND, &["shared-key", "no-duration"])]
#[case::d05_no_link("UPDATE interviews_interview SET interview_link = ''", &["key-or-link-alone"])]
#[case::d05_no_key(
    "UPDATE interviews_interview SET session_key = ''; DELETE FROM interview_app_interviewsession",
    &["no-key", "key-or-link-alone"]
)]
#[case::d06_too_early("UPDATE interviews_interview SET link_expires_at = '2031-05-01 11:15:00'", &["link-expiry"])]
#[case::d06_too_late("UPDATE interviews_interview SET link_expires_at = '2031-06-06 07:20:00'", &["link-expiry"])]
#[case::d07("UPDATE interviews_interview SET scheduled_time = '2031-05-06 12:50:00'", &["wall-clock-as-utc"])]
#[case::d07_other_way("UPDATE interviews_interview SET scheduled_time = '2031-05-06 01:50:00'", &["wall-clock-as-utc"])]
#[case::d08("UPDATE interviews_interview SET started_at = '2031-05-06 08:00:00'", &["started-unlike-slot"])]
#[case::d09("UPDATE interview_app_interviewsession SET scheduled_at = '2031-05-06 09:00:00'", &["session-unlike-start"])]
#[case::d10(
    "UPDATE interviews_interview SET slot_id = NULL, started_at = NULL, scheduled_time = '2031-05-01 11:00:02';
     UPDATE interview_app_interviewsession SET scheduled_at = NULL; DELETE FROM interviews_interviewschedule;
     DELETE FROM interviews_interviewslot",
    &["invented-time", "no-duration"]
)]
#[case::d11("UPDATE interview_app_interviewsession SET status = 'EXPIRED'", &["expired-too-early"])]
#[case::d12(
    "UPDATE interviews_interviewschedule SET status = 'cancelled'; UPDATE interviews_interviewslot SET current_bookings = 0",
    &["cancelled-in-schedule"]
)]
#[case::d13_missing("UPDATE candidates_candidate SET email = NULL", &["address"])]
#[case::d13_malformed("UPDATE candidates_candidate SET email = 'ada at c.example'", &["address"])]
#[case::d13_mistyped("UPDATE candidates_candidate SET email = 'ada@gmial.com'", &["address"])]
#[case::d14("DELETE FROM jobs_job", &["no-job"])]
#[case::d14_of_another("UPDATE interviews_interview SET job_id = 99; UPDATE candidates_candidate SET job_id = 1", &["no-job"])]
#[case::d15(
    "UPDATE interviews_interviewslot SET interview_date = '2031-05-02';
     UPDATE interviews_interview SET started_at = '2031-05-02 07:20:00', scheduled_time = '2031-05-02 07:20:00',
         link_expires_at = '2031-05-02 09:20:00';
     UPDATE interview_app_interviewsession SET scheduled_at = '2031-05-02 07:20:00'",
    &["in-the-past"]
)]
#[case::d17("UPDATE interviews_interviewslot SET current_bookings = 3", &["booking-count"])]
#[case::two_times("UPDATE interviews_interview SET scheduled_time = '2031-05-06 10:00:00'", &["times-disagree"])]
#[case::no_such_key(
    "UPDATE interviews_interview SET session_key = 'abc', interview_link = 'https://old.example/'",
    &["key-without-session", "session-without-interview", "key-unreadable"]
)]
#[case::another_link(
    "UPDATE interviews_interview SET interview_link = 'https://old.example/interview/?session_key=00000000000000000000000000000001'",
    &["link-of-another-key"]
)]
#[case::error("UPDATE interviews_interview SET status = 'error'", &["error-status"])]
#[case::clock_that_is_none(
    "UPDATE interviews_interviewslot SET start_time = '25:99:00'",
    &["time-unreadable"]
)]
#[case::day_that_is_none(
    "UPDATE interviews_interviewslot SET interview_date = '2026-02-30'",
    &["time-unreadable"]
)]
#[case::day_after_all_days(
    "UPDATE interviews_interviewslot SET interview_date = '9999-12-31'",
    &["time-unreadable"]
)]
#[case::recorded_time_that_is_none(
    "UPDATE interviews_interview SET scheduled_time = 'tomorrow'",
    &["time-unreadable"]
)]
#[case::slot_that_is_not_there("DELETE FROM interviews_interviewslot", &["no-slot"])]
#[case::no_name("UPDATE candidates_candidate SET full_name = ' '", &["no-name"])]
#[tokio::test]
async fn every_defect_is_noticed_by_its_name_and_nothing_else(
    #[case] change: &str,
    #[case] names: &[&str],
) {
    let world = World::new().await;
    let old = Old::new(world.home());
    old.run(change);
    let looked = look(&world.app, request(&old.file)).await.unwrap();
    let found: Vec<_> = noticed(looked.report())
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(found, names);
    // Each finding says what is wrong where; in words, and never with a key.
    for group in looked.report().noticed.values() {
        assert!(group.findings.iter().all(|one| !one.detail.is_empty()));
    }
    let words = looked.in_words(looked.report(), false, 10).join("\n");
    assert!(names.iter().all(|name| words.contains(name)), "{words}");
    assert!(!words.contains("9689ddff0000"), "{words}");
}

#[rstest]
#[case(NO_KEY, "Ada Lovelace · session_key is empty")]
#[case(
    "DELETE FROM interview_app_interviewsession",
    "no session has its session_key"
)]
#[case(
    "UPDATE interviews_interview SET interview_link = ''",
    "interview_link is empty"
)]
#[case(
    "UPDATE candidates_candidate SET email = ''",
    "Ada Lovelace · email is empty"
)]
#[case(
    "UPDATE candidates_candidate SET email = 'ada at c'",
    "email says ada at c: "
)]
#[case(
    "UPDATE candidates_candidate SET email = 'ada@gmial.com'",
    "email says ada@gmial.com; did you mean ada@gmail.com?"
)]
#[case(
    "UPDATE candidates_candidate SET full_name = NULL",
    "full_name is empty"
)]
#[case(
    "DELETE FROM candidates_candidate",
    "candidate_id names 1, and there is no such candidate"
)]
#[case(
    "DELETE FROM candidates_candidate",
    "address: an address that is missing, can't be written to, or looks mistyped\n  0f0e0d0c0b0a49088706050403020100 · there is no such candidate"
)]
#[case(
    "UPDATE interviews_interview SET job_id = NULL",
    "job_id is empty; that of its slot or its candidate is taken: Backend engineer"
)]
#[case(
    "UPDATE interviews_interview SET job_id = 7",
    "job_id names 7, and there is no such job"
)]
#[case(
    "UPDATE jobs_job SET job_title = ''",
    "the job_title of job 1 is empty"
)]
#[case(
    "UPDATE interviews_interview SET session_key = 'abc'",
    "session_key has 3 characters"
)]
#[case("UPDATE interviews_interview SET status = 'error'", "status is error")]
#[case(
    "UPDATE interviews_interviewslot SET current_bookings = 3",
    "current_bookings says 3, and 1 is booked"
)]
#[case(
    "UPDATE interviews_interview SET slot_id = 'nowhere'",
    "slot_id names nowhere, and there is no such slot"
)]
#[case(
    "UPDATE interviews_interview SET link_expires_at = '2031-05-01 11:15:00'",
    "link_expires_at says Thu 1 May 2031 16:45 IST, the start is"
)]
#[tokio::test]
async fn every_finding_names_the_field_at_fault(#[case] change: &str, #[case] said: &str) {
    let world = World::new().await;
    let old = Old::new(world.home());
    old.run(change);
    let looked = look(&world.app, request(&old.file)).await.unwrap();
    let words = looked.in_words(looked.report(), false, 10).join("\n");
    assert!(words.contains(said), "{words}");
}

#[tokio::test]
async fn d16_two_scheduled_interviews_with_one_address_are_told_and_stay_apart() {
    let world = World::new().await;
    let old = Old::new(world.home());
    old.interview(2, "Ada L.", "ADA@c.example");
    let report = super::import(&world.app, request(&old.file)).await.unwrap();
    assert_eq!(noticed(&report), [("same-address", 2)]);
    assert_eq!(world.count("session"), 2);
    assert_eq!(
        world.ask::<i64>("SELECT count(DISTINCT key) FROM session"),
        2
    );
}
