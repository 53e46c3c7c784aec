//! The old database as a whole: what comes in, what is kept, and what is asked.

use greenroom::app::{Action, Format, Found, ImportError, ImportRequest, Selection};
use greenroom::domain::filter::Filter;
use greenroom::domain::finding::{Code, Severity, evidence};
use greenroom::domain::ids::InterviewId;
use greenroom::domain::import::legacy::SkewAnswer;
use greenroom::domain::when::Zone;
use rstest::rstest;

use super::{import, import_with, look, noticed, request};
use crate::support::legacy::{ID, KEY, Old};
use crate::support::{World, words};

pub(super) fn ada() -> InterviewId {
    ID.parse().unwrap()
}

#[tokio::test]
async fn an_interview_comes_in_with_its_key_its_id_and_nothing_made_up() {
    let world = World::new().await;
    let old = Old::new(world.home());
    let written = || std::fs::metadata(&old.file).unwrap().modified().unwrap();
    let before = (old.octets(), written());
    let report = import(&world.app, request(&old.file)).await.unwrap();
    assert_eq!((report.new, report.without_link), (1, 0));
    let row = world.row(ada()).await;
    let json = serde_json::to_value(world.app.interview_json(&row)).unwrap();
    assert_eq!(json["candidate_name"], "Ada Lovelace");
    assert_eq!(json["candidate_email"], "ada@c.example");
    assert_eq!(json["role"], "Backend engineer");
    assert_eq!(json["company"], "Acme");
    assert_eq!(json["round"], "First");
    assert_eq!(json["kind"], "technical");
    assert_eq!(json["starts_at"], "2031-05-06T07:20:00Z");
    assert_eq!(json["zone"], "Asia/Kolkata");
    assert_eq!(json["duration_minutes"], 30);
    assert_eq!(json["session_key"], KEY);
    assert_eq!(json["recruiter"], "Rita Levi <rita@acme.example>");
    assert_eq!(json["created_at"], "2031-05-01T10:00:00.123456Z");
    let imported = row.facts.imported.unwrap();
    assert_eq!(
        (imported.source.as_str(), imported.external_id.as_deref()),
        ("legacy", Some(ID))
    );
    assert_eq!(world.timeline(ada()).await, ["imported"]);
    assert_eq!(world.count("delivery"), 0, "an import never mails");
    assert_eq!(
        (old.octets(), written()),
        before,
        "the old file is only read"
    );
    let beside: Vec<_> = std::fs::read_dir(world.home())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("old."))
        .collect();
    assert_eq!(beside, ["old.sqlite3"], "nothing is left beside it");
}

#[tokio::test]
async fn a_dry_run_says_the_same_and_writes_nothing_and_twice_is_once() {
    let world = World::new().await;
    let old = Old::new(world.home());
    old.interview(2, "Bob", "bob@c.example");
    old.run("UPDATE interviews_interview SET session_key = '' WHERE candidate_id = 2");
    let dry = look(&world.app, request(&old.file)).await.unwrap();
    assert_eq!((world.count("interview"), world.count("event")), (0, 0));
    let done = import(&world.app, request(&old.file)).await.unwrap();
    assert_eq!(&done, dry.report());
    assert_eq!(done.without_link, 1);
    let dump = || {
        world.ask::<String>(
            "SELECT group_concat(id || coalesce(session_key, '-') || updated_at) FROM interview",
        )
    };
    let before = dump();
    let again = import(&world.app, request(&old.file)).await.unwrap();
    assert_eq!((again.read, again.new, again.here), (2, 0, 2));
    assert_eq!(dump(), before);
    assert_eq!(world.count("event"), 2);
}

