//! Tables: whatever separates their columns, in whatever order.

use greenroom::app::ImportRequest;
use greenroom::domain::when::Zone;
use rstest::rstest;
use std::fmt::Write as _;
use std::path::PathBuf;

use super::{import, look, noticed, request};
use crate::support::{World, words};

pub(super) const HEADER: &str =
    "candidate_name,candidate_email,role,starts_at,zone,duration_minutes";
pub(super) const ADA: &str =
    "Ada Lovelace,ada@c.example,Engineer,2031-05-06 15:00,Europe/London,45";

pub(super) fn file(world: &World, text: impl AsRef<[u8]>) -> PathBuf {
    let file = world.home().join("table.csv");
    std::fs::write(&file, text).unwrap();
    file
}

async fn json(world: &World) -> serde_json::Value {
    let id: String = world.ask("SELECT id FROM interview");
    let row = world.row(id.parse().unwrap()).await;
    serde_json::to_value(world.app.interview_json(&row)).unwrap()
}

#[rstest]
#[case::plain(format!("{HEADER}\n{ADA}\n"))]
#[case::with_the_mark_of_utf_8(format!("\u{feff}{HEADER}\r\n{ADA}\r\n"))]
#[case::semicolons(format!("{HEADER}\n{ADA}").replace(',', ";"))]
#[case::tabs(format!("{HEADER}\n{ADA}\n\n").replace(',', "\t"))]
#[case::another_order("zone,Starts At,role,duration_minutes,candidate-email,CANDIDATE_NAME\n\
                       Europe/London,2031-05-06T14:00:00Z,Engineer,45,ada@c.example,\"Ada Lovelace\"\n".to_owned())]
#[case::an_offset(format!("{HEADER}\n{}\n", ADA.replace("2031-05-06 15:00", "2031-05-06T16:00+02:00")))]
#[case::as_json("{\"candidate_name\": \"Ada Lovelace\", \"candidate_email\": \"ada@c.example\", \"role\": \"Engineer\",
                 \"starts_at\": \"2031-05-06T14:00:00Z\", \"zone\": \"Europe/London\", \"duration_minutes\": 45}\n".replace('\n', " "))]
#[tokio::test]
async fn a_table_is_read_in_every_usual_shape(#[case] text: String) {
    let world = World::new().await;
    let report = import(&world.app, request(&file(&world, text)))
        .await
        .unwrap();
    assert_eq!((report.read, report.new, report.without_link), (1, 1, 1));
    let json = json(&world).await;
    assert_eq!(json["candidate_name"], "Ada Lovelace");
    assert_eq!(json["candidate_email"], "ada@c.example");
    assert_eq!(json["starts_at"], "2031-05-06T14:00:00Z");
    assert_eq!(json["zone"], "Europe/London");
    assert_eq!(json["duration_minutes"], 45);
    assert_eq!(
        json["session_key"],
        serde_json::Value::Null,
        "nothing is minted"
    );
    assert_eq!(world.count("delivery"), 0, "nothing is mailed");
}

#[tokio::test]
async fn every_column_comes_in() {
    let world = World::new().await;
    let text = format!(
        "{HEADER},company,round,kind,interviewers,meeting_url,candidate_zone,note,session_key,external_id,recruiter,status\n\
         {ADA},Acme,Final,technical,\"Bob <b@c.example>, \"\"Roe, Eve\"\" <e@c.example>\",https://meet.example/x,America/New_York,\
         \"Bring\r\nnothing\",9689ddff00004000800000000000002a,ats-7,Rita <rita@c.example>,no_show\n"
    );
    import(&world.app, request(&file(&world, text)))
        .await
        .unwrap();
    let json = json(&world).await;
    assert_eq!(json["company"], "Acme");
    assert_eq!(json["round"], "Final");
    assert_eq!(json["kind"], "technical");
    assert_eq!(
        json["interviewers"],
        serde_json::json!(["Bob <b@c.example>", "\"Roe, Eve\" <e@c.example>"])
    );
    assert_eq!(json["meeting_url"], "https://meet.example/x");
    assert_eq!(json["candidate_zone"], "America/New_York");
    assert_eq!(json["session_key"], "9689ddff00004000800000000000002a");
    assert_eq!(json["recruiter"], "Rita <rita@c.example>");
    assert_eq!(json["status"], "no_show");
    assert_eq!(
        world.ask::<String>("SELECT note FROM interview"),
        "Bring\nnothing"
    );
    assert_eq!(
        world.ask::<String>("SELECT source || external_id FROM interview"),
        "csvats-7"
    );
}

