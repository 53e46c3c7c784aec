//! What leaves comes in again: the same interviews, whatever stands in them.

use std::fmt::Write as _;

use greenroom::app::{Export, Exported, From, MailWish};
use greenroom::domain::filter::Filter;
use greenroom::domain::finding::{Code, Severity};
use greenroom::domain::import::Column;
use greenroom::domain::import::formula::neutralised;
use proptest::prelude::*;
use rstest::rstest;

use super::table::{ADA, HEADER, file};
use super::{import, look, request};
use crate::support::World;
use crate::support::legacy::Old;
use crate::support::world::draft;

async fn all(mut export: Export) -> Vec<Exported> {
    let mut all = Vec::new();
    loop {
        let page = export.next_page().await.unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

async fn text(world: &World, filter: &str, json: bool) -> String {
    let export = world.app.export(&Filter::parse(filter).unwrap(), true);
    let mut table = csv::Writer::from_writer(Vec::new());
    table
        .write_record(export.columns().map(Column::name))
        .unwrap();
    let mut lines = String::new();
    for exported in all(export).await {
        table
            .write_record(exported.cells().map(|cell| neutralised(cell).into_owned()))
            .unwrap();
        lines.push_str(&serde_json::to_string(&exported).unwrap());
        lines.push('\n');
    }
    if json {
        lines
    } else {
        String::from_utf8(table.into_inner().unwrap()).unwrap()
    }
}

async fn imported_again(text: &str) -> World {
    let world = World::new().await;
    let file = world.home().join("exported");
    std::fs::write(&file, text).unwrap();
    let report = import(&world.app, request(&file)).await.unwrap();
    assert_eq!((report.bad, report.read), (0, report.new), "{text}");
    assert_eq!(world.count("delivery"), 0, "nothing is mailed");
    world
}

async fn full() -> World {
    let world = World::new().await;
    let mut hostile = draft("=HYPERLINK(1) <ada@c.example>", "2031-10-26 01:30");
    "Europe/London".clone_into(&mut hostile.zone);
    hostile.fold = Some(greenroom::domain::when::Fold::Second);
    "'+1, \"quoted\"; and tabs".clone_into(&mut hostile.role);
    "-2\n@SUM(A1)\n\n'=x, \"y\"".clone_into(&mut hostile.note);
    "\"Levi, Rita\" <rita@acme.example>, bob@acme.example".clone_into(&mut hostile.interviewers);
    "Eve Ö <eve@acme.example>".clone_into(&mut hostile.recruiter);
    "https://meet.example/a,b".clone_into(&mut hostile.meeting_url);
    "Asia/Kolkata".clone_into(&mut hostile.candidate_zone);
    "95".clone_into(&mut hostile.duration);
    world.try_schedule(hostile, MailWish::Now).await.unwrap();
    world
        .schedule("Bob <bob@c.example>", "tomorrow 15:00")
        .await;
    world.tamper("UPDATE interview SET status = 'cancelled' WHERE candidate_name = 'Bob'");
    let old = Old::new(world.home());
    old.interview(2, "Cy", "");
    import(&world.app, request(&old.file)).await.unwrap();
    world
}

#[rstest]
#[case::a_table(false)]
#[case::json(true)]
#[tokio::test]
async fn what_was_exported_and_imported_is_exported_the_same(#[case] json: bool) {
    let world = full().await;
    let first = text(&world, "", json).await;
    let other = imported_again(&first).await;
    assert_eq!(text(&other, "", json).await, first);
    assert_eq!(other.count("interview"), 4);
    // The offset tells which of two equal times on the clock it is.
    assert!(first.contains("2031-10-26T01:30:00+00:00"), "{first}");
}

#[tokio::test]
async fn a_filter_chooses_keys_stay_and_a_revoked_one_never_leaves() {
    let world = full().await;
    assert_eq!(
        text(&world, "status:cancelled", true).await.lines().count(),
        1
    );
    let key: String = world.ask("SELECT key FROM session LIMIT 1");
    assert!(text(&world, "", false).await.contains(&key));
    let export = world.app.export(&Filter::default(), false);
    assert!(export.columns().all(|column| column != Column::SessionKey));
    for exported in all(export).await {
        assert!(exported.cells().all(|cell| !cell.contains(&key)));
        let json = serde_json::to_string(&exported).unwrap();
        assert!(
            !json.contains("session_key") && !json.contains(&key),
            "{json}"
        );
    }
    let with_key = Filter::parse(&key).unwrap();
    let window = world.app.window(&with_key, From::Start, 1).await.unwrap();
    world.app.revoke(window.rows[0].id()).await.unwrap();
    assert!(!text(&world, "", false).await.contains(&key));
}

#[tokio::test]
async fn incident_19_who_was_never_mailed_is_not_called_invited_where_the_export_comes_in() {
    let world = World::new().await;
    for name in ["Mailed", "Kept", "Asked"] {
        let address = format!("{name} <{name}@c.example>");
        let wish = if name == "Kept" {
            MailWish::No
        } else {
            MailWish::Now
        };
        world
            .try_schedule(draft(&address, "tomorrow 15:00"), wish)
            .await
            .unwrap();
        if name == "Mailed" {
            world.deliver().await;
        }
    }
    world.tamper("UPDATE interview SET sequence = 3 WHERE candidate_name = 'Mailed'");
    for json in [false, true] {
        let other = imported_again(&text(&world, "", json).await).await;
        let found = |name: &str| {
            let code = format!("SELECT found FROM interview WHERE candidate_name = '{name}'");
            other.ask::<i64>(&code)
        };
        let bit = |code: Code| i64::from(code.bit());
        assert_eq!(found("Mailed"), bit(Code::MailedElsewhere));
        assert_eq!(
            found("Asked"),
            bit(Code::MailedElsewhere),
            "it is on its way"
        );
        assert_eq!(found("Kept"), bit(Code::NeverMailed));
        // A calendar that has the third revision would take no first one.
        let sequence = "SELECT sequence FROM interview WHERE candidate_name = 'Mailed'";
        assert_eq!(other.ask::<i64>(sequence), 3);
        assert_eq!(
            other.ask::<i64>("SELECT count(*) FROM interview WHERE import_conflict = 1"),
            0
        );
    }
}

#[rstest]
#[case("link_mailed", "perhaps", "link_mailed: write yes or no")]
#[case("sequence", "-1", "sequence: write a whole number, up to a million")]
#[case(
    "sequence",
    "4294967295",
    "sequence: write a whole number, up to a million"
)]
#[tokio::test]
async fn what_an_export_says_of_itself_is_checked(
    #[case] column: &str,
    #[case] cell: &str,
    #[case] reason: &str,
) {
    let world = World::new().await;
    let table = format!("{HEADER},{column}\n{ADA},{cell}\n");
    let looked = look(&world.app, request(&file(&world, table)))
        .await
        .unwrap();
    assert_eq!(looked.report().bad_lines[0].reasons, [reason]);
}