#[rstest]
#[case::the_booked_slot_first(
    "INSERT INTO interviews_interviewslot (id, interview_date, start_time, duration_minutes, current_bookings)
         VALUES ('x', '2031-05-07', '10:00:00', 30, 1);
     UPDATE interviews_interviewschedule SET slot_id = 'x'",
    Some("2031-05-07T04:30:00Z")
)]
#[case::then_the_interviews_slot(
    "DELETE FROM interviews_interviewschedule",
    Some("2031-05-06T07:20:00Z")
)]
#[case::then_the_beginning(
    "DELETE FROM interviews_interviewslot; UPDATE interviews_interview SET started_at = '2031-05-08 01:00:00'",
    Some("2031-05-08T01:00:00Z")
)]
#[case::which_is_the_actual_one_once_it_took_place(
    "DELETE FROM interviews_interviewslot; UPDATE interviews_interview SET started_at = '2031-05-08 01:00:00', status = 'completed'",
    Some("2031-05-06T07:20:00Z")
)]
#[case::then_the_session(
    "DELETE FROM interviews_interviewslot; UPDATE interviews_interview SET started_at = NULL;
     UPDATE interview_app_interviewsession SET scheduled_at = '2031-05-09 02:00:00'",
    Some("2031-05-09T02:00:00Z")
)]
#[case::then_the_recorded_time(
    "DELETE FROM interviews_interviewslot; DELETE FROM interview_app_interviewsession;
     UPDATE interviews_interview SET started_at = NULL, scheduled_time = '2031-05-10 03:00:00'",
    Some("2031-05-10T03:00:00Z")
)]
#[case::and_else_none(
    "DELETE FROM interviews_interviewslot; DELETE FROM interview_app_interviewsession;
     UPDATE interviews_interview SET started_at = NULL, scheduled_time = NULL",
    None
)]
#[case::incident_03_an_invented_time_is_none(
    "DELETE FROM interviews_interviewslot; UPDATE interviews_interview SET started_at = NULL, scheduled_time = '2031-05-01 11:00:00.5';
     UPDATE interview_app_interviewsession SET scheduled_at = '2031-05-01 11:00:00.5'",
    None
)]
#[case::in_older_databases_slots_hold_instants(
    "ALTER TABLE interviews_interviewslot DROP COLUMN interview_date;
     UPDATE interviews_interviewslot SET start_time = '2031-05-06 07:20:00', end_time = '2031-05-06 07:50:00'",
    Some("2031-05-06T07:20:00Z")
)]
#[case::a_status_is_read_in_whatever_case(
    "DELETE FROM interviews_interviewslot;
     UPDATE interviews_interview SET started_at = '2031-05-08 01:00:00', status = 'Scheduled'",
    Some("2031-05-08T01:00:00Z")
)]
#[case::a_slot_may_cross_midnight(
    "UPDATE interviews_interviewslot SET start_time = '23:50:00', end_time = '00:10:00', duration_minutes = NULL",
    Some("2031-05-06T18:20:00Z")
)]
#[tokio::test]
async fn the_first_time_that_exists_counts(#[case] change: &str, #[case] starts_at: Option<&str>) {
    let world = World::new().await;
    let old = Old::new(world.home());
    old.run(change);
    import(&world.app, request(&old.file)).await.unwrap();
    let start = world.row(ada()).await.interview.starts_at;
    assert_eq!(start.map(|at| at.to_string()).as_deref(), starts_at);
}

#[rstest]
#[case("interviews_interview", "session_key")]
#[case("interviews_interview", "slot_id")]
#[case("interviews_interview", "scheduled_time")]
#[case("interviews_interviewslot", "interview_date")]
#[case("interviews_interview", "screen_recording_file")]
#[tokio::test]
async fn a_column_that_is_missing_is_named_and_the_rest_comes_in(
    #[case] table: &str,
    #[case] column: &str,
) {
    let world = World::new().await;
    let old = Old::empty(world.home());
    // A unique constraint keeps a column from being dropped.
    old.run("DROP TABLE interviews_interview; CREATE TABLE interviews_interview (id char(32) PRIMARY KEY, candidate_id bigint,
        job_id bigint, slot_id char(32), status varchar(20), interview_round varchar(100), started_at datetime, ended_at datetime,
        interview_link varchar(255), link_expires_at datetime, scheduled_time datetime, session_key varchar(40),
        created_at datetime, updated_at datetime, screen_recording_file varchar(100))");
    old.interview(1, "Ada Lovelace", "ada@c.example");
    old.run(&format!("ALTER TABLE {table} DROP COLUMN {column}"));
    let report = import(&world.app, request(&old.file)).await.unwrap();
    let named = column.replace("recording_file", "recording_*");
    assert_eq!(report.absent, [format!("{table}.{named}")]);
    let words = report.details(10).join("\n");
    assert!(
        words.contains(&format!("  {table}.{named}: ")),
        "what becomes of it is said: {words}"
    );
    assert_eq!(report.new, 1);
    let link = world.link(ada()).await;
    assert!(
        link.ends_with(&Old::key(1)),
        "the key is in an inbox, in whichever column it stood: {link}"
    );
}