#[rstest]
#[case::no_name(
    ",ada@c.example,Engineer,2031-05-06 15:00,Europe/London,45",
    "candidate_name: is missing"
)]
#[case::address(
    "Ada,ada at c,Engineer,2031-05-06 15:00,Europe/London,45",
    "candidate_email: "
)]
#[case::no_role(
    "Ada,a@c.example,,2031-05-06 15:00,Europe/London,45",
    "role: is missing"
)]
#[case::a_time_for_people(
    "Ada,a@c.example,Engineer,06/05/2031 3pm,Europe/London,45",
    "starts_at: "
)]
#[case::a_day_alone("Ada,a@c.example,Engineer,2031-05-06,Europe/London,45", "starts_at: ")]
#[case::no_such_day(
    "Ada,a@c.example,Engineer,2031-02-30 15:00,Europe/London,45",
    "starts_at: "
)]
#[case::skipped(
    "Ada,a@c.example,Engineer,2031-03-30 01:30,Europe/London,45",
    "the clocks skip it"
)]
#[case::twice(
    "Ada,a@c.example,Engineer,2031-10-26 01:30,Europe/London,45",
    "occurs twice"
)]
#[case::zone(
    "Ada,a@c.example,Engineer,2031-05-06 15:00,Europe/Londn,45",
    "zone: no zone is called"
)]
#[case::duration(
    "Ada,a@c.example,Engineer,2031-05-06 15:00,Europe/London,4",
    "duration_minutes: "
)]
#[case::too_few("Ada,a@c.example,Engineer", "has 3 cells where the first line names 6")]
#[case::one_cell("Ada", "has 1 cell where the first line names 6")]
#[case::too_many(
    "Lovelace, Ada,a@c.example,Engineer,2031-05-06 15:00,Europe/London,45",
    "is a quotation mark missing?"
)]
#[case::template(
    "{{name}},a@c.example,Engineer,2031-05-06 15:00,Europe/London,45",
    "candidate_name: contains {{"
)]
#[case::escape(
    "A\u{1b}[2Jda,a@c.example,Engineer,2031-05-06 15:00,Europe/London,45",
    "candidate_name: contains the invisible"
)]
#[tokio::test]
async fn a_bad_line_is_told_by_its_number_and_reason(#[case] line: &str, #[case] reason: &str) {
    let world = World::new().await;
    let file = file(&world, format!("{HEADER}\n{ADA}\n\n{line}\n"));
    let looked = look(&world.app, request(&file)).await.unwrap();
    let bad = &looked.report().bad_lines;
    assert_eq!((bad.len(), bad[0].at.to_string()), (1, "line 4".to_owned()));
    assert!(bad[0].reasons.join("; ").contains(reason), "{bad:?}");
    let refusal = words(import(&world.app, request(&file)).await);
    assert!(
        refusal.starts_with("1 line can't be taken, so nothing was imported"),
        "{refusal}"
    );
    assert_eq!(world.count("interview"), 0, "all or none");
    let skipping = ImportRequest {
        skip_bad: true,
        ..request(&file)
    };
    let report = import(&world.app, skipping).await.unwrap();
    assert_eq!(
        (report.new, report.bad, world.count("interview")),
        (1, 1, 1)
    );
}

#[rstest]
#[case("\n", "\n")]
#[case("\r\n", "")]
#[case("\r", "\r")]
#[tokio::test]
async fn lines_are_counted_as_an_editor_counts_them(#[case] end: &str, #[case] last: &str) {
    let world = World::new().await;
    let header = format!("{HEADER},note");
    let noted = format!("{ADA},\"two\n\nlines\"");
    let lines = [&header, "", "x", &noted, "y", "", "", "z"];
    let text = lines.join("\n").replace('\n', end) + last;
    let looked = look(&world.app, request(&file(&world, text)))
        .await
        .unwrap();
    let bad: Vec<_> = looked
        .report()
        .bad_lines
        .iter()
        .map(|bad| bad.at.to_string())
        .collect();
    assert_eq!(
        (looked.report().new, bad.join(" ")),
        (1, "line 3 line 7 line 10".to_owned())
    );
}

