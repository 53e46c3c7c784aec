//! `import` and `export`: what is said, what is written, and how they end.

use std::fmt::Write as _;

use rstest::rstest;
use serde_json::json;

use crate::support::legacy::{KEY, Old};
use crate::support::program::Greenroom;

const TABLE: &str = "candidate_name;candidate_email;role;starts_at;zone;duration_minutes\n\
    Ada;ada@c.example;Engineer;2031-05-06 15:00;Europe/London;45\n\
    Bob;bob at c;Engineer;2031-05-06 16:00;Europe/London;45\n";

fn file(greenroom: &Greenroom, name: &str, text: &str) -> String {
    let file = greenroom.home().join(name);
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

fn listed(greenroom: &Greenroom) -> usize {
    greenroom.run(&["list", "--json"]).ended(0).json().len()
}

#[test]
fn a_bad_line_is_named_by_number_and_keeps_the_good_ones_out_unless_it_is_skipped() {
    let greenroom = Greenroom::new();
    let table = file(&greenroom, "t.csv", TABLE);
    let refused = greenroom.run(&["import", &table, "--yes"]).ended(2);
    let said = format!("{}{}", refused.out, refused.err);
    assert!(
        said.contains("line 3") && said.contains("candidate_email"),
        "{said}"
    );
    assert_eq!(listed(&greenroom), 0);
    let dry = greenroom
        .run(&["import", &table, "--skip-bad", "--dry-run", "--json"])
        .ended(1)
        .one();
    assert_eq!(
        (&dry["dry_run"], &dry["new"], &dry["bad"]),
        (&true.into(), &1.into(), &1.into())
    );
    assert_eq!(dry["bad_lines"][0]["line"], 3);
    assert_eq!(listed(&greenroom), 0, "a dry run writes nothing");
    greenroom
        .run(&["import", &table, "--skip-bad", "--yes"])
        .ended(1);
    assert_eq!(listed(&greenroom), 1);
    assert!(greenroom.mailbox().is_empty(), "an import never mails");
    let again = greenroom
        .run(&["import", &table, "--skip-bad", "--yes", "--json"])
        .ended(1)
        .one();
    assert_eq!(
        (&again["new"], &again["already_here"]),
        (&0.into(), &1.into())
    );
    assert_eq!(listed(&greenroom), 1);
}

#[test]
fn an_old_database_ends_with_0_when_sound_and_names_its_defects_otherwise() {
    let greenroom = Greenroom::new();
    let old = Old::new(greenroom.home());
    let path = old.file.to_str().unwrap().to_owned();
    greenroom.run(&["import", &path, "--dry-run"]).ended(0);
    old.run("UPDATE candidates_candidate SET email = 'ada@gmial.com'");
    let ran = greenroom
        .run(&["import", &path, "--format", "legacy"])
        .ended(1);
    assert!(
        ran.out.contains("address") && ran.out.contains("1 imported"),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains(KEY) && !ran.err.contains(KEY));
    let report = greenroom.run(&["import", &path, "--json"]).ended(1).one();
    assert_eq!(report["format"], "legacy");
    assert_eq!(report["already_here"], 1);
    assert_eq!(report["defects"][0]["code"], "address");
    assert_eq!(report["defects"][0]["number"], 13);
}

#[rstest]
#[case::no_file(&["import", "nowhere.csv"], "can't be read")]
#[case::no_such_zone(&["import", "nowhere.csv", "--zone", "Mars/Base"], "zone: ")]
#[case::no_such_format(&["import", "nowhere.csv", "--format", "xlsx"], "invalid value 'xlsx'")]
#[case::no_such_key(&["export", "lnik:missing"], "did you mean \"link\"")]
#[case::no_export_to_the_old_system(&["export", "--format", "legacy"], "invalid value 'legacy'")]
fn what_is_wrong_is_said_and_ends_with_2(#[case] arguments: &[&str], #[case] says: &str) {
    let ran = Greenroom::new().run(arguments).ended(2);
    assert!(
        ran.err.contains(says) && ran.out.is_empty(),
        "{}{}",
        ran.err,
        ran.out
    );
}

#[rstest]
#[case::a_table("csv")]
#[case::json("json")]
fn what_was_exported_can_be_imported(#[case] format: &str) {
    let one = Greenroom::new();
    one.demo();
    let arguments = ["export", "--format", format, "--with-keys"];
    let first = one.run(&arguments).ended(0).out;
    let other = Greenroom::new();
    let exported = file(&other, "exported", &first);
    let ran = other.run(&["import", &exported, "--yes"]);
    assert!(ran.code <= 1, "{}{}", ran.out, ran.err);
    let second = other.run(&arguments).ended(0).out;
    let sorted = |text: &str| {
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&second), sorted(&first));
}

