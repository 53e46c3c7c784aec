//! Many mails to servers whose replies are late, lost, doubled, exchanged or cut, by random
//! schedules. Whatever is reported has to agree with what the server really took.
//!
//! `GREENROOM_SCHEDULES=10000 cargo test --release --test it smtp::schedules -- --nocapture` for a
//! long run;
//! `GREENROOM_SCHEDULE=4711` for that one alone.

use std::collections::BTreeMap;
use std::time::Duration;

use greenroom::mail::transport::smtp::{Deadlines, Security, SmtpSettings, SmtpTransport};
use greenroom::mail::transport::{Envelope, Outcome, Transport as _};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::summary;
use crate::support::unruly_server::{Dice, Fault, Record, UnrulyServer};

/// Long enough for every delay that is not meant to exceed it.
const PATIENCE: Duration = Duration::from_millis(80);
const AT_ONCE: usize = 48;

/// One schedule: the end of each mail, and what the server says to it.
struct Run {
    number: u64,
    calm: bool,
    ends: Vec<&'static str>,
    record: Record,
}

fn sender(mail: usize) -> String {
    format!("s{mail}@acme.example")
}

fn content(mail: usize) -> Vec<u8> {
    format!("Subject: {mail}\r\n\r\n.{}\r\n", "Ada ".repeat(mail * 40)).into_bytes()
}

async fn run(number: u64) -> Run {
    let calm = number.is_multiple_of(4);
    let server = UnrulyServer::start(number, calm, PATIENCE).await;
    let mut dice = Dice::new(!number);
    let patience = if calm {
        Duration::from_secs(20)
    } else {
        PATIENCE
    };
    let mut transport = SmtpTransport::new(SmtpSettings {
        security: Security::None,
        deadlines: Deadlines::all(patience),
        ..SmtpSettings::new("127.0.0.1", server.port())
    })
    .unwrap();
    let mails = usize::try_from(3 + dice.below(6)).unwrap();
    let envelope = |mail| Envelope::new(sender(mail), "ada@example.org").unwrap();
    // Sometimes the one who waits goes away.
    let mut waits = move || {
        let leaves = !calm && dice.percent(3);
        let alone = dice.percent(20);
        let until = if leaves {
            dice.millis(8)
        } else {
            Duration::from_mins(1)
        };
        (until, alone)
    };
    let mut ends = Vec::new();
    let mut offered = None;
    for mail in 0..mails {
        let (until, _) = waits();
        let answer = match offered.take() {
            Some(answer) => Ok(answer),
            None => timeout(until, transport.offer(&envelope(mail))).await,
        };
        ends.push(match answer {
            Err(_) => "abandoned",
            Ok(Err(outcome)) => kind(&outcome),
            Ok(Ok(())) => {
                let (until, alone) = waits();
                let next = Some(envelope(mail + 1)).filter(|_| mail + 1 < mails && !alone);
                let bytes = content(mail);
                match timeout(until, transport.content(&bytes, next.as_ref())).await {
                    Ok(handed) => {
                        offered = handed.next;
                        kind(&handed.outcome)
                    }
                    Err(_) => "unknown",
                }
            }
        });
    }
    transport.close().await;
    let record = server.record();
    Run {
        number,
        calm,
        ends,
        record,
    }
}

fn kind(outcome: &Outcome) -> &'static str {
    summary(outcome).0
}

impl Run {
    fn check(&self) {
        let Self { number, record, .. } = self;
        for (mail, end) in self.ends.iter().enumerate() {
            let taken: Vec<_> = record
                .taken
                .iter()
                .filter(|taken| taken.from == sender(mail))
                .collect();
            let honest = match *end {
                "accepted" => taken.len() == 1,
                "unknown" => taken.len() <= 1 && !self.calm,
                "deferred" | "failed" | "abandoned" => taken.is_empty(),
                _ => false,
            };
            assert!(
                honest,
                "schedule {number}: mail {mail} is {end}, and was taken {} times; {:?}",
                taken.len(),
                record.faults
            );
            for taken in taken {
                assert_eq!(taken.bytes, content(mail), "schedule {number}: mail {mail}");
            }
        }
    }
}

#[test]
fn schedules_of_late_lost_doubled_exchanged_and_cut_replies_never_deceive() {
    let number = |name| {
        std::env::var(name)
            .ok()
            .and_then(|text: String| text.parse().ok())
    };
    let numbers: Vec<u64> = match number("GREENROOM_SCHEDULE") {
        Some(one) => vec![one],
        None => (0..number("GREENROOM_SCHEDULES").unwrap_or(200)).collect(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let mut ends: BTreeMap<&str, usize> = BTreeMap::new();
    let mut faults: BTreeMap<Fault, usize> = BTreeMap::new();
    let (mut connections, mut for_nobody) = (0, 0);
    runtime.block_on(async {
        let mut waiting = numbers.iter().copied();
        let mut running = JoinSet::new();
        for number in waiting.by_ref().take(AT_ONCE) {
            running.spawn(run(number));
        }
        while let Some(run) = running.join_next().await {
            if let Some(number) = waiting.next() {
                running.spawn(self::run(number));
            }
            let run = run.unwrap();
            run.check();
            for end in &run.ends {
                *ends.entry(end).or_default() += 1;
            }
            for fault in &run.record.faults {
                *faults.entry(*fault).or_default() += 1;
            }
            connections += run.record.connections;
            for_nobody += run.record.go_aheads_for_nobody;
        }
    });
    println!(
        "{} schedules, {connections} connections; mails: {ends:?}; faults: {faults:?}; \
         go-aheads for nobody: {for_nobody}",
        numbers.len()
    );
    // The schedules are to be what they claim: much goes well, and every fault occurs.
    if numbers.len() >= 200 {
        let mails: usize = ends.values().sum();
        assert!(ends["accepted"] * 3 > mails, "{ends:?}");
        assert!(ends["unknown"] * 5 < mails, "{ends:?}");
        assert_eq!(faults.len(), 5, "{faults:?}");
        assert!(for_nobody > 0);
    }
}