#[tokio::test]
async fn all_reasons_of_a_line_are_told_at_once() {
    let world = World::new().await;
    let file = file(
        &world,
        format!("{HEADER},session_key,status\n,x,,soon,Mars,1,zz,maybe\n"),
    );
    let looked = look(&world.app, request(&file)).await.unwrap();
    let reasons = &looked.report().bad_lines[0].reasons;
    let fields: Vec<_> = reasons
        .iter()
        .map(|reason| reason.split(':').next().unwrap())
        .collect();
    assert_eq!(
        fields,
        [
            "candidate_name",
            "candidate_email",
            "role",
            "zone",
            "duration_minutes",
            "status",
            "session_key"
        ]
    );
}

#[rstest]
#[case("name,email\nx,y\n", "missing: candidate_name, candidate_email")]
#[case(
    "candidate_name,candidate_name\n",
    "the column candidate_name stands there twice"
)]
#[case("", "missing: candidate_name")]
#[tokio::test]
async fn a_first_line_that_is_no_header_is_refused(#[case] text: &str, #[case] reason: &str) {
    let world = World::new().await;
    let refusal = words(look(&world.app, request(&file(&world, text))).await);
    assert!(refusal.contains(reason), "{refusal}");
}

#[tokio::test]
async fn importing_twice_is_importing_once_with_ids_and_without() {
    let world = World::new().await;
    let text = format!("{HEADER},external_id\n{ADA},ats-1\n{ADA},\n{ADA},ats-2\n");
    let file = file(&world, text);
    assert_eq!(import(&world.app, request(&file)).await.unwrap().new, 3);
    let again = import(&world.app, request(&file)).await.unwrap();
    assert_eq!((again.new, again.here, world.count("interview")), (0, 3, 3));
}

#[tokio::test]
async fn the_same_line_twice_is_one_interview_too_many() {
    let world = World::new().await;
    let file = file(
        &world,
        format!("{HEADER},external_id\n{ADA},\n{ADA},\n{ADA},7\nBob{ADA},7\n"),
    );
    let looked = look(&world.app, request(&file)).await.unwrap();
    let told: Vec<_> = looked
        .report()
        .bad_lines
        .iter()
        .map(|bad| format!("{} {}", bad.at, bad.reasons[0]))
        .collect();
    assert_eq!(
        told,
        [
            "line 3 is the same interview as line 2",
            "line 5 is the same interview as line 4"
        ]
    );
}

#[tokio::test]
async fn a_line_may_lack_address_and_time_and_the_zone_may_be_said_for_all() {
    let world = World::new().await;
    let file = file(&world, format!("{HEADER}\nAda,,Engineer,,,\n"));
    let in_tokyo = ImportRequest {
        zone: Some(Zone::parse("Asia/Tokyo").unwrap()),
        ..request(&file)
    };
    let report = import(&world.app, in_tokyo).await.unwrap();
    assert_eq!((report.without_time, report.without_address), (1, 1));
    assert_eq!(noticed(&report), [("address", 1)]);
    let json = json(&world).await;
    assert_eq!(
        (json["zone"].as_str(), json["starts_at"].as_str()),
        (Some("Asia/Tokyo"), None)
    );
}

#[tokio::test]
async fn one_key_on_two_lines_is_kept_by_neither() {
    let world = World::new().await;
    let key = "9689ddff00004000800000000000002a";
    let file = file(
        &world,
        format!("{HEADER},session_key\n{ADA},{key}\nBob {ADA},{key}\n"),
    );
    let report = import(&world.app, request(&file)).await.unwrap();
    assert_eq!(
        (report.without_link, noticed(&report)),
        (2, vec![("shared-key", 2)])
    );
    assert_eq!(world.count("session"), 0);
    assert_eq!(
        world.ask::<i64>("SELECT sum(import_conflict) FROM interview"),
        2
    );
}

#[tokio::test]
async fn a_mistyped_address_and_a_start_in_the_past_are_told_and_come_in() {
    let world = World::new().await;
    let file = file(
        &world,
        format!("{HEADER}\nAda,ada@gmial.com,Engineer,2031-05-01 15:00,Europe/London,45\n"),
    );
    let report = import(&world.app, request(&file)).await.unwrap();
    assert_eq!(
        (report.new, noticed(&report)),
        (1, vec![("address", 1), ("in-the-past", 1)])
    );
}

#[tokio::test]
async fn a_column_that_means_nothing_here_is_named() {
    let world = World::new().await;
    let file = file(&world, format!("{HEADER},shoe size,Notes\n{ADA},44,x\n"));
    let looked = look(&world.app, request(&file)).await.unwrap();
    assert_eq!(
        looked.report().absent,
        [
            "the column \"shoe size\" means nothing here",
            "the column \"Notes\" means nothing here; did you mean note?"
        ]
    );
}

