//! `resend` and `repair`: nothing is everybody by accident, and a plan is carried out exactly or not at all.

use std::io::{Read as _, Write as _};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use rstest::rstest;

use crate::support::program::{Greenroom, NOW};

#[rstest]
#[case(&["resend", "--yes"], "all selects every one")]
#[case(&["resend", "all"], "there is nobody to ask")]
#[case(&["resend", "01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f", "--yes"], "there is no interview")]
#[case(&["resend", "lnik:missing", "--yes"], "did you mean \"link\"")]
#[case(&["resend", "01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f", "ada", "--yes"], "not both")]
#[case(&["resend", "all", "--expect", "7", "--yes"], "expect: the plan acts on 1, not on 7")]
#[case(&["repair", "--yes"], "all selects every one")]
#[case(&["resend", "role:", "--yes"], "\"role:\" names nothing to look for")]
#[case(&["rotate", "-all", "--yes"], "excludes everybody")]
#[case(&["resend", "--plan", "nowhere.json", "--yes"], "plan: nowhere.json can't be read")]
fn a_selector_that_is_not_meant_does_nothing(#[case] arguments: &[&str], #[case] words: &str) {
    let greenroom = Greenroom::new();
    greenroom.new_ada(&[]).ended(0);
    let ran = greenroom.run(arguments).ended(2);
    assert!(ran.err.contains(words), "{}", ran.err);
    assert_eq!(greenroom.mailbox().len(), 1);
}

#[test]
fn a_resend_that_reaches_nobody_does_not_end_well() {
    let greenroom = Greenroom::new();
    greenroom.new_ada(&[]).ended(0);
    let ran = greenroom.run(&["resend", "grace", "--yes"]).ended(1);
    assert!(ran.err.contains("No interview matches"), "{}", ran.err);
    greenroom.run(&["resend", "grace", "--dry-run"]).ended(0);
}

#[test]
fn a_plan_that_is_only_looked_at_is_the_result() {
    let greenroom = Greenroom::new();
    greenroom.new_ada(&[]).ended(0);
    let shown = greenroom.run(&["resend", "all", "--dry-run"]).ended(0);
    let lines: Vec<&str> = shown.out.lines().collect();
    assert_eq!(
        lines[0],
        "1 to send, 0 to skip · the first starts Wed 5 Mar 2031 15:00 (times in Europe/London)"
    );
    let row = "send  Ada Lovelace <ada@example.org>  Wed 5 Mar 2031 15:00  ";
    assert!(lines[1].starts_with(row), "{}", lines[1]);
    let rest = "… stays  the last mail lies on this machine";
    assert!(lines[1].ends_with(rest), "{}", lines[1]);
    assert_eq!(lines.len(), 2);
    assert_eq!(greenroom.mailbox().len(), 1);
}

#[test]
fn repair_gives_links_to_those_that_lack_one_and_mails_nobody() {
    let greenroom = Greenroom::new();
    greenroom.demo();
    let lacking = || {
        greenroom
            .run(&["list", "link:missing", "when:ahead", "--json"])
            .ended(0)
            .json()
            .len()
    };
    let before = lacking();
    assert!(before > 0);
    let shown = greenroom
        .run(&[
            "repair",
            "link:missing",
            "when:ahead",
            "--dry-run",
            "--json",
        ])
        .ended(0)
        .json();
    assert_eq!((shown.len(), lacking()), (before, before));
    assert!(
        shown
            .iter()
            .all(|row| row["step"] == "change" && row["delivery"].is_null())
    );
    greenroom
        .run(&["repair", "link:missing", "when:ahead", "--yes"])
        .ended(0);
    assert_eq!((lacking(), greenroom.mailbox().len()), (0, 0));
}

#[test]
fn repair_with_send_invites_in_the_same_step() {
    let greenroom = Greenroom::new();
    greenroom.demo();
    let one = greenroom
        .run(&[
            "list",
            "link:missing",
            "when:ahead",
            "--limit",
            "1",
            "--json",
        ])
        .ended(0)
        .one();
    let row = greenroom
        .run(&[
            "repair",
            one["id"].as_str().unwrap(),
            "--send",
            "--yes",
            "--json",
        ])
        .ended(0)
        .one();
    assert_eq!(
        (&row["step"], &row["delivery"]["state"]),
        (&"send".into(), &"stored".into())
    );
    assert_eq!(greenroom.mailbox().len(), 1);
}

