//! `greenroom deliver`, killed at any moment: nothing is lost, nothing is called accepted that is not, and nothing is
//! sent twice unless a person asked for it.
//!
//! The long run is described in benches/README.md.

use std::collections::{HashMap, HashSet};
use std::process::{Child, Stdio};
use std::time::Duration;

use greenroom::app::Settlement;
use greenroom::domain::delivery::State;

use crate::support::World;
use crate::support::postfix::SmtpSink;
use crate::support::program::Greenroom;
use crate::support::smtp_server::{Script, SmtpServer};
use crate::support::world::NOW;

/// The connections of one process: `mail.smtp.connections`.
const CONNECTIONS: usize = 4;

/// Where the mail goes: Postfix's `smtp-sink`, or where there is none a server of this program.
pub(super) enum Sink {
    Postfix(SmtpSink),
    Own(SmtpServer),
}

impl Sink {
    pub(super) async fn start() -> Self {
        match SmtpSink::start(&[]) {
            Some(sink) => Self::Postfix(sink),
            None => Self::Own(SmtpServer::start(Script::new()).await),
        }
    }

    pub(super) fn port(&self) -> u16 {
        match self {
            Self::Postfix(sink) => sink.port(),
            Self::Own(server) => server.port(),
        }
    }

    pub(super) fn count(&self) -> usize {
        match self {
            Self::Postfix(sink) => sink.count(),
            Self::Own(server) => server.accepted(),
        }
    }

    /// Every mail that the sink took, as it came.
    fn mails(&self) -> Vec<String> {
        match self {
            Self::Postfix(sink) => sink.mails(),
            Self::Own(server) => {
                let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace("\r\n", "\n");
                let mails = server.mails();
                mails.into_iter().map(|mail| text(mail.bytes)).collect()
            }
        }
    }
}

fn message_id(mail: &str) -> &str {
    let header = mail.lines().find(|line| line.starts_with("Message-ID:"));
    header.and_then(|line| line.split_once(' ')).unwrap().1
}

/// Numbers that look drawn and are the same in every run (`SplitMix64`).
pub(super) struct Draws(pub(super) u64);

impl Draws {
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((mixed ^ (mixed >> 27)) >> 11) % end
    }
}

struct Run {
    greenroom: Greenroom,
    sink: Sink,
    kills: usize,
    /// What was of unknown outcome, and was sent again because a person said so.
    again: HashSet<String>,
    draws: Draws,
}

impl Run {
    async fn with(mails: usize) -> Self {
        let sink = Sink::start().await;
        let greenroom = Greenroom::new()
            .with_smtp(sink.port())
            .with("GREENROOM_NOW", NOW)
            .with(
                "GREENROOM_LINKS__BASE_URL",
                "https://interviews.acme.example",
            );
        let world = World::at(greenroom.home(), 1).await;
        let tasks: Vec<_> = (0..mails)
            .map(|number| {
                let candidate = format!("C{number} <c{number}@c.example>");
                let (app, draft) = (
                    world.app.clone(),
                    crate::support::draft(&candidate, "tomorrow 15:00"),
                );
                tokio::spawn(async move {
                    let request =
                        crate::support::world::request(draft, greenroom::app::MailWish::Now);
                    app.schedule(request).await.unwrap();
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        Self {
            greenroom,
            sink,
            kills: 0,
            again: HashSet::new(),
            draws: Draws(1),
        }
    }

    fn deliver(&self) -> Child {
        let mut command = self.greenroom.command(&["deliver"]);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    /// Starts to deliver and kills it after some mails and some moments; whether it was killed before it was done.
    fn kill_once(&mut self) -> bool {
        let until = self.sink.count() + usize::try_from(self.draws.below(7)).unwrap();
        let moment = Duration::from_micros(self.draws.below(3_000));
        let mut doomed = self.deliver();
        while self.sink.count() < until {
            if doomed.try_wait().unwrap().is_some() {
                return false;
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        std::thread::sleep(moment);
        doomed.kill().unwrap();
        doomed.wait().unwrap();
        self.kills += 1;
        true
    }

    fn states(&self) -> HashMap<String, String> {
        let sql =
            rusqlite::Connection::open(self.greenroom.home().join("data/greenroom.db")).unwrap();
        let check: String = sql
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(check, "ok");
        let mut all = sql
            .prepare("SELECT message_id, state FROM delivery")
            .unwrap();
        let rows = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    }

    /// What the database says against what the sink has.
    fn check(&self) {
        let states = self.states();
        let mails = self.sink.mails();
        let arrived: HashSet<&str> = mails.iter().map(|mail| message_id(mail)).collect();
        for (id, state) in &states {
            if state == "accepted" {
                assert!(arrived.contains(&**id), "accepted, and nobody has it: {id}");
            } else if arrived.contains(&**id) && !self.again.contains(id) {
                assert!(
                    ["handing_over", "unknown"].contains(&&**state),
                    "the server has it, and it would leave once more: {id} {state}"
                );
            }
        }
    }

    /// Says of everything of unknown outcome that it is to be sent again; how many that were.
    async fn send_unknown_again(&mut self) -> usize {
        let world = World::at(self.greenroom.home(), 2).await;
        let mails = world.app.on_its_way(10_000).await.unwrap();
        let mut count = 0;
        for mail in mails.iter().filter(|mail| mail.state == State::Unknown) {
            world
                .app
                .settle_unknown(mail.id, Settlement::SendAgain)
                .await
                .unwrap();
            self.again.insert(mail.message_id.clone());
            count += 1;
        }
        count
    }

    /// Delivers what is left, undisturbed.
    async fn finish(&mut self) {
        loop {
            self.greenroom.make_due();
            let ended = self.deliver().wait_with_output().unwrap();
            let said = String::from_utf8_lossy(&ended.stderr);
            assert!(!said.contains("locked"), "{said}");
            self.check();
            if self.send_unknown_again().await == 0 {
                return;
            }
        }
    }
}

pub(super) fn number(variable: &str, usual: usize) -> usize {
    let given = std::env::var(variable).ok();
    given.map_or(usual, |given| given.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_deliver_loses_nothing_and_sends_nothing_twice_by_itself() {
    let kills = number("GREENROOM_KILLS", 10);
    let mails = number("GREENROOM_MAILS", 120);
    let mut run = Run::with(mails).await;
    while run.kills < kills && run.kill_once() {
        run.check();
        run.send_unknown_again().await;
    }
    assert_eq!(
        run.kills, kills,
        "there was too little mail to be killed over"
    );
    run.finish().await;

    let states = run.states();
    assert_eq!(states.len(), mails);
    assert!(states.values().all(|state| state == "accepted"));
    let mut copies: HashMap<String, Vec<String>> = HashMap::new();
    for mail in run.sink.mails() {
        copies
            .entry(message_id(&mail).to_owned())
            .or_default()
            .push(mail);
    }
    assert_eq!(copies.len(), mails, "each arrived");
    let duplicates: usize = copies.values().map(|copies| copies.len() - 1).sum();
    assert!(
        duplicates <= kills * CONNECTIONS,
        "{duplicates} after {kills} kills"
    );
    for (id, copies) in &copies {
        assert!(copies.iter().all(|copy| copy == &copies[0]), "{id}");
        assert!(copies.len() == 1 || run.again.contains(id), "{id}");
    }
    println!(
        "{mails} mails, {kills} kills: all accepted, {} were of unknown outcome, {duplicates} arrived twice",
        run.again.len()
    );
}
