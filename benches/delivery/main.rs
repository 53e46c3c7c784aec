//! How many mails a second leave, beside others who send the same, to the same sink, in turn.
//!
//! `cargo bench --bench delivery`; benches/README.md says what it needs and what came out.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a program for people, about numbers far below 2^52"
)]

mod durable;
mod senders;
mod sink;

use std::time::Duration;

use durable::durable;
use senders::{django, greenroom, lettre, send_mail_loop, smtp_source};
use sink::{Sink, far_away};
use tokio::runtime::Runtime;

const ROUND_TRIP: Duration = Duration::from_millis(20);

/// One way of sending: its rate in each round, or why there is none.
struct Row {
    name: &'static str,
    /// How often faster the first row is to be; 0 where nothing is aimed at.
    aim: f64,
    rates: Vec<Result<f64, String>>,
}

struct Table {
    title: String,
    rows: Vec<Row>,
}

impl Table {
    fn new(title: impl Into<String>, rows: &[(&'static str, f64)]) -> Self {
        let row = |&(name, aim)| Row {
            name,
            aim,
            rates: Vec::new(),
        };
        let title = title.into();
        let rows = rows.iter().map(row).collect();
        Self { title, rows }
    }

    fn note(&mut self, row: usize, mails: usize, took: Result<Duration, String>) {
        let rate = took.map(|took| mails as f64 / took.as_secs_f64());
        self.rows[row].rates.push(rate);
    }

    fn print(&self) {
        println!("\n{}", self.title);
        let first = &self.rows[0];
        for row in &self.rows {
            if let Some(Err(problem)) = row.rates.iter().find(|rate| rate.is_err()) {
                println!("  {:<34} left out: {problem}", row.name);
                continue;
            }
            let rate = median(row.rates.iter().flatten().copied().collect());
            // In each round beside what ran in the same round.
            let pairs = first.rates.iter().flatten().zip(row.rates.iter().flatten());
            let ratio = median(pairs.map(|(ours, theirs)| ours / theirs).collect());
            let aim = if row.aim > 0.0 {
                format!("{ratio:>8.2} × (aim: {} ×)", row.aim)
            } else {
                String::new()
            };
            println!("  {:<34} {rate:>8.0} mails/s {aim}", row.name);
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn near(runtime: &Runtime, rounds: usize, connections: usize, port: u16) {
    let (source, aim) = if connections == 1 {
        (1.5, 60.0)
    } else {
        (1.0, 60.0)
    };
    let mut table = Table::new(
        format!("{connections} connection(s), no distance, mails of 4 KB"),
        &[
            ("greenroom", 0.0),
            ("smtp-source -d", source),
            ("lettre, pooled", aim),
            ("Django's send_mail", 5.0),
            ("an smtplib loop", 5.0),
        ],
    );
    let many = if connections == 1 { 5_000 } else { 20_000 };
    let (slow, loops) = (40 * connections, 500);
    for _ in 0..rounds {
        let took = runtime.block_on(greenroom(port, connections, many));
        table.note(0, many, took);
        table.note(1, many, smtp_source(port, connections, many));
        table.note(2, slow, runtime.block_on(lettre(port, connections, slow)));
        table.note(3, loops, django(port, loops));
        table.note(4, loops, send_mail_loop(port, loops));
    }
    table.print();
}

fn far(runtime: &Runtime, rounds: usize, pipelining: u16, plain: u16) {
    let far = |port| runtime.block_on(far_away(port, ROUND_TRIP)).unwrap();
    let (pipelining, plain) = (far(pipelining), far(plain));
    let mut table = Table::new(
        format!(
            "1 connection, a round trip of {} ms",
            ROUND_TRIP.as_millis()
        ),
        &[
            ("greenroom", 0.0),
            ("greenroom, PIPELINING not offered", 2.5),
            ("smtp-source -d", 2.5),
            ("lettre, pooled", 2.5),
        ],
    );
    let (many, few) = (100, 25);
    for _ in 0..rounds {
        table.note(0, many, runtime.block_on(greenroom(pipelining, 1, many)));
        table.note(1, few, runtime.block_on(greenroom(plain, 1, few)));
        table.note(2, few, smtp_source(pipelining, 1, few));
        table.note(3, few, runtime.block_on(lettre(pipelining, 1, few)));
    }
    table.print();
}

/// A thousand mails from the outbox, each with an outcome that is on the disk.
fn outbox(runtime: &Runtime, rounds: usize, port: u16) {
    const MAILS: usize = 1_000;
    let took: Result<Vec<f64>, String> = (0..rounds)
        .map(|_| runtime.block_on(durable(port, MAILS)))
        .map(|took| took.map(|took| took.as_secs_f64()))
        .collect();
    println!("\nout of the outbox, {MAILS} mails over 4 connections, each outcome on the disk");
    match took {
        Ok(took) => println!(
            "  {:<34} {:>8.2} s (aim: at most 2 s)",
            "greenroom",
            median(took)
        ),
        Err(problem) => println!("  {:<34} left out: {problem}", "greenroom"),
    }
}

fn main() {
    let rounds = std::env::var("ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(5);
    let sinks = Sink::start(&[]).and_then(|sink| Ok((sink, Sink::start(&["-p"])?)));
    let (sink, plain) = match sinks {
        Ok(sinks) => sinks,
        Err(error) => {
            println!("skipped: smtp-sink (package postfix, or its path in SMTP_SINK): {error}");
            return;
        }
    };
    let runtime = Runtime::new().unwrap();
    println!("{rounds} rounds, all in turn in each; medians");
    near(&runtime, rounds, 1, sink.port);
    near(&runtime, rounds, 8, sink.port);
    far(&runtime, rounds, sink.port, plain.port);
    outbox(&runtime, rounds, sink.port);
}
