//! `greenroom show --evidence`: what a manager needs to see for themselves, as files.

use std::fmt::Write as _;
use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use super::Failure;
use crate::app::{App, Delivery, Dossier, Settled};
use crate::domain::finding::evidence;
use crate::domain::text::visible;
use crate::domain::trouble;
use crate::domain::when;

/// Writes mails, replies and timeline into a directory, for its owner only; the number of files. Nothing is overwritten.
pub(super) async fn write(
    directory: &Path,
    dossier: &Dossier,
    json: &str,
    app: &App,
) -> Result<usize, Failure> {
    let mut files = vec![
        (
            "timeline.txt".to_owned(),
            timeline(dossier, app).into_bytes(),
        ),
        ("timeline.json".to_owned(), format!("{json}\n").into_bytes()),
    ];
    // Oldest first, as they left.
    for (number, delivery) in (1..).zip(dossier.deliveries.iter().rev()) {
        let name = format!(
            "mail-{number:02}-{}-{}",
            delivery.kind.name(),
            delivery.state.name()
        );
        files.push((format!("{name}.eml"), app.exact_bytes(delivery.id).await?));
        files.push((format!("{name}.txt"), reply(delivery, dossier).into_bytes()));
    }
    let refused = |path: &Path, error: &io::Error| {
        let path = path.display();
        if error.kind() == io::ErrorKind::AlreadyExists {
            Failure::input(format!(
                "evidence: {path} is there already, and nothing is overwritten; name another directory"
            ))
        } else {
            let why = trouble::in_words(error);
            Failure::environment(format!("evidence: {path} can't be written: {why}"))
        }
    };
    if let Some((name, _)) = files.iter().find(|(name, _)| directory.join(name).exists()) {
        let taken = io::Error::from(io::ErrorKind::AlreadyExists);
        return Err(refused(&directory.join(name), &taken));
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(|error| refused(directory, &error))?;
    for (name, bytes) in &files {
        let path = directory.join(name);
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .and_then(|mut file| file.write_all(bytes))
            .map_err(|error| refused(&path, &error))?;
    }
    Ok(files.len())
}

fn timeline(dossier: &Dossier, app: &App) -> String {
    let (row, now) = (&dossier.row, app.now());
    let interview = &row.interview;
    let zone = &interview.zone;
    let mut text = format!(
        "{}, {}\nas of {} ({})\n{}\n\n",
        visible(&interview.candidate_name),
        visible(&interview.role),
        when::day_and_time(now, zone),
        zone.name(),
        visible(
            &row.reason(&app.access_window(), now)
                .sentence_in_full(zone, now)
        ),
    );
    let findings = app.findings(row);
    for finding in &findings {
        let _ = writeln!(
            text,
            "{}: {}",
            finding.code.name(),
            visible(&finding.detail)
        );
    }
    text.push_str("\nWhat they hold, and what is true\n");
    for held in evidence(interview, &row.facts, &app.access_window()) {
        let or_nothing = |text: &str| {
            if text.is_empty() {
                "nothing".to_owned()
            } else {
                visible(text).into_owned()
            }
        };
        let _ = writeln!(
            text,
            "  {:<9} {} | {}{}",
            held.what,
            or_nothing(&held.theirs),
            or_nothing(&held.truth),
            if held.differs() { "   differs" } else { "" }
        );
    }
    text.push_str("\nWhat happened\n");
    for event in &dossier.events {
        let detail = if event.detail.is_empty() {
            String::new()
        } else {
            format!(": {}", visible(&event.detail))
        };
        let _ = writeln!(
            text,
            "  {}  {}{detail} ({})",
            when::day_and_time(event.at, zone),
            event.kind.words(),
            visible(&event.actor)
        );
    }
    text.push_str("\nWhat the candidate saw, newest first\n");
    if dossier.accesses.is_empty() {
        text.push_str("  nothing: nobody opened the link here\n");
    }
    for access in &dossier.accesses {
        let _ = writeln!(text, "  {}", visible(&access.words_in_full(zone, now)));
    }
    text
}

fn reply(delivery: &Delivery, dossier: &Dossier) -> String {
    let zone = &dossier.row.interview.zone;
    let clock = |at| when::day_and_time(at, zone);
    let mut text = format!(
        "{} to {}\nSubject: {}\nMessage-ID: {}\nSHA-256: {}\nasked for: {}\n{} since {}\nattempts: {}\n",
        delivery.kind.name(),
        visible(&delivery.address),
        visible(&delivery.subject),
        visible(&delivery.message_id),
        delivery.sha256,
        clock(delivery.created_at),
        delivery.state.name(),
        clock(delivery.since),
        delivery.attempts,
    );
    if let Some(reply) = &delivery.last_reply {
        let _ = writeln!(text, "last reply: {}", visible(reply));
    }
    if let Some(Settled { by, why, .. }) = &delivery.settled {
        let _ = writeln!(text, "settled by {}: {}", visible(by), visible(why));
    }
    text
}