#[tokio::test]
async fn a_table_that_is_missing_is_named_and_the_rest_comes_in() {
    let world = World::new().await;
    let old = Old::new(world.home());
    old.run(
        "DROP TABLE interview_app_interviewsession; DROP TABLE companies_company;
         DROP TABLE interviews_interviewschedule",
    );
    let report = import(&world.app, request(&old.file)).await.unwrap();
    assert_eq!(
        report.absent,
        [
            "the table interview_app_interviewsession",
            "the table interviews_interviewschedule",
            "the table companies_company"
        ]
    );
    assert_eq!(report.new, 1);
    assert_eq!(
        noticed(&report),
        [],
        "what nobody can know is no defect of an interview"
    );
}

#[tokio::test]
async fn cancelled_in_the_schedule_and_ended_with_an_error_come_in_cancelled_with_the_reason() {
    let world = World::new().await;
    let old = Old::new(world.home());
    old.run("UPDATE interviews_interview SET status = 'error'");
    import(&world.app, request(&old.file)).await.unwrap();
    assert_eq!(world.row(ada()).await.interview.status.name(), "cancelled");
    let events = world.details(ada()).await.events;
    assert_eq!(events.last().unwrap().detail, "error in the old system");
}

/// What an audit finds of what is ahead, with its sentence.
async fn found(world: &World) -> Vec<(&'static str, String)> {
    let audit = world.app.audit(&Filter::default(), Severity::LOW, false);
    let page = world.app.audit_page(&audit, None, None, 10).await.unwrap();
    let finding = |found: Found| (found.finding.code.name(), found.finding.detail);
    page.found.into_iter().map(finding).collect()
}

#[tokio::test]
async fn whoever_was_called_off_in_the_old_system_may_hold_its_invitation_until_somebody_told_them()
{
    let world = World::new().await;
    let old = Old::new(world.home());
    old.run("UPDATE interviews_interviewschedule SET status = 'cancelled'");
    import(&world.app, request(&old.file)).await.unwrap();
    let all = found(&world).await;
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!(all[0].0, "CANCELLED-BUT-INVITED");
    assert!(all[0].1.contains("the old platform"), "{}", all[0].1);
    let told = "told by phone".to_owned();
    let ack = world
        .app
        .acknowledge(ada(), Code::CancelledButInvited, told);
    ack.await.unwrap();
    assert_eq!(found(&world).await, []);
}

#[tokio::test]
async fn who_was_called_off_and_never_had_a_link_is_left_alone() {
    let world = World::new().await;
    let old = Old::new(world.home());
    old.run("UPDATE interviews_interviewschedule SET status = 'cancelled'; UPDATE interviews_interview SET session_key = '', interview_link = ''");
    import(&world.app, request(&old.file)).await.unwrap();
    assert_eq!(found(&world).await, []);
}

#[tokio::test]
async fn a_link_that_was_mailed_with_another_key_is_stale_until_theirs_is_mailed() {
    let world = World::new().await;
    let old = Old::new(world.home());
    old.run("UPDATE interviews_interview SET interview_link = 'https://old.example/interview/?session_key=00000000000040008000000000000bad'");
    import(&world.app, request(&old.file)).await.unwrap();
    let all = found(&world).await;
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!(all[0].0, "STALE-LINK");
    let row = world.row(ada()).await;
    let held = evidence(&row.interview, &row.facts, &world.app.access_window());
    assert!(
        held[0].differs() && held[0].theirs.starts_with("0000"),
        "{held:?}"
    );
    let selection = Selection::Ids(vec![ada()]);
    let plan = world.app.plan(Action::Resend, &selection).await.unwrap();
    world.app.carry_out(&plan, None).await.unwrap();
    world.deliver().await;
    assert_eq!(found(&world).await, []);
}

