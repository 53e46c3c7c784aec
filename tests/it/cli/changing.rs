//! `cancel`, `revoke`, `extend`, `complete`, `no-show`: what is true afterwards is said, and nobody is mailed.

use rstest::rstest;

use crate::support::program::{Greenroom, Ran};

const NOBODY: &str = "01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f";

/// Ada's interview of tomorrow 15:00 in London, mailed to the mailbox of this machine.
fn with_ada() -> (Greenroom, String) {
    let greenroom = Greenroom::new();
    let made = greenroom.new_ada(&["--json"]).ended(0).one();
    let id = made["interview"]["id"].as_str().unwrap().to_owned();
    (greenroom, id)
}

fn at(greenroom: &Greenroom, now: &str, arguments: &[&str]) -> Ran {
    let output = greenroom
        .command(arguments)
        .env("GREENROOM_NOW", now)
        .output()
        .unwrap();
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[rstest]
#[case("cancel", &["--reason", "the role was filled"], "cancelled", "over", "cancelled",
    "the interview is cancelled, and its link lets nobody in")]
#[case("revoke", &[], "scheduled", "blocked", "revoked", "the link is revoked, and whoever has it can't get in")]
#[case("extend", &["--opens", "now"], "scheduled", "in_doubt", "open", "Ada Lovelace can get in now and until Wed 5 Mar 2031 17:45 GMT.")]
fn a_change_says_what_is_true_now_and_that_nobody_was_mailed(
    #[case] command: &str,
    #[case] more: &[&str],
    #[case] status: &str,
    #[case] verdict: &str,
    #[case] link_state: &str,
    #[case] said: &str,
) {
    let (greenroom, id) = with_ada();
    let ran = greenroom.run(&[&[command, &id], more].concat()).ended(0);
    assert!(ran.out.contains(said), "{}", ran.out);
    assert!(
        ran.out
            .contains("Nobody was mailed; the invitation lies on this machine."),
        "{}",
        ran.out
    );
    let shown = greenroom.run(&["show", &id, "--json"]).ended(0).one();
    assert_eq!(
        [&shown["status"], &shown["verdict"], &shown["link_state"]],
        [status, verdict, link_state]
    );
    assert_eq!(
        greenroom.mailbox().len(),
        1,
        "the invitation and nothing else"
    );
}

#[rstest]
#[case(
    "complete",
    "2031-03-05T15:40:00Z",
    "completed",
    "the interview has taken place, and its link has closed"
)]
#[case(
    "no-show",
    "2031-03-05T15:40:00Z",
    "no_show",
    "did not come; the link has closed"
)]
fn what_came_of_it_is_noted_once_it_has_begun(
    #[case] command: &str,
    #[case] later: &str,
    #[case] status: &str,
    #[case] said: &str,
) {
    let (greenroom, id) = with_ada();
    let early = greenroom.run(&[command, &id]).ended(2);
    assert_eq!(
        early.err,
        "greenroom: at: the interview starts Wed 15:00; before that it can't have been held or missed\n"
    );
    let ran = at(&greenroom, later, &[command, &id]).ended(0);
    assert!(ran.out.contains(said), "{}", ran.out);
    let again = at(&greenroom, later, &[command, &id]).ended(2);
    assert!(again.err.contains("already"), "{}", again.err);
    let shown = at(&greenroom, later, &["show", &id, "--json"]).one();
    assert_eq!(
        [&shown["status"], &shown["link_state"]],
        [status, "expired"]
    );
}

#[test]
fn an_extension_is_at_least_so_long_from_now_and_never_shortens() {
    let (greenroom, id) = with_ada();
    let until = |now: &str, closes: &str| {
        let ran = at(&greenroom, now, &["extend", &id, "--closes", closes]).ended(0);
        ran.out
    };
    // In its window already: an hour is less than it has.
    let said = until("2031-03-05T15:10:00Z", "1h");
    assert!(
        said.contains("can get in now and until 17:45 GMT."),
        "{said}"
    );
    // Closed at 17:45; a time of day in the interview's zone.
    let said = until("2031-03-05T18:00:00Z", "19:30");
    assert!(
        said.contains("can get in now and until 19:30 GMT."),
        "{said}"
    );
    let said = until("2031-03-05T19:00:00Z", "1h");
    assert!(
        said.contains("can get in now and until 20:00 GMT."),
        "{said}"
    );
    let shown = at(&greenroom, "2031-03-05T19:00:00Z", &["show", &id]).ended(0);
    assert!(
        shown
            .out
            .contains("Link works    Wed 5 Mar 2031 14:45 GMT to Wed 5 Mar 2031 20:00 GMT"),
        "{}",
        shown.out
    );
}

#[test]
fn programs_get_the_interview_and_what_was_taken_back() {
    let greenroom = Greenroom::new().with_smtp(9);
    // Nobody listens there: the mail is put off and waits.
    let made = greenroom.new_ada(&["--json"]).ended(1).one();
    let id = made["interview"]["id"].as_str().unwrap();
    let changed = greenroom.run(&["cancel", id, "--json"]).ended(0).one();
    assert_eq!(changed["withdrawn"], 1);
    assert_eq!(changed["interview"]["status"], "cancelled");
    assert_eq!(changed["interview"]["mail_state"], "withdrawn");
    assert!(changed["interview"]["verdict_reason"].is_string());
}

#[rstest]
#[case(&["cancel", "01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6"], "is not the id of an interview")]
#[case(&["cancel"], "all selects every one")]
#[case(&["revoke"], "all selects every one")]
#[case(&["cancel", NOBODY], "id: there is no interview 01936f0e")]
#[case(&["revoke", NOBODY], "id: there is no interview 01936f0e")]
#[case(&["extend", NOBODY, "--opens", "now"], "id: there is no interview 01936f0e")]
#[case(&["complete", NOBODY], "id: there is no interview 01936f0e")]
#[case(&["no-show", NOBODY], "id: there is no interview 01936f0e")]
#[case(&["extend", NOBODY], "--opens <WHEN>")]
fn a_slip_is_named_and_nothing_is_changed(#[case] arguments: &[&str], #[case] words: &str) {
    let ran = Greenroom::new().run(arguments).ended(2);
    assert!(ran.err.contains(words), "{}", ran.err);
    assert!(ran.out.is_empty());
}

#[rstest]
#[case(&["extend", "--opens", "someday"], "opens: \"someday\" is not understood")]
#[case(&["extend", "--closes", "90"], "closes: \"90\" is not understood")]
#[case(&["extend", "--closes", "0"], "closes: that has passed")]
#[case(&["cancel", "--reason", "two\nlines"], "reason: it holds a line break")]
fn a_field_that_can_t_be_read_is_named(#[case] arguments: &[&str], #[case] words: &str) {
    let (greenroom, id) = with_ada();
    let before = greenroom.run(&["show", &id, "--json"]).out;
    let ran = greenroom.run(&[arguments, &[&id]].concat()).ended(2);
    assert!(ran.err.contains(words), "{}", ran.err);
    assert_eq!(greenroom.run(&["show", &id, "--json"]).out, before);
}
