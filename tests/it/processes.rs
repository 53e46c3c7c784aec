//! Several real processes on one database.

use std::process::{Child, Stdio};

use crate::support::World;
use crate::support::program::Greenroom;
use crate::support::smtp_server::{Script, SmtpServer};
use crate::support::world::NOW;

fn start(greenroom: &Greenroom, arguments: &[&str]) -> Child {
    let mut command = greenroom.command(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Runs it that many times at once; the exit codes, sorted.
fn at_once(greenroom: &Greenroom, runs: &[Vec<&str>]) -> Vec<i32> {
    let started: Vec<Child> = runs
        .iter()
        .map(|arguments| start(greenroom, arguments))
        .collect();
    let mut codes: Vec<i32> = started
        .into_iter()
        .map(|child| child.wait_with_output().unwrap().status.code().unwrap())
        .collect();
    codes.sort_unstable();
    codes
}

fn new<'a>(email: &'a str, key: &'a str) -> Vec<&'a str> {
    let fixed = [
        "new",
        "--candidate",
        "Ada",
        "--role",
        "Engineer",
        "--at",
        "2031-03-05 15:00",
        "--json",
    ];
    [&fixed[..], &["--email", email, "--idempotency-key", key]].concat()
}

#[test]
fn commands_given_at_once_all_find_their_way_into_one_database() {
    // Also the first one, which makes it.
    let greenroom = Greenroom::new();
    let addresses: Vec<String> = (0..8)
        .map(|number| format!("c{number}@c.example"))
        .collect();
    let runs: Vec<_> = addresses
        .iter()
        .map(|address| new(address, address))
        .collect();
    assert_eq!(at_once(&greenroom, &runs), [0; 8]);
    let listed = greenroom.run(&["list", "--json"]).ended(0).json();
    assert_eq!(listed.len(), 8);
    assert!(
        listed
            .iter()
            .all(|interview| interview["mail_state"] == "stored")
    );
    assert_eq!(greenroom.mailbox().len(), 8);
}

#[test]
fn incident_23_one_command_given_six_times_at_once_makes_one_interview_and_one_mail() {
    let greenroom = Greenroom::new();
    let runs = vec![new("ada@c.example", "k1"); 6];
    assert_eq!(at_once(&greenroom, &runs), [0; 6]);
    assert_eq!(greenroom.run(&["list", "--json"]).ended(0).json().len(), 1);
    assert_eq!(greenroom.mailbox().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_processes_that_deliver_at_once_send_each_mail_once() {
    let server = SmtpServer::start(Script::new()).await;
    let greenroom = Greenroom::new()
        .with_smtp(server.port())
        .with("GREENROOM_NOW", NOW)
        .with(
            "GREENROOM_LINKS__BASE_URL",
            "https://interviews.acme.example",
        );
    let world = World::at(greenroom.home(), 1).await;
    for number in 0..20 {
        world
            .schedule(
                &format!("C{number} <c{number}@c.example>"),
                "tomorrow 15:00",
            )
            .await;
    }
    let deliver = vec![vec!["deliver"]; 3];
    let codes = tokio::task::block_in_place(|| at_once(&greenroom, &deliver));
    assert_eq!(codes, [0; 3]);
    assert_eq!(
        world.count("delivery WHERE state = 'accepted' AND attempts = 1"),
        20
    );
    assert_eq!(server.mails().len(), 20);
}
