//! Several real processes on one database.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};

use greenroom::app::MailWish;
use rstest::rstest;
use rustix::process::{Pid, Resource, Rlimit, Signal, prlimit};

use crate::support::program::Greenroom;
use crate::support::smtp_server::{Act, At, Script, SmtpServer};
use crate::support::world::{NOW, request};
use crate::support::{World, draft};

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

/// A Greenroom with so many mails in its outbox, and a server to send them to.
async fn queued(count: usize, script: Script) -> (Greenroom, SmtpServer) {
    let server = SmtpServer::start(script).await;
    let greenroom = Greenroom::new()
        .with_smtp(server.port())
        .with("GREENROOM_NOW", NOW)
        .with(
            "GREENROOM_LINKS__BASE_URL",
            "https://interviews.acme.example",
        );
    let world = World::at(greenroom.home(), 1).await;
    let tasks = (0..count).map(|number| {
        let app = world.app.clone();
        let draft = draft(
            &format!("C{number} <c{number}@c.example>"),
            "tomorrow 15:00",
        );
        tokio::spawn(async move { app.schedule(request(draft, MailWish::Now)).await })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap().unwrap();
    }
    (greenroom, server)
}

fn states(greenroom: &Greenroom) -> Vec<String> {
    let sql = rusqlite::Connection::open(greenroom.home().join("data/greenroom.db")).unwrap();
    let mut all = sql
        .prepare("SELECT DISTINCT state FROM delivery ORDER BY state")
        .unwrap();
    let rows = all.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_over_a_thousand_mails_send_each_once_and_say_how_many() {
    let (greenroom, server) = queued(1_000, Script::new()).await;
    let children: Vec<Child> = (0..2).map(|_| start(&greenroom, &["deliver"])).collect();
    let mut accepted = 0;
    for child in children {
        let ran = child.wait_with_output().unwrap();
        let (out, err) = (
            String::from_utf8(ran.stdout).unwrap(),
            String::from_utf8(ran.stderr).unwrap(),
        );
        assert_eq!((ran.status.code(), &*err), (Some(0), ""), "{out}");
        let mine = out.lines().find_map(|line| line.strip_suffix(" accepted"));
        accepted += mine.map_or(0, |mine| mine.parse::<usize>().unwrap());
    }
    assert_eq!(accepted, 1_000, "each says what it did itself");
    assert_eq!(states(&greenroom), ["accepted"]);
    let mut to: Vec<String> = server.mails().into_iter().map(|mail| mail.to).collect();
    assert_eq!(to.len(), 1_000);
    to.sort();
    to.dedup();
    assert_eq!(to.len(), 1_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_stopped_keeps_its_mail_and_goes_on_with_it() {
    // Silent to the first recipient, so that the mail is claimed and nothing of it has left.
    let script = Script::new().once(At::Rcpt, Act::Stall);
    let (greenroom, server) = queued(1, script).await;
    let mut stopped = start(&greenroom, &["deliver"]);
    server.stalled().await;
    signal(&stopped, Signal::STOP);
    let other = greenroom.run(&["deliver"]).ended(0);
    assert_eq!(other.out, "1 being sent by another process\n");
    assert_eq!(states(&greenroom), ["claimed"]);
    // Once it has really ended, its mail is taken up.
    stopped.kill().unwrap();
    stopped.wait().unwrap();
    assert_eq!(greenroom.run(&["deliver"]).ended(0).out, "1 accepted\n");
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_process_had_claimed_leaves_within_five_seconds() {
    let script = Script::new().once(At::Rcpt, Act::Stall);
    let (greenroom, server) = queued(1, script).await;
    let mut killed = start(&greenroom, &["deliver", "--watch"]);
    server.stalled().await;
    let waiting = start(&greenroom, &["deliver", "--watch"]);
    killed.kill().unwrap();
    killed.wait().unwrap();
    let dead = std::time::Instant::now();
    await_mails(&server, 1).await;
    let waited = dead.elapsed();
    assert!(waited.as_secs() < 5, "{waited:?}");
    signal(&waiting, Signal::TERM);
    assert!(waiting.wait_with_output().unwrap().status.success());
    assert_eq!(states(&greenroom), ["accepted"]);
}

#[rstest]
#[case(Signal::TERM)]
#[case(Signal::INT)]
#[tokio::test(flavor = "multi_thread")]
async fn deliver_watch_sends_what_comes_and_ends_when_asked(#[case] asks: Signal) {
    let (greenroom, server) = queued(1, Script::new()).await;
    let watching = start(&greenroom, &["deliver", "--watch"]);
    await_mails(&server, 1).await;
    // What another process schedules leaves through it as well.
    let world = World::at(greenroom.home(), 2).await;
    world
        .schedule("Bob <bob@c.example>", "tomorrow 15:00")
        .await;
    await_mails(&server, 2).await;
    signal(&watching, asks);
    let ended = watching.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(String::from_utf8(ended.stdout).unwrap(), "2 accepted\n");
    assert_eq!(states(&greenroom), ["accepted"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_twice_deliver_ends_at_once_and_its_mail_is_unknown() {
    let (greenroom, server) = queued(1, Script::new().once(At::Dot, Act::Stall)).await;
    let watching = start(&greenroom, &["deliver", "--watch"]);
    server.stalled().await;
    signal(&watching, Signal::TERM);
    // Two signals of one moment are one: the second is sent until it is heard.
    let mut watching = watching;
    while watching.try_wait().unwrap().is_none() {
        signal(&watching, Signal::TERM);
        tokio::task::yield_now().await;
    }
    let ended = watching.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(3));
    let ran = greenroom.run(&["deliver"]).ended(1);
    assert!(ran.out.starts_with("1 of unknown outcome\n"), "{}", ran.out);
    assert!(ran.out.contains("greenroom outbox settle"), "{}", ran.out);
    assert_eq!(server.mails().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_disk_is_full_deliver_says_so_and_goes_on_when_there_is_room() {
    let (greenroom, server) = queued(300, Script::new()).await;
    // The system refuses every write beyond so many blocks of a file, as a full disk does.
    let program = greenroom.command(&["deliver"]);
    let mut limited = std::process::Command::new("sh");
    limited
        .args(["-c", "trap '' XFSZ; ulimit -S -f 300; exec \"$0\" \"$@\""])
        .arg(program.get_program())
        .args(program.get_args())
        .env_clear()
        .envs(
            program
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut delivering = limited.spawn().unwrap();
    let mut said = BufReader::new(delivering.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("The outbox can't be written: the d") {
        line.clear();
        let read = said.read_line(&mut line).unwrap();
        assert!(read > 0, "it ended without a word about the disk");
    }
    assert!(server.accepted() < 300);

    let room = Rlimit {
        current: None,
        maximum: None,
    };
    prlimit(Some(Pid::from_child(&delivering)), Resource::Fsize, room).unwrap();
    let mut rest = String::new();
    said.read_to_string(&mut rest).unwrap();
    delivering.wait().unwrap();
    // A lane that had nothing in its hands has ended; nobody else is needed for the others.
    greenroom.run(&["deliver"]).ended(0);
    assert_eq!(states(&greenroom), ["accepted"], "{rest}");
    let mut to: Vec<String> = server.mails().into_iter().map(|mail| mail.to).collect();
    to.sort();
    assert_eq!(to.len(), 300, "{rest}");
    to.dedup();
    assert_eq!(to.len(), 300, "none twice");
}

async fn await_mails(server: &SmtpServer, count: usize) {
    let patience = std::time::Instant::now();
    while server.accepted() < count {
        assert!(patience.elapsed().as_secs() < 20, "nothing came");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

fn signal(child: &Child, signal: Signal) {
    let id = Pid::from_child(child);
    rustix::process::kill_process(id, signal).unwrap();
}