#[tokio::test]
async fn what_was_shown_comes_in_whatever_becomes_of_the_file() {
    let world = World::new().await;
    let file = file(&world, format!("{HEADER}\n{ADA}\n"));
    let looked = look(&world.app, request(&file)).await.unwrap();
    std::fs::write(&file, format!("{HEADER}\nEve {ADA}\nBob {ADA}\n")).unwrap();
    let progress = || tokio::sync::watch::channel(greenroom::app::Progress::default()).0;
    let again = looked.clone();
    let done = world.app.import(looked, progress()).await.unwrap();
    assert_eq!((done.new, world.count("interview")), (1, 1));
    let name: String = world.ask("SELECT candidate_name FROM interview");
    assert_eq!(name, "Ada Lovelace");
    // A doubled key carries the same out once more: everybody is here by then.
    let twice = world.app.import(again, progress()).await.unwrap();
    assert_eq!((twice.new, twice.here, world.count("interview")), (0, 1, 1));
}

#[tokio::test]
async fn many_lines_are_indexed_as_if_they_had_come_one_by_one() {
    let world = World::new().await;
    world
        .schedule("Eve <eve@c.example>", "tomorrow 15:00")
        .await;
    let mut text = format!("{HEADER}\n");
    for number in 0..20_000 {
        writeln!(
            text,
            "Candidate {number},c{number}@c.example,Engineer,2031-06-{:02} 15:00,UTC,45",
            number % 30 + 1
        )
        .unwrap();
    }
    let report = import(&world.app, request(&file(&world, text)))
        .await
        .unwrap();
    assert_eq!(report.new, 20_000);
    for (filter, count) in [
        ("c777@c.example", 1),
        ("verdict:blocked", 20_000),
        ("eve", 1),
        ("all", 20_001),
    ] {
        let filter = greenroom::domain::filter::Filter::parse(filter).unwrap();
        assert_eq!(world.app.count(&filter).await.unwrap(), count, "{filter:?}");
    }
    assert_eq!(world.ask::<String>("PRAGMA integrity_check"), "ok");
    // What is scheduled from now on is found as well.
    world
        .schedule("Zoe <zoe@c.example>", "tomorrow 16:00")
        .await;
    let zoe = greenroom::domain::filter::Filter::parse("zoe").unwrap();
    assert_eq!(world.app.count(&zoe).await.unwrap(), 1);
}

#[rstest]
#[case(';', "sep=;\n")]
#[case('|', "\"sep=|\"\r\n")]
#[case('\t', "SEP=\t\r\n")]
#[tokio::test]
async fn the_separator_that_a_first_line_names_for_excel_counts(
    #[case] separator: char,
    #[case] first: &str,
) {
    let world = World::new().await;
    let table = format!("{HEADER}\n{ADA}\nbad\n").replace(',', &separator.to_string());
    let looked = look(
        &world.app,
        request(&file(&world, format!("{first}{table}"))),
    )
    .await
    .unwrap();
    let report = looked.report();
    assert_eq!((report.new, report.bad), (1, 1));
    assert_eq!(
        report.bad_lines[0].at.to_string(),
        "line 4",
        "it is a line too"
    );
}

#[tokio::test]
async fn fields_of_json_that_mean_nothing_are_named_and_a_number_is_no_name() {
    let world = World::new().await;
    let file = world.home().join("t.jsonl");
    let good = r#"{"candidate_name":"Ada","candidate_email":"a@c.example","role":"Engineer","zone":"UTC","duration_minutes":45,"external_id":7,"join_url":null,"colour":"red"}"#;
    let bad = r#"{"candidate_name":5,"candidate_email":true,"role":"Engineer","zone":"UTC"}"#;
    std::fs::write(&file, format!("{good}\n{bad}\n")).unwrap();
    let looked = look(&world.app, request(&file)).await.unwrap();
    let report = looked.report();
    assert_eq!(report.absent, ["the field \"colour\" means nothing here"]);
    assert_eq!((report.new, report.bad), (1, 1));
    assert_eq!(
        report.bad_lines[0].reasons,
        [
            "candidate_name: is a number where a text belongs",
            "candidate_email: is true or false where a text belongs"
        ]
    );
}

