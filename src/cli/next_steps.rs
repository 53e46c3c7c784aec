//! What is safe now and what to do next about mail that was sent, or was to be.

use super::Failure;
use super::printer::Printer;
use crate::app::{App, Delivery};
use crate::domain::delivery::State;
use crate::domain::session::LinkState;
use crate::domain::verdict::Standing;

/// How mail leaves that stays in the outbox.
pub(super) const BY: &str = "by greenroom deliver, or while the dashboard or greenroom serve runs";

/// Why mail was withdrawn, as far as it matters for what is to be done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Withdrawn {
    /// The interview has ended: cancelled, taken place, past.
    Over,
    /// Its link lets nobody in.
    Revoked,
    /// There is a newer mail.
    Replaced,
    /// Somebody took it back, or it named what is true no longer.
    TakenBack,
}

/// Mails of one kind stand alike, and the same is to be done about them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Alike {
    In(State),
    Withdrawn(Withdrawn),
}

const ALL: [Alike; 8] = [
    Alike::In(State::Unknown),
    Alike::In(State::Deferred),
    Alike::In(State::Queued),
    Alike::In(State::Failed),
    Alike::Withdrawn(Withdrawn::TakenBack),
    Alike::Withdrawn(Withdrawn::Revoked),
    Alike::Withdrawn(Withdrawn::Replaced),
    Alike::Withdrawn(Withdrawn::Over),
];

/// Says what is safe now and what to do next, once for all mails that stand alike. What waits for its batch is told by
/// the batch.
pub(super) async fn say(
    mails: &[Delivery],
    label: &str,
    app: &App,
    printer: &mut Printer,
) -> Result<(), Failure> {
    let mut stand = Vec::new();
    for mail in mails.iter().filter(|mail| !mail.paused) {
        let alike = match mail.state {
            State::Withdrawn => Alike::Withdrawn(why_withdrawn(mail, app).await?),
            state => Alike::In(state),
        };
        stand.push((alike, mail));
    }
    for alike in ALL {
        let mut these = stand.iter().filter(|(other, _)| *other == alike);
        let (Some((_, first)), more) = (these.next(), these.next()) else {
            continue;
        };
        let step = match more {
            None => next_step(
                alike,
                &first.id.to_string(),
                &first.interview_id.to_string(),
            ),
            Some(_) => next_step(alike, "ID", "ID"),
        };
        if let Some(step) = step {
            printer.prose(label, label.len(), &step);
        }
    }
    Ok(())
}

async fn why_withdrawn(mail: &Delivery, app: &App) -> Result<Withdrawn, Failure> {
    let Some(dossier) = app.details(mail.interview_id).await? else {
        return Ok(Withdrawn::Over);
    };
    let (window, now) = (&app.policy().window, app.now());
    Ok(
        if dossier.row.reason(window, now).standing() == Standing::Over {
            Withdrawn::Over
        } else if dossier
            .deliveries
            .first()
            .is_some_and(|newest| newest.id != mail.id)
        {
            Withdrawn::Replaced
        } else if dossier.row.link_state(window, now) == LinkState::Revoked {
            Withdrawn::Revoked
        } else {
            Withdrawn::TakenBack
        },
    )
}

/// `None` where nothing is to be said.
///
/// `mail` and `interview` name them in the commands: an id, or `ID` where several are meant.
fn next_step(alike: Alike, mail: &str, interview: &str) -> Option<String> {
    Some(match alike {
        Alike::In(State::Unknown) => format!(
            "It is not sent again by itself. Ask the candidate, then settle it: greenroom outbox settle {mail} \
             --send-again (the same mail, byte for byte), or greenroom outbox settle {mail} --reason 'they have it'"
        ),
        Alike::In(State::Deferred) => {
            format!("It stays in the outbox and leaves {BY}; nothing has to be done")
        }
        Alike::In(State::Queued) => format!("It stays in the outbox and leaves {BY}"),
        Alike::In(State::Failed) => format!(
            "The interview and its link stand, and this mail is not tried again: put right what was refused, then \
             greenroom resend {interview}"
        ),
        Alike::Withdrawn(Withdrawn::TakenBack) => format!(
            "It will not leave. If the interview takes place, greenroom resend {interview} mails it as it is now"
        ),
        Alike::Withdrawn(Withdrawn::Revoked) => format!(
            "It will not leave: its link was revoked and lets nobody in. If they are to come all the same, greenroom \
             rotate {interview} makes another link and mails it"
        ),
        Alike::Withdrawn(Withdrawn::Replaced) => {
            "It will not leave: a newer mail took its place".to_owned()
        }
        Alike::Withdrawn(Withdrawn::Over) => {
            "It will not leave, and nothing has to be done: the interview is over or was called off"
                .to_owned()
        }
        Alike::In(_) => return None,
    })
}