#[tokio::test]
async fn pages_follow_each_other_without_a_gap_while_time_goes_on() {
    let world = World::new().await;
    let mut table =
        "candidate_name,candidate_email,role,starts_at,zone,duration_minutes\n".to_owned();
    for n in 0..2_100 {
        let minute = n % 60;
        writeln!(
            table,
            "C{n},c{n}@c.example,R,2031-05-05 10:{minute:02},UTC,5"
        )
        .unwrap();
    }
    let file = world.home().join("many.csv");
    std::fs::write(&file, table).unwrap();
    import(&world.app, request(&file)).await.unwrap();
    let mut export = world.app.export(&Filter::default(), false);
    let mut ids = std::collections::BTreeSet::new();
    let mut count = 0;
    loop {
        let page = export.next_page().await.unwrap();
        if page.is_empty() {
            break;
        }
        count += page.len();
        ids.extend(
            page.iter()
                .map(|one| one.cells().next().unwrap().to_owned()),
        );
        // What was ahead is over by the next page.
        world.wait_minutes(24 * 60);
    }
    assert_eq!((count, ids.len()), (2_100, 2_100));
}

proptest! {
    // What the form refuses is in no database; were that nearly everything, this would prove nothing.
    #![proptest_config(ProptestConfig { cases: 12, max_global_rejects: 24, ..ProptestConfig::default() })]
    #[test]
    fn whatever_may_be_written_comes_back(
        texts in prop::collection::vec("['=+@\\-,;\"a-cÖ❤\u{200d}\u{301} \\\\\u{5d0}<>&|]{1,24}", 4),
        note in "['=+@\\-,;\"ab\n \u{301}\\\\]{0,40}",
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let taken = runtime.block_on(async {
            let world = World::in_memory().await;
            let mut hostile = draft("Ada <ada@c.example>", "tomorrow 15:00");
            hostile.candidate.clone_from(&texts[0]);
            hostile.role.clone_from(&texts[1]);
            hostile.round.clone_from(&texts[2]);
            hostile.company.clone_from(&texts[3]);
            hostile.note = note;
            if world.try_schedule(hostile, MailWish::No).await.is_err() {
                return false;
            }
            for json in [false, true] {
                let first = text(&world, "", json).await;
                let other = imported_again(&first).await;
                assert_eq!(text(&other, "", json).await, first);
            }
            true
        });
        prop_assume!(taken);
    }
}

