//! Says that nothing leaves the outbox, and how it goes on.

use super::Failure;
use crate::app::{App, Pause, UnsentMail};
use crate::domain::text::counted;
use crate::domain::when;

/// Why nothing leaves, how much waits and since when, in one line; `None` when the outbox is not paused.
pub(super) async fn in_words(app: &App) -> Result<Option<String>, Failure> {
    let Some(pause) = app.pause().await? else {
        return Ok(None);
    };
    let (zone, now) = (app.config().list_zone(), app.now());
    let unsent = app.unsent().await?;
    let waiting = match (unsent.count, unsent.first_start) {
        (0, _) => "no mail waits".to_owned(),
        (count, Some(first)) => format!(
            "{} wait{}, for interviews from {} ({}) on",
            counted(count, "mail"),
            if count == 1 { "s" } else { "" },
            when::moment(first, &zone, now),
            zone.name()
        ),
        (count, None) => format!("{} waiting", counted(count, "mail")),
    };
    Ok(Some(format!(
        "The outbox is paused since {}: {}; {waiting}. {}",
        when::moment(pause.since, &zone, now),
        pause.reason(),
        how_it_goes_on(&pause)
    )))
}

const fn how_it_goes_on(pause: &Pause) -> &'static str {
    if pause.probes {
        "It goes on when one mail that is tried now and then is taken, or with greenroom outbox resume"
    } else {
        "Nothing leaves before greenroom outbox resume"
    }
}

/// What waits for a batch to be resumed, and how; `None` when nothing does.
pub(super) fn of_batches(unsent: &UnsentMail) -> Option<String> {
    let wait = match unsent.paused {
        0 => return None,
        1 => "1 mail waits".to_owned(),
        mails => format!("{mails} mails wait"),
    };
    Some(format!(
        "{wait} for a paused batch: greenroom batch lists them, greenroom batch resume N lets one go on"
    ))
}