#[test]
fn a_saved_plan_is_carried_out_once_and_refused_when_it_is_no_longer_true() {
    let greenroom = Greenroom::new();
    greenroom.new_ada(&[]).ended(0);
    let file = greenroom.home().join("plan.json");
    let plan = file.to_str().unwrap();
    greenroom
        .run(&["resend", "all", "--save-plan", plan])
        .ended(0);
    assert_eq!(
        greenroom.mailbox().len(),
        1,
        "saving a plan carries nothing out"
    );
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let saved: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let seen = saved["rows"][0]["seen"].as_str().unwrap();
    assert!(seen.ends_with(" stored 1"), "{seen}");
    greenroom
        .run(&["resend", "--plan", plan, "--expect", "1", "--yes"])
        .ended(0);
    let repeated = greenroom.run(&["resend", "--plan", plan, "--yes"]).ended(0);
    assert!(
        repeated.err.contains("carried out before, as batch 1"),
        "{}",
        repeated.err
    );
    let other = greenroom.run(&["repair", "--plan", plan, "--yes"]).ended(2);
    assert!(
        other.err.contains("made by another command"),
        "{}",
        other.err
    );
    assert_eq!(greenroom.mailbox().len(), 2);
}

#[rstest]
#[case("LINKS__BASE_URL", "http://localhost:9", "links.base_url was ")]
#[case("COMPANY__FROM", "Evil <evil@acme.example>", "company.from was ")]
#[case(
    "MAIL__TRANSPORT",
    "smtp",
    "the way mail leaves was \"mailbox on this machine\""
)]
fn a_saved_plan_is_not_carried_out_with_other_settings_than_it_was_made_with(
    #[case] setting: &str,
    #[case] value: &str,
    #[case] words: &str,
) {
    let greenroom = Greenroom::new().with("GREENROOM_LINKS__ALLOW_LOCAL", "true");
    greenroom.new_ada(&[]).ended(0);
    let file = greenroom.home().join("plan.json");
    let plan = file.to_str().unwrap();
    greenroom
        .run(&["resend", "all", "--save-plan", plan])
        .ended(0);
    let mut moved = greenroom.with(&format!("GREENROOM_{setting}"), value);
    if setting == "MAIL__TRANSPORT" {
        moved = moved.with_smtp(9);
    }
    for more in ["--dry-run", "--yes"] {
        let refused = moved.run(&["resend", "--plan", plan, more]).ended(2);
        let expected = "the settings changed since this plan was made: ";
        assert!(refused.err.contains(expected), "{}", refused.err);
        assert!(refused.err.contains(words), "{}", refused.err);
    }
    assert_eq!(moved.mailbox().len(), 1, "nothing was done");
}

#[test]
fn what_changed_since_a_plan_was_saved_is_shown_as_it_would_be_planned_now() {
    let greenroom = Greenroom::new();
    let made = greenroom.new_ada(&["--json"]).ended(0).one();
    let ada = made["interview"]["id"].as_str().unwrap();
    let file = greenroom.home().join("plan.json");
    let plan = file.to_str().unwrap();
    greenroom
        .run(&["resend", "all", "--save-plan", plan])
        .ended(0);
    greenroom.run(&["cancel", ada]).ended(0);
    let refused = greenroom.run(&["resend", "--plan", plan, "--yes"]).ended(2);
    let (_, now) = refused
        .err
        .split_once("Changed since this plan was made; today it would say of them:\n")
        .unwrap();
    assert!(now.starts_with("skip  Ada Lovelace"), "{now}");
    assert!(now.contains("cancelled"), "{now}");
    assert!(now.contains("nothing was done"), "{now}");
    assert_eq!(greenroom.mailbox().len(), 1);
}

/// A world with Ada in it, and where plans are kept.
fn planning() -> (Greenroom, String) {
    let greenroom = Greenroom::new();
    greenroom.new_ada(&[]).ended(0);
    let file = greenroom.home().join("plan.json");
    let plan = file.to_str().unwrap().to_owned();
    (greenroom, plan)
}

#[test]
fn a_file_that_is_there_already_is_never_overwritten_by_a_plan() {
    let (greenroom, plan) = planning();
    std::fs::write(&plan, "dear diary").unwrap();
    for more in [&["--dry-run"][..], &["--yes"], &[]] {
        let arguments = [&["resend", "all", "--save-plan", &plan][..], more].concat();
        let ran = greenroom.run(&arguments).ended(2);
        assert!(
            ran.err
                .contains(&format!("save-plan: {plan} is there already")),
            "{}",
            ran.err
        );
    }
    assert_eq!(std::fs::read_to_string(&plan).unwrap(), "dear diary");
    assert_eq!(greenroom.mailbox().len(), 1, "nothing was done");
    std::fs::remove_file(&plan).unwrap();
    let save = ["resend", "all", "--save-plan", &plan];
    greenroom.run(&save).ended(0);
    let first = std::fs::read(&plan).unwrap();
    greenroom.run(&save).ended(2);
    assert_eq!(std::fs::read(&plan).unwrap(), first, "nor is a saved plan");
}