#[tokio::test]
async fn incident_31_a_skew_of_exactly_the_zone_is_detected_reported_and_asked() {
    let world = World::new().await;
    let old = Old::new(world.home());
    old.interview(2, "Bob", "bob@c.example");
    // A migration took the clock on the wall for UTC; Bob has no slot, so his only time is the migrated one.
    old.run(
        "UPDATE interviews_interview SET scheduled_time = substr(scheduled_time, 1, 10) || ' 12:50:00', started_at = NULL;
         UPDATE interviews_interview SET slot_id = NULL WHERE candidate_id = 2;
         DELETE FROM interviews_interviewschedule WHERE slot_id = 'slot2'; DELETE FROM interviews_interviewslot WHERE id = 'slot2';
         UPDATE interview_app_interviewsession SET scheduled_at = NULL",
    );
    let looked = look(&world.app, request(&old.file)).await.unwrap();
    let skew = looked.unanswered().unwrap();
    assert_eq!((skew.interviews, skew.affected), (1, 1));
    assert_eq!(skew.apart, "5 hours 30 minutes later");
    let refusal = words(looked.ready());
    assert!(refusal.contains("--skew correct"), "{refusal}");
    assert!(matches!(
        import(&world.app, request(&old.file)).await,
        Err(ImportError::SkewUnanswered(_))
    ));
    assert_eq!(world.count("interview"), 0, "nobody has answered");

    let starts = async |world: &World| {
        let bob: InterviewId = Old::id(2).parse().unwrap();
        let start = |row: greenroom::app::Row| row.interview.starts_at.unwrap().to_string();
        [start(world.row(ada()).await), start(world.row(bob).await)]
    };
    import_with(&world, &old.file, SkewAnswer::Correct).await;
    assert_eq!(
        starts(&world).await,
        ["2031-05-06T07:20:00Z", "2031-05-07T07:20:00Z"]
    );
    let other = World::new().await;
    import_with(&other, &old.file, SkewAnswer::Keep).await;
    assert_eq!(
        starts(&other).await,
        ["2031-05-06T12:50:00Z", "2031-05-07T12:50:00Z"]
    );
}

#[tokio::test]
async fn the_slots_zone_can_be_said_and_in_utc_nothing_is_skewed() {
    let world = World::new().await;
    let old = Old::new(world.home());
    old.run("UPDATE interviews_interview SET scheduled_time = '2031-05-06 12:50:00', started_at = '2031-05-06 12:50:00'");
    let in_utc = ImportRequest {
        zone: Some(Zone::utc()),
        format: Some(Format::Legacy),
        ..request(&old.file)
    };
    let report = import(&world.app, in_utc).await.unwrap();
    assert_eq!(report.skew, None);
    assert_eq!(
        world
            .row(ada())
            .await
            .interview
            .starts_at
            .unwrap()
            .to_string(),
        "2031-05-06T12:50:00Z"
    );
}

#[tokio::test]
async fn what_a_database_holds_and_cannot_be_taken_is_named_by_its_interview() {
    let world = World::new().await;
    let old = Old::new(world.home());
    old.run("UPDATE interviews_interview SET status = 'weird'");
    let looked = look(&world.app, request(&old.file)).await.unwrap();
    let said = looked.in_words(looked.report(), false, 10).join("\n");
    assert!(
        said.contains(&format!(
            "interview {ID} · Ada Lovelace: status: \"weird\" is not known"
        )),
        "{said}"
    );
    let json = serde_json::to_value(&looked.report().bad_lines).unwrap();
    assert_eq!(json[0]["id"], ID);
    assert_eq!(json[0]["candidate_name"], "Ada Lovelace");
    assert_eq!(json[0].get("line"), None, "a database has no lines");
    let refusal = looked.ready().unwrap_err().to_string();
    assert!(
        refusal.starts_with("1 interview can't be taken"),
        "{refusal}"
    );
}

#[tokio::test]
async fn incident_31_the_question_names_the_interviews_and_how_many_times_agree() {
    let world = World::new().await;
    let old = Old::new(world.home());
    old.interview(2, "Bob", "bob@c.example");
    old.run("UPDATE interviews_interview SET scheduled_time = '2031-05-06 12:50:00' WHERE candidate_id = 1");
    let looked = look(&world.app, request(&old.file)).await.unwrap();
    let skew = looked.unanswered().unwrap();
    assert_eq!((skew.interviews, skew.off, skew.agreeing), (1, 1, 5));
    let said = skew.question().join("\n");
    for part in [
        &format!(
            "{ID} · Ada Lovelace · the slot says Tue 6 May 2031 12:50 IST, scheduled_time says"
        ),
        "1 is off like this, and 5 agree with the slot",
        "--skew correct",
        "--skew keep",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("Bob"), "{said}");
}

#[tokio::test]
async fn whose_key_was_dropped_holds_a_dead_link_and_the_evidence_says_so() {
    let world = World::new().await;
    let old = Old::new(world.home());
    old.interview(2, "Bob", "bob@c.example");
    old.run(&format!(
        "UPDATE interviews_interview SET session_key = '{KEY}' WHERE candidate_id = 2"
    ));
    import(&world.app, request(&old.file)).await.unwrap();
    let row = world.row(ada()).await;
    let held = evidence(&row.interview, &row.facts, &world.app.access_window());
    let held = |what: &str| held.iter().find(|held| held.what == what).unwrap();
    assert_eq!(
        (&*held("key").theirs, &*held("key").truth),
        ("a dead one", "")
    );
    assert_eq!(held("start").theirs, "not known");
}