#[test]
fn cells_are_neutralised_keys_stay_and_a_filter_may_exclude() {
    let greenroom = Greenroom::new();
    greenroom.new_ada(&["--company", "=1+1"]).ended(0);
    let key = greenroom.run(&["list", "--json"]).ended(0).one()["session_key"]
        .as_str()
        .unwrap()
        .to_owned();
    let ran = greenroom.run(&["export"]).ended(0);
    assert!(
        ran.out.contains(",'=1+1,") && ran.out.contains("2031-03-05T15:00:00+00:00"),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains(&key) && !ran.out.contains("session_key"));
    let with = greenroom
        .run(&["export", "--with-keys", "--json"])
        .ended(0)
        .one();
    assert_eq!(with["session_key"], key.as_str());
    assert_eq!(with["company"], "=1+1", "JSON is no spreadsheet");
    let none = greenroom.run(&["export", "-status:scheduled"]).ended(0);
    assert_eq!(
        none.out.lines().count(),
        1,
        "the header alone: {}",
        none.out
    );
}

#[test]
fn long_work_shows_on_a_terminal_how_far_it_is_and_says_nothing_elsewhere() {
    let greenroom = Greenroom::new();
    let mut text =
        "candidate_name,candidate_email,role,starts_at,zone,duration_minutes\n".to_owned();
    for number in 0..12_000 {
        writeln!(
            text,
            "C{number},c{number}@c.example,Engineer,2031-05-06 15:00,Europe/London,45"
        )
        .unwrap();
    }
    let table = file(&greenroom, "many.csv", &text);
    let mut person = greenroom.terminal(&["import", &table], 80, 24);
    person.shows("Type 12000 to import them");
    person.keys("12000\n");
    let (status, written) = person.ends();
    assert!(status.success(), "{written}");
    assert!(written.contains("12000 imported"), "{written}");
    // It may have stood there for a moment only.
    assert!(written.contains(" %"), "{written}");
    let again = greenroom.run(&["import", &table, "--yes"]).ended(0);
    assert_eq!(again.err, "");
    assert!(again.out.contains("12000 already here"), "{}", again.out);
}

#[test]
fn a_dry_run_makes_no_database_and_says_the_same() {
    let greenroom = Greenroom::new();
    let table = file(&greenroom, "t.csv", TABLE);
    let data = greenroom.home().join("data");
    let dry = ["import", &table, "--skip-bad", "--dry-run", "--json"];
    let said = greenroom.run(&dry).ended(1).one();
    assert_eq!((&said["new"], &said["bad"]), (&json!(1), &json!(1)));
    assert!(!data.exists(), "nothing is written");
    greenroom
        .run(&["import", &table, "--skip-bad", "--yes"])
        .ended(1);
    let known = greenroom.run(&dry).ended(1).one();
    assert_eq!(
        (&known["new"], &known["already_here"]),
        (&json!(0), &json!(1))
    );
}

#[test]
fn a_question_about_time_names_the_option_that_answers_it() {
    let greenroom = Greenroom::new();
    let old = Old::new(greenroom.home());
    old.run("UPDATE interviews_interview SET scheduled_time = '2031-05-06 12:50:00'");
    let dry = greenroom.run(&["import", old.file.to_str().unwrap(), "--dry-run"]);
    assert!(dry.ended(1).out.contains("--skew correct, or --skew keep"));
}