#[rstest]
#[case::no_plan(|_: &str| "dear diary".to_owned(), "it is no saved plan")]
#[case::half(|text: &str| text[..text.len() / 2].to_owned(), "not all of one")]
#[case::of_another_version(|text: &str| text.replace("\"format\": 2", "\"format\": 3"), "another version of Greenroom saved it")]
#[case::of_others(|text: &str| text.replace("\"id\": \"", "\"id\": \"0197fb3f-0000-7000-8000-000000000000\", \"not\": \""),
    "none of its interviews is in this database")]
fn a_plan_that_is_not_one_of_this_database_is_refused(
    #[case] spoil: fn(&str) -> String,
    #[case] words: &str,
) {
    let (greenroom, plan) = planning();
    greenroom
        .run(&["resend", "all", "--save-plan", &plan])
        .ended(0);
    let text = std::fs::read_to_string(&plan).unwrap();
    let spoilt = spoil(&text);
    assert_ne!(spoilt, text);
    std::fs::write(&plan, spoilt).unwrap();
    for how in ["--dry-run", "--yes"] {
        let ran = greenroom.run(&["resend", "--plan", &plan, how]).ended(2);
        assert!(ran.err.contains(words), "{how}: {}", ran.err);
        assert!(ran.err.contains("plan: "), "{how}: {}", ran.err);
    }
    assert_eq!(greenroom.mailbox().len(), 1);
}

#[test]
fn a_saved_plan_is_rehearsed_as_it_would_be_carried_out() {
    let (greenroom, plan) = planning();
    greenroom
        .run(&["resend", "all", "--save-plan", &plan])
        .ended(0);
    let rehearse = ["resend", "--plan", &plan, "--dry-run"];
    let shown = greenroom.run(&rehearse).ended(0);
    assert!(
        shown.out.starts_with("1 to send, 0 to skip"),
        "{}",
        shown.out
    );
    let other = ["resend", "--plan", &plan, "--dry-run", "--expect", "2"];
    let refused = greenroom.run(&other).ended(2);
    assert!(
        refused.err.contains("acts on 1, not on 2"),
        "{}",
        refused.err
    );
    greenroom
        .run(&["resend", "--plan", &plan, "--expect", "1", "--yes"])
        .ended(0);
    let again = greenroom.run(&rehearse).ended(0);
    assert!(
        again.err.contains("carried out before, as batch 1"),
        "{}",
        again.err
    );
    assert_eq!(greenroom.mailbox().len(), 2);
    let (greenroom, plan) = planning();
    greenroom
        .run(&["resend", "all", "--save-plan", &plan])
        .ended(0);
    greenroom.run(&["cancel", "all", "--yes"]).ended(0);
    let refused = greenroom
        .run(&["resend", "--plan", &plan, "--dry-run"])
        .ended(2);
    assert!(
        refused
            .err
            .contains("today it would say of them:\nskip  Ada Lovelace"),
        "{}",
        refused.err
    );
}

#[rstest]
#[case("y", 0, 2)]
#[case("n", 0, 1)]
#[case("", 0, 1)]
fn on_a_terminal_the_plan_is_shown_and_asked_about(
    #[case] answer: &str,
    #[case] code: u32,
    #[case] mails: usize,
) {
    let greenroom = Greenroom::new();
    greenroom.new_ada(&[]).ended(0);
    let pair = native_pty_system()
        .openpty(PtySize {
            rows: 24,
            cols: 80,
            pixel_width: 0,
            pixel_height: 0,
        })
        .unwrap();
    let mut command = CommandBuilder::new(assert_cmd::cargo::cargo_bin!("greenroom"));
    command.args(["resend", "all"]);
    command.env_clear();
    command.env("HOME", greenroom.home());
    command.env("GREENROOM_DATA_DIR", greenroom.home().join("data"));
    command.env("GREENROOM_NOW", NOW);
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    pair.master
        .take_writer()
        .unwrap()
        .write_all(format!("{answer}\r").as_bytes())
        .unwrap();
    let mut said = String::new();
    // The end of a pseudo-terminal is an error on Linux, after everything was read.
    let _ = pair
        .master
        .try_clone_reader()
        .unwrap()
        .read_to_string(&mut said);
    let status = child.wait().unwrap();
    assert_eq!(
        (status.exit_code(), greenroom.mailbox().len()),
        (code, mails),
        "{said}"
    );
    assert!(
        said.contains("Ada Lovelace <ada@example.org>") && said.contains("Type y to send"),
        "{said}"
    );
}
