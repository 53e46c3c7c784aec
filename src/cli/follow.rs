//! `greenroom --plain`: what the dashboard shows, as lines for a voice. First how things stand, then one line for each
//! change, until it is asked to stop.

use std::time::Duration;

use tokio::time::sleep;

use super::printer::Printer;
use super::{Exit, Failure, list, paused};
use crate::app::{App, Counts, From, News, NewsMark, Pause, Sending, SentBy, Stop};
use crate::domain::event::{Event, EventKind};
use crate::domain::filter::Filter;
use crate::domain::when;

/// Interviews that are named at the beginning.
const NAMED: usize = 20;
/// Events that are read at a time.
const AT_ONCE: u32 = 500;
/// How soon what only the clock changes is told.
const LOOK_AROUND: Duration = Duration::from_secs(30);

/// What was said last; only what differs is said again.
struct Told {
    mark: NewsMark,
    counts: Option<Counts>,
    pause: Option<Pause>,
    sending: Option<Sending>,
}

/// Says how things stand, and then what changes.
///
/// # Errors
/// The database's.
pub async fn follow(app: &App, stop: &Stop, printer: &mut Printer) -> Result<Exit, Failure> {
    let (mut changes, mut sending) = (app.changes(), app.sending());
    let mut told = Told {
        mark: app.news_mark().await?,
        counts: None,
        pause: None,
        sending: None,
    };
    tell_counts(&mut told, app, printer).await?;
    tell_blocked(app, printer).await?;
    while !stop.asked() && !printer.is_broken() {
        changes.mark_unchanged();
        let now = sending.borrow_and_update().clone();
        tell_sending(&mut told, now, printer);
        tell_news(&mut told, app, printer).await?;
        tell_pause(&mut told, app, printer).await?;
        tell_counts(&mut told, app, printer).await?;
        printer.flush();
        tokio::select! {
            _ = changes.changed() => {}
            _ = sending.changed() => {}
            () = sleep(LOOK_AROUND) => {}
            () = stop.wait() => {}
        }
    }
    tell_news(&mut told, app, printer).await?;
    Ok(Exit::Done)
}

async fn tell_counts(told: &mut Told, app: &App, printer: &mut Printer) -> Result<(), Failure> {
    let counts = app.counts(&Filter::default()).await?;
    if told.counts != Some(counts) {
        told.counts = Some(counts);
        printer.line(&counted(&counts));
    }
    Ok(())
}

fn counted(counts: &Counts) -> String {
    if counts.everything == 0 {
        return "There are no interviews yet.".to_owned();
    }
    let parts = [
        (counts.blocked, "can't get in"),
        (counts.not_invited, "not invited"),
        (counts.in_doubt, "in doubt"),
        (counts.ready, "ready"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts
        .map(|(count, words)| format!("{count} {words}"))
        .collect();
    let colon = if parts.is_empty() { "" } else { ": " };
    format!("{} ahead{colon}{}.", counts.ahead, parts.join(", "))
}

async fn tell_blocked(app: &App, printer: &mut Printer) -> Result<(), Failure> {
    let blocked = Filter::parse("verdict:blocked when:ahead")
        .map_err(|error| Failure::input(error.to_string()))?;
    let window = app.window(&blocked, From::Start, NAMED).await?;
    for row in &window.rows {
        printer.line(&list::in_words(row, app));
    }
    if window.more_after {
        printer.line("And more: greenroom list verdict:blocked --plain");
    }
    Ok(())
}

fn tell_sending(told: &mut Told, now: Sending, printer: &mut Printer) {
    if told.sending.as_ref() == Some(&now) {
        return;
    }
    printer.line(&match &now.by {
        SentBy::Here => format!("Mail leaves from here, through {}.", now.transport),
        SentBy::Other(other) => format!("Mail is sent by {other}."),
        SentBy::Nobody => "Nobody sends mail.".to_owned(),
    });
    told.sending = Some(now);
}

async fn tell_pause(told: &mut Told, app: &App, printer: &mut Printer) -> Result<(), Failure> {
    let pause = app.pause().await?;
    if pause != told.pause {
        let words = paused::in_words(app).await?;
        printer.line(&words.unwrap_or_else(|| "The outbox goes on.".to_owned()));
        told.pause = pause;
    }
    Ok(())
}

async fn tell_news(told: &mut Told, app: &App, printer: &mut Printer) -> Result<(), Failure> {
    loop {
        let (news, mark) = app.news(told.mark, AT_ONCE).await?;
        for news in &news {
            printer.line(&in_words(news, app));
        }
        if mark == told.mark {
            return Ok(());
        }
        told.mark = mark;
    }
}

fn in_words(news: &News, app: &App) -> String {
    let (zone, now) = (app.config().list_zone(), app.now());
    let interview = &news.row.interview;
    let at = news
        .events
        .last()
        .map(|event| when::time_24h(event.at, &zone))
        .unwrap_or_default();
    let happened: Vec<String> = news.events.iter().map(event_in_words).collect();
    let stands = news.row.reason(&app.access_window(), now);
    format!(
        "{at}: {}, {}: {}. {}",
        interview.candidate_name,
        interview.role,
        happened.join(", "),
        stands.sentence_in_full(&zone, now)
    )
}

// What a reply or a reason is needed for is said with it; what names mails by their numbers is not.
fn event_in_words(event: &Event) -> String {
    let words = event.kind.words();
    match event.kind {
        EventKind::SendRefused
        | EventKind::MailDeferred
        | EventKind::MailFailed
        | EventKind::MailUnknown
        | EventKind::MailSettled
            if !event.detail.is_empty() =>
        {
            format!("{words} ({})", event.detail)
        }
        _ => words.to_owned(),
    }
}