#[tokio::test]
async fn who_has_an_interview_at_that_time_already_is_named() {
    let world = World::new().await;
    let first = file(&world, format!("{HEADER}\n{ADA}\n"));
    import(&world.app, request(&first)).await.unwrap();
    // The role was corrected, and so it is another interview.
    let second = file(
        &world,
        format!(
            "{HEADER}\n{}\n",
            ADA.replace("Engineer", "Compiler engineer")
        ),
    );
    let report = import(&world.app, request(&second)).await.unwrap();
    assert_eq!((report.new, report.here), (1, 0));
    assert_eq!(noticed(&report), [("already-planned", 1)]);
    let again = import(&world.app, request(&second)).await.unwrap();
    assert_eq!((again.new, noticed(&again)), (0, Vec::new()));
}

#[rstest]
#[case::saved_by_a_spreadsheet(
    "role,candidate_name,candidate_email,zone,starts_at,duration_minutes\n\
     Engineer,Ada Lovelace,ada@c.example,Europe/London,2031-05-06T15:00:00,45\n"
)]
#[case::another_zone_and_a_note(
    "candidate_name,candidate_email,role,starts_at,zone,duration_minutes,note\n\
     Ada Lovelace,ada@C.example,Engineer,2031-05-06 16:00,Europe/Berlin,30,\"bring a pen\"\n"
)]
#[tokio::test]
async fn a_line_that_came_in_before_and_was_edited_is_recognised_and_told(#[case] edited: &str) {
    let world = World::new().await;
    let first = file(&world, format!("{HEADER}\n{ADA}\n"));
    import(&world.app, request(&first)).await.unwrap();
    let looked = look(&world.app, request(&file(&world, edited)))
        .await
        .unwrap();
    let report = looked.report();
    assert_eq!((report.new, report.here), (0, 1));
    assert_eq!(noticed(report), [("recognised", 1)]);
    let id: String = world.ask("SELECT id FROM interview");
    let said = looked.in_words(report, false, 10).join("\n");
    let told =
        format!("line 2 · Ada Lovelace · by candidate, role and start: it is interview {id}");
    assert!(said.contains(&told), "{said}");
    assert!(said.contains("1 already here, left as they are"), "{said}");
}

#[rstest]
#[case::start("Ada Lovelace,ada@c.example,Engineer,2031-05-07 15:00,Europe/London,45")]
#[case::role("Ada Lovelace,ada@c.example,Manager,2031-05-06 15:00,Europe/London,45")]
#[case::name("Ada King,ada@c.example,Engineer,2031-05-06 15:00,Europe/London,45")]
#[case::address("Ada Lovelace,ada@d.example,Engineer,2031-05-06 15:00,Europe/London,45")]
#[case::no_address("Ada Lovelace,,Engineer,2031-05-06 15:00,Europe/London,45")]
#[case::with_an_id("Ada Lovelace,ada@c.example,Engineer,2031-05-06 15:00,Europe/London,45,ats-9")]
#[tokio::test]
async fn what_differs_in_any_of_what_makes_an_interview_comes_in(#[case] line: &str) {
    let world = World::new().await;
    let first = file(&world, format!("{HEADER}\n{ADA}\n"));
    import(&world.app, request(&first)).await.unwrap();
    let id = if line.ends_with("ats-9") {
        ",external_id"
    } else {
        ""
    };
    let second = file(&world, format!("{HEADER}{id}\n{line}\n"));
    assert_eq!(import(&world.app, request(&second)).await.unwrap().new, 1);
}

#[tokio::test]
async fn a_key_with_its_candidate_is_recognised_and_with_another_is_a_conflict() {
    let world = World::new().await;
    let key = "9689ddff00004000800000000000002a";
    let line = |name: &str, at: &str| {
        format!("{HEADER},session_key\n{name},a@c.example,Engineer,2031-05-06 {at},UTC,45,{key}\n")
    };
    let first = file(&world, line("Ada", "15:00"));
    import(&world.app, request(&first)).await.unwrap();
    let moved = import(&world.app, request(&file(&world, line("Ada", "16:00"))))
        .await
        .unwrap();
    assert_eq!((moved.new, moved.here), (0, 1));
    assert_eq!(noticed(&moved), [("recognised", 1)]);
    let other = import(&world.app, request(&file(&world, line("Bob", "16:30"))))
        .await
        .unwrap();
    assert_eq!((other.new, noticed(&other)), (1, vec![("shared-key", 1)]));
}