#[rstest]
#[case(&["import", "/nonexistent/t.csv"], 2)]
#[case(&["import", "/nonexistent/t.csv", "--format", "legacy"], 2)]
#[case(&["resend", "--plan", "/nonexistent/plan"], 2)]
#[case(&["resend", "all", "--save-plan", "/nonexistent/plan"], 3)]
#[case(&["audit", "--html", "/nonexistent/page.html"], 3)]
#[case(&["backup", "/nonexistent/copy.db"], 3)]
#[case(&["--config", "/nonexistent/config.toml", "list"], 3)]
fn what_the_system_refuses_is_said_without_its_numbers(#[case] line: &[&str], #[case] code: i32) {
    let greenroom = Greenroom::new();
    greenroom.new_ada(&[]);
    let ran = greenroom.run(line).ended(code);
    assert!(
        ran.err.contains("No such file or directory") && !ran.err.contains("os error"),
        "{}",
        ran.err
    );
}

#[test]
fn whoever_names_no_id_is_told_how_to_find_one() {
    let greenroom = Greenroom::new();
    let made = greenroom.new_ada(&["--json"]).ended(0).one();
    let by_name = greenroom.run(&["show", "ada"]).ended(2);
    assert!(by_name.err.contains("greenroom why ada"), "{}", by_name.err);
    let key = made["interview"]["session_key"].as_str().unwrap();
    for line in [["show", key].as_slice(), &["resend", key, "--dry-run"]] {
        let by_key = greenroom.run(line).ended(2);
        assert!(by_key.err.contains("greenroom why KEY"), "{}", by_key.err);
        assert!(!by_key.err.contains(&key[..8]), "{}", by_key.err);
    }
}
#[test]
fn repair_counts_everyone_who_holds_a_link_and_no_mail_and_says_who_can_be_mailed() {
    let greenroom = Greenroom::new();
    let start = "2031-05-06 15:00;Europe/London;45";
    let mut table = TABLE.lines().next().unwrap().to_owned();
    for name in ["Ada", "Bob", "Cleo"] {
        write!(table, "\n{name};{name}@c.example;Engineer;{start}").unwrap();
    }
    write!(table, "\nDan;;Engineer;{start}\n").unwrap();
    let table = file(&greenroom, "t.csv", &table);
    greenroom.run(&["import", &table, "--yes"]).ended(1);
    let ran = greenroom.run(&["repair", "all", "--yes"]).ended(0);
    let said = format!("{}{}", ran.out, ran.err);
    for part in [
        "4 now hold a link but no mail; 1 of them has no address",
        "greenroom resend ",
        " mails the others.",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn on_a_narrow_terminal_the_report_of_an_import_breaks_between_words() {
    let greenroom = Greenroom::new();
    let old = Old::new(greenroom.home());
    old.run("UPDATE interviews_interview SET link_expires_at = '2020-01-01 00:00:00'");
    let (_, written) = greenroom
        .terminal(
            &[
                "--color",
                "never",
                "import",
                old.file.to_str().unwrap(),
                "--dry-run",
            ],
            80,
            24,
        )
        .ends();
    let lines: Vec<&str> = written.lines().map(str::trim_end).collect();
    assert!(
        lines.iter().all(|line| line.chars().count() <= 80),
        "{written}"
    );
    let joined = lines
        .join(" ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(
        joined.contains("here the link opens and closes by the start alone"),
        "no word is cut: {written}"
    );
}

#[test]
fn on_a_narrow_terminal_what_is_said_of_an_interview_breaks_between_words() {
    let greenroom = Greenroom::new();
    let old = Old::new(greenroom.home());
    old.interview(2, "Ada Byron", "byron@c.example");
    old.run(&format!(
        "UPDATE interviews_interview SET session_key = '{KEY}' WHERE candidate_id = 2"
    ));
    greenroom
        .run(&["import", old.file.to_str().unwrap(), "--yes"])
        .ended(1);
    let id = greenroom.run(&["list", "--json", "Lovelace"]).json()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for arguments in [["why", "Lovelace"], ["why", "Ada"], ["show", &id]] {
        let arguments = [&["--color", "never"], &arguments[..]].concat();
        let (_, written) = greenroom.terminal(&arguments, 80, 24).ends();
        let lines: Vec<&str> = written.lines().map(str::trim_end).collect();
        assert!(
            lines.iter().all(|line| line.chars().count() <= 80),
            "{written}"
        );
        assert!(written.contains(&id), "the id is in one piece: {written}");
    }
}
