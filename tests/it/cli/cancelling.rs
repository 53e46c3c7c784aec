//! `cancel` and `revoke`, for one by its id and for many as a plan and a batch.

use rstest::rstest;
use serde_json::Value;

use crate::support::program::{Greenroom, Ran};

/// Schedules an interview for tomorrow at that hour.
fn schedule(greenroom: &Greenroom, hour: &str, more: &[&str]) -> Ran {
    let at = format!("2031-03-05 {hour}");
    let whom = [
        "new",
        "--candidate",
        "Ada Lovelace",
        "--email",
        "ada@example.org",
    ];
    greenroom.run(&[&whom[..], &["--role", "Engineer", "--at", &at], more].concat())
}

/// Three interviews, the first of which was mailed to the mailbox of this machine.
fn with_three() -> (Greenroom, Vec<String>) {
    let greenroom = Greenroom::new();
    let mut ids = Vec::new();
    let silent: &[&str] = &["--json", "--no-send"];
    for (hour, more) in [
        ("10:00", &silent[..1]),
        ("11:00", silent),
        ("12:00", silent),
    ] {
        let made = schedule(&greenroom, hour, more).ended(0).one();
        ids.push(made["interview"]["id"].as_str().unwrap().to_owned());
    }
    (greenroom, ids)
}

fn statuses(greenroom: &Greenroom) -> Vec<String> {
    let listed = greenroom.run(&["list", "--json"]).ended(0).json();
    let status = |row: &Value| row["status"].as_str().unwrap().to_owned();
    listed.iter().map(status).collect()
}

#[test]
fn many_are_cancelled_by_a_plan_and_a_batch_with_their_reason() {
    let (greenroom, ids) = with_three();
    let shown = greenroom.run(&["cancel", "all", "--dry-run"]).ended(0);
    let first = shown.out.lines().next().unwrap();
    assert_eq!(
        first,
        "3 to cancel, 0 to skip · nobody is mailed · the first starts Wed 5 Mar 2031 10:00 (times in Europe/London)"
    );
    for (arguments, words) in [
        (&["cancel", "all"][..], "there is nobody to ask"),
        (&["cancel", "all", "--expect", "2", "--yes"], "not on 2"),
        (&["cancel", "all", "--yes", "--reason", "a\nb"], "reason: "),
    ] {
        let refused = greenroom.run(arguments).ended(2);
        assert!(refused.err.contains(words), "{}", refused.err);
    }
    assert_eq!(statuses(&greenroom), ["scheduled"; 3]);
    let all = ["cancel", "all", "--reason", "the role was filled", "--yes"];
    let done = greenroom.run(&all).ended(0);
    assert_eq!(done.out, "3 interviews cancelled; nobody was mailed.\n");
    assert_eq!(statuses(&greenroom), ["cancelled"; 3]);
    let batch = greenroom.run(&["batch", "--json"]).ended(0).one();
    assert_eq!(
        (&batch["state"], &batch["over"], &batch["left"]),
        (&"over".into(), &true.into(), &0.into())
    );
    assert_eq!(
        [&batch["action"], &batch["changed"], &batch["planned"]],
        [&Value::from("cancel"), &3.into(), &0.into()]
    );
    let shown = greenroom.run(&["show", &ids[1]]).ended(0);
    assert!(shown.out.contains("the role was filled"), "{}", shown.out);
    assert_eq!(greenroom.mailbox().len(), 1, "and nobody is mailed");
    let again = greenroom.run(&all).ended(1);
    assert!(
        again.err.contains("0 to cancel, 3 to skip"),
        "{}",
        again.err
    );
}

#[rstest]
#[case("cancel", "cancelled")]
#[case("revoke", "scheduled")]
fn a_saved_plan_is_carried_out_exactly_and_once(#[case] command: &str, #[case] status: &str) {
    let (greenroom, _) = with_three();
    let file = greenroom.home().join("plan.json");
    let plan = file.to_str().unwrap();
    let saving = [command, "all", "--save-plan", plan, "--json"];
    let rows = greenroom.run(&saving).ended(0).json();
    assert!(rows.iter().all(|row| row["step"] == "change"));
    assert_eq!(statuses(&greenroom), ["scheduled"; 3]);
    let other = greenroom.run(&["rotate", "--plan", plan, "--yes"]).ended(2);
    assert!(other.err.contains("another command"), "{}", other.err);
    greenroom
        .run(&[command, "--plan", plan, "--expect", "3", "--yes"])
        .ended(0);
    assert_eq!(statuses(&greenroom), [status; 3]);
    let again = greenroom.run(&[command, "--plan", plan, "--yes"]).ended(0);
    assert!(
        again.err.contains("carried out before, as batch 1"),
        "{}",
        again.err
    );
    assert_eq!(again.out, "");
}

#[test]
fn a_reason_is_saved_with_its_plan() {
    let (greenroom, ids) = with_three();
    let file = greenroom.home().join("plan.json");
    let plan = file.to_str().unwrap();
    greenroom
        .run(&["cancel", "all", "--reason", "moved", "--save-plan", plan])
        .ended(0);
    greenroom.run(&["cancel", "--plan", plan, "--yes"]).ended(0);
    let shown = greenroom.run(&["show", &ids[2]]).ended(0);
    assert!(shown.out.contains("moved"), "{}", shown.out);
}

#[rstest]
#[case("cancel", "cancelled")]
#[case("revoke", "revoked")]
fn one_that_is_named_by_its_id_is_a_batch_of_one_without_a_question(
    #[case] command: &str,
    #[case] link: &str,
) {
    let (greenroom, ids) = with_three();
    let id = ids[0].as_str();
    let looked = greenroom.run(&[command, id, "--dry-run", "--json"]);
    assert_eq!(looked.ended(0).one()["batch"], Value::Null);
    greenroom.run(&[command, id, "--expect", "2"]).ended(2);
    assert_eq!(statuses(&greenroom), ["scheduled"; 3]);
    let done = greenroom.run(&[command, id, "--json"]).ended(0).one();
    assert_eq!(
        (&done["batch"], &done["step"]),
        (&1.into(), &"change".into())
    );
    assert_eq!(done["interview"]["link_state"], link);
    let again = greenroom.run(&[command, id]).ended(2);
    assert!(again.err.contains("already"), "{}", again.err);
}

#[test]
fn what_had_not_left_and_who_holds_an_invitation_is_said() {
    let greenroom = Greenroom::new().with_smtp(9);
    // Nobody listens there: the mails are put off and wait.
    for hour in ["10:00", "11:00"] {
        schedule(&greenroom, hour, &[]).ended(1);
    }
    let done = greenroom.run(&["revoke", "all", "--yes"]).ended(0);
    assert_eq!(
        done.out,
        "2 links ended; nobody was mailed. 2 mails that had not left: taken back.\n"
    );
}