/// A line of a table, in the order of [`WHOLE`], as a person or another system may have written it.
fn any_line(number: usize) -> impl Strategy<Value = Vec<String>> {
    let some = |texts: &'static [&'static str]| prop::sample::select(texts);
    (
        (prop::bool::ANY, prop::bool::ANY, "[=+@'a-cÖ]{1,8}"),
        (
            0_i64..400_000,
            some(&[
                "Europe/London",
                "Asia/Kolkata",
                "America/St_Johns",
                "UTC",
                "Pacific/Apia",
            ]),
            5_u16..=720,
        ),
        (
            some(&["", "scheduled", "completed", "cancelled", "no_show"]),
            some(&["", "Europe/Berlin", "Asia/Tokyo"]),
            some(&["", "https://meet.example/a,b?c=1#d"]),
            some(&["", "Eve <eve@a.example>, \"Levi, Rita\" <r@a.example>"]),
            some(&[
                "",
                "r@a.example",
                "Rita, née \"X\": Levi",
                "Rita <r@a.example>",
            ]),
            some(&["", "line one\nline two", "-1", "''=x"]),
        ),
        (
            prop::bool::ANY,
            prop::bool::ANY,
            some(&["", "ats", "legacy"]),
        ),
    )
        .prop_map(
            move |((named, timed, text), (minute, zone, length), told, (key, external, source))| {
                let (status, theirs, meeting, interviewers, recruiter, note) = told;
                let only = |is: bool, text: String| if is { text } else { String::new() };
                // A time of the year in which clocks go back is among them.
                let start = jiff::Timestamp::from_second(1_919_000_000 + minute * 60).unwrap();
                vec![
                    format!("{text}{number}"),
                    only(named, format!("c{number}@c.example")),
                    format!("{text} role"),
                    only(timed, start.to_string()),
                    zone.to_owned(),
                    length.to_string(),
                    text.clone(),
                    only(named, text.clone()),
                    only(timed, text),
                    interviewers.to_owned(),
                    meeting.to_owned(),
                    theirs.to_owned(),
                    note.to_owned(),
                    recruiter.to_owned(),
                    status.to_owned(),
                    only(key, format!("9689ddff{number:024x}")),
                    only(external, format!("=id-{number}")),
                    source.to_owned(),
                ]
            },
        )
}

const WHOLE: &str = "candidate_name,candidate_email,role,starts_at,zone,duration_minutes,company,round,kind,interviewers,\
    meeting_url,candidate_zone,note,recruiter,status,session_key,external_id,source";

fn any_table() -> impl Strategy<Value = Vec<Vec<String>>> {
    (1_usize..12).prop_flat_map(|lines| (0..lines).map(any_line).collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]
    #[test]
    fn whatever_a_table_brings_survives_leaving_and_coming_in_again(table in any_table()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut written = csv::Writer::from_writer(Vec::new());
            written.write_record(WHOLE.split(',')).unwrap();
            for line in &table {
                written.write_record(line.iter().map(|cell| neutralised(cell).into_owned())).unwrap();
            }
            let written = String::from_utf8(written.into_inner().unwrap()).unwrap();
            let world = imported_again(&written).await;
            assert_eq!(world.count("interview"), i64::try_from(table.len()).unwrap());
            for json in [false, true] {
                let first = text(&world, "", json).await;
                let other = imported_again(&first).await;
                assert_eq!(text(&other, "", json).await, first);
                assert_eq!(findings(&other).await, findings(&world).await);
                assert_eq!(other.ask::<i64>("SELECT sum(import_conflict) FROM interview"), 0);
                assert_eq!(other.count("session"), world.count("session"));
                assert_eq!(other.count("dead_key"), 0);
            }
        });
    }
}

/// What an audit finds, by code and candidate.
async fn findings(world: &World) -> Vec<(&'static str, String)> {
    let audit = world.app.audit(&Filter::default(), Severity::LOW, true);
    let page = world
        .app
        .audit_page(&audit, None, None, 1_000)
        .await
        .unwrap();
    let mut found: Vec<_> = page
        .found
        .iter()
        .map(|found| {
            (
                found.finding.code.name(),
                found.row.interview.candidate_name.clone(),
            )
        })
        .collect();
    found.sort();
    found
}
