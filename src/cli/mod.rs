//! The command line: what may be said, one file per command, and the printer.
//!
//! A command calls a use-case and prints what came of it. It decides nothing about interviews, and nothing is printed
//! that could act on a terminal.

pub mod arguments;
mod ask;
mod astray;
mod audit;
mod backup;
mod batch;
mod cancel;
mod change;
mod csv;
mod deliver;
mod demo;
mod doctor;
mod erase;
mod evidence;
mod export;
mod failure;
mod follow;
mod import;
mod interrupt;
mod list;
mod new;
mod next_steps;
mod outbox;
mod paused;
mod preview;
mod printer;
mod progress;
mod repair;
mod resend;
mod rotate;
mod selector;
mod serve;
mod setup;
mod show;
mod table;
mod token;
mod wait;
mod why;

use std::ffi::OsString;

use clap::Parser as _;

pub use arguments::{Arguments, Color, Command, Global};
pub use astray::look as look_where_links_lead;
pub use demo::Demo;
pub use doctor::Doctor;
pub use failure::{Exit, Failure};
pub use follow::follow;
pub use interrupt::stop_when_asked;
pub use printer::Printer;
pub use serve::Serve;
pub use setup::{SetUp, Setup};

use crate::app::{App, Health};
use crate::domain::address::EmailAddress;
use crate::domain::ids::InterviewId;
use crate::domain::text::visible_lines;

/// Reads the command line, or says what is wrong with it.
///
/// # Errors
/// The exit code with which to end: help and version were asked for and printed, or the usage was wrong.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Arguments, Exit> {
    Arguments::try_parse_from(arguments::exclusions_last(arguments)).map_err(|error| {
        if error.use_stderr() {
            // What was typed stands in the message, so it goes through the same sieve as all foreign text.
            let text = visible_lines(&error.render().to_string());
            let mut printer = Printer::new(true, Color::Never, true);
            printer.problem_lines(text.strip_prefix("error: ").unwrap_or(&text));
            Exit::BadInput
        } else {
            // Help and version are our own words; a reader that goes away is no failure.
            let _ = error.print();
            Exit::Done
        }
    })
}

/// Carries a command out against the use-cases, prints what came of it, and says how to end.
///
/// # Errors
/// What stood in the way, by name; nothing was done then.
pub async fn run(command: &Command, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
    match command {
        Command::New(new) => new.run(app, printer).await,
        Command::List(list) => list.run(app, printer).await,
        Command::Show(show) => show.run(app, printer).await,
        Command::Preview(preview) => preview.run(app, printer).await,
        Command::Deliver(deliver) => deliver.run(app, printer).await,
        Command::Resend(resend) => resend.run(app, printer).await,
        Command::Repair(repair) => repair.run(app, printer).await,
        Command::Cancel(cancel) => cancel.run(app, printer).await,
        Command::Revoke(revoke) => revoke.run(app, printer).await,
        Command::Extend(extend) => extend.run(app, printer).await,
        Command::Edit(edit) => edit.run(app, printer).await,
        Command::Complete(complete) => complete.run(app, printer).await,
        Command::NoShow(no_show) => no_show.run(app, printer).await,
        Command::Rotate(rotate) => rotate.run(app, printer).await,
        Command::Batch(batch) => batch.run(app, printer).await,
        Command::Outbox(outbox) => outbox.run(app, printer).await,
        Command::Import(import) => import.run(app, printer).await,
        Command::Export(export) => export.run(app, printer).await,
        Command::Audit(audit) => audit.run(app, printer).await,
        Command::Why(why) => why.run(app, printer).await,
        Command::Erase(erase) => erase.run(app, printer).await,
        Command::Backup(backup) => backup.run(app, printer).await,
        Command::Token(token) => token.run(app, printer).await,
        Command::Demo(demo) => demo.run(app, printer).await,
        // One makes and one examines what everything here stands on, and the third is no command line's to carry out:
        // they have had their turn before.
        Command::Setup(_) | Command::Doctor(_) | Command::Serve(_) => Ok(Exit::Done),
    }
}

/// Sends a test mail the way that invitations go, and says what became of it.
pub async fn send_test(app: &App, address: &EmailAddress, printer: &mut Printer) -> Exit {
    let check = app.send_test(address).await;
    doctor::say(&check, false, printer);
    if matches!(check.health, Health::Trouble(_)) {
        printer.remark("greenroom setup can be run again; your answers are its defaults.");
        Exit::Findings
    } else {
        Exit::Done
    }
}

fn interview_id(text: &str) -> Result<InterviewId, Failure> {
    text.parse().map_err(|error| {
        Failure::input(format!(
            "id: {error}; greenroom why {} finds it by name, address, link or Message-ID",
            as_a_word(text)
        ))
    })
}

// As it can be typed to a shell, if it can; else what is to be typed there.
fn as_a_word(text: &str) -> &str {
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || b"@._-+".contains(&octet);
    if text.bytes().all(plain) && text.starts_with(|first: char| first != '-') && text.len() <= 80 {
        text
    } else {
        "TEXT"
    }
}
