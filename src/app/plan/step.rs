//! What is done to one interview of a plan, and why: the one place where that is decided.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::{Action, LinkStep, Step};
use crate::app::{App, outbox};
use crate::domain::address::likely_typo;
use crate::domain::delivery::{State, was_given_up};
use crate::domain::draft::Field;
use crate::domain::interview::Status;
use crate::domain::session::{LinkState, SessionCondition, SessionKey};
use crate::domain::text::{clip, visible};
use crate::domain::verdict::{Reason, Standing};
use crate::domain::when;
use crate::store::{Delivery, Row, Settled};

fn skip(why: impl Into<String>) -> Step {
    Step::Skip {
        why: why.into(),
        optional: false,
    }
}

impl App {
    pub(super) fn planned(
        &self,
        action: Action,
        row: &Row,
        newest: Option<&Delivery>,
        replaced_at: Option<Timestamp>,
        chosen: bool,
    ) -> Step {
        let step = self.decided(action, row, newest, replaced_at, chosen);
        let address = row.interview.candidate_email.as_ref();
        match (step, address.and_then(likely_typo)) {
            (Step::Send { why }, Some(meant)) => Step::Send {
                why: format!("{why}; the address looks mistyped: {meant}?"),
            },
            (step, _) => step,
        }
    }

    fn decided(
        &self,
        action: Action,
        row: &Row,
        newest: Option<&Delivery>,
        replaced_at: Option<Timestamp>,
        chosen: bool,
    ) -> Step {
        let now = self.now();
        let interview = &row.interview;
        let reason = row.reason(&self.policy().window, now);
        if reason.standing() == Standing::Over {
            return skip(if interview.status == Status::Scheduled {
                "over".to_owned()
            } else {
                reason.words(&self.config().list_zone(), now)
            });
        }
        let link = row.link_state(&self.policy().window, now);
        match action {
            Action::Repair { .. } if link == LinkState::Revoked => {
                skip("the link was revoked; rotate makes another")
            }
            Action::Repair { .. } if link != LinkState::Missing => skip("has a link already"),
            Action::Repair { send: false } => Step::Change {
                why: "a link is made; nobody is mailed".to_owned(),
            },
            Action::Repair { send: true } => self
                .unmailable(row, newest, link)
                .map_or_else(|| self.to_mail(newest, reason), skip),
            Action::Resend => self.resend(row, newest, reason, chosen),
            Action::Rotate => match replaced_at.and_then(|at| self.recent(now, at)) {
                Some(ago) if !chosen && link != LinkState::Revoked => Step::Skip {
                    why: format!("got a new link {ago}"),
                    optional: true,
                },
                Some(ago) => all_the_same(
                    rotate(row, newest, link, chosen),
                    &format!("they got a new link {ago}"),
                ),
                None => rotate(row, newest, link, chosen),
            },
            Action::Cancel => Step::Change {
                why: told_nobody("cancelled", row),
            },
            Action::Revoke if link == LinkState::Missing => skip("has no link"),
            Action::Revoke if link == LinkState::Revoked => skip("the link was revoked already"),
            Action::Revoke => Step::Change {
                why: told_nobody("the link ends", row),
            },
        }
    }

    fn resend(&self, row: &Row, newest: Option<&Delivery>, reason: Reason, chosen: bool) -> Step {
        let now = self.now();
        let link = row.link_state(&self.policy().window, now);
        if let Some(why) = self.unmailable(row, newest, link) {
            return skip(why);
        }
        // What they hold and what they would get is the same, so it is a double.
        let recent = match (newest.and_then(|mail| mail.settled.as_ref()), reason) {
            (Some(settled), _) => self
                .recent(now, settled.at)
                .map(|ago| format!("settled {ago}: {}", said(settled))),
            (None, Reason::Told(at)) => self
                .recent(self.running(), at)
                .map(|ago| format!("mailed {ago}")),
            (None, _) => None,
        };
        match recent {
            Some(why) if !chosen => Step::Skip {
                why,
                optional: true,
            },
            Some(why) => Step::Send {
                why: format!("{why}, and sent again all the same"),
            },
            None => self.to_mail(newest, reason),
        }
    }

    /// Why no invitation can be put into the outbox now, if so.
    fn unmailable(&self, row: &Row, newest: Option<&Delivery>, link: LinkState) -> Option<String> {
        let interview = &row.interview;
        if interview.starts_at.is_none() {
            return Some("no time yet".to_owned());
        }
        if interview.candidate_email.is_none() {
            return Some("no address".to_owned());
        }
        if let Some(field) = interview.unfilled() {
            return Some(unfilled(field));
        }
        if link == LinkState::Revoked {
            return Some("the link was revoked".to_owned());
        }
        match newest {
            Some(waiting) if waiting.state.is_unsent() => Some(format!(
                "already waiting: it {}",
                outbox::waiting_words(waiting, &self.config().list_zone(), self.now())
            )),
            Some(lost) if lost.is_unsettled() => Some(SETTLE_FIRST.to_owned()),
            _ => None,
        }
    }

    // Times are those of the list, beside which they stand.
    fn to_mail(&self, newest: Option<&Delivery>, reason: Reason) -> Step {
        if let Some(settled) = newest.and_then(|mail| mail.settled.as_ref()) {
            return Step::Send {
                why: format!(
                    "nobody knows whether the last mail arrived; {} said: {}",
                    settled.by,
                    said(settled)
                ),
            };
        }
        let why = match reason {
            Reason::NoLink => "a link will be made first".to_owned(),
            Reason::Told(at) => format!(
                "the link and time of the mail of {}",
                when::moment(at, &self.config().list_zone(), self.now())
            ),
            Reason::HoldsDeadLink => "they hold a link that was replaced".to_owned(),
            Reason::HoldsOldTime => "they hold the old time".to_owned(),
            Reason::MailedElsewhere => "to the new address".to_owned(),
            Reason::MailFailed if newest.is_some_and(is_refused_for_good) => {
                "the last mail was refused for good; is the address right?".to_owned()
            }
            Reason::MailFailed => "the last mail failed".to_owned(),
            Reason::InvitedByOldSystem => "until now only the old system mailed them".to_owned(),
            Reason::StoredHere => "the last mail lies on this machine".to_owned(),
            _ => "first invitation".to_owned(),
        };
        Step::Send { why }
    }

    /// How long ago something was, if that is so short that doing it again is more likely a slip than a wish.
    fn recent(&self, now: Timestamp, at: Timestamp) -> Option<String> {
        let ago = now.duration_since(at);
        if !ago.is_negative() && ago.unsigned_abs() >= self.config().mail.recent {
            return None;
        }
        Some(match ago.as_mins() {
            ..1 => "less than a minute ago".to_owned(),
            minutes => format!("{minutes} min ago"),
        })
    }
}

fn is_refused_for_good(mail: &Delivery) -> bool {
    let reply = mail.last_reply.as_deref();
    mail.state == State::Failed && reply.is_some() && !was_given_up(reply)
}

// What somebody wrote of it, so long as a line of a plan has room for.
fn said(settled: &Settled) -> String {
    clip(&visible(&settled.why), 60)
}

fn rotate(row: &Row, newest: Option<&Delivery>, link: LinkState, chosen: bool) -> Step {
    let interview = &row.interview;
    match newest {
        Some(mail) if mail.state == State::HandingOver => {
            return skip("their mail is leaving at this moment");
        }
        Some(lost) if lost.is_unsettled() => return skip(SETTLE_FIRST),
        _ => {}
    }
    let inside = if interview.joined_at.is_some() {
        Some("they have joined")
    } else if link == LinkState::Open {
        Some("their window is open now")
    } else {
        None
    };
    if let Some(why) = inside.filter(|_| !chosen) {
        return Step::Skip {
            why: why.to_owned(),
            optional: true,
        };
    }
    if link == LinkState::Missing {
        return skip("has no link to replace");
    }
    let step = new_link(row, newest);
    match inside {
        Some(why) => all_the_same(step, why),
        None => step,
    }
}

// What a person chose although the plan would have left it alone says why it would have.
fn all_the_same(step: Step, otherwise: &str) -> Step {
    let said = |why| format!("{why}; {otherwise}, and it is done all the same");
    match step {
        Step::Send { why } => Step::Send { why: said(why) },
        Step::Change { why } => Step::Change { why: said(why) },
        skip @ Step::Skip { .. } => skip,
    }
}

fn new_link(row: &Row, newest: Option<&Delivery>) -> Step {
    let interview = &row.interview;
    let unsent = if interview.candidate_email.is_none() {
        Some("no address".to_owned())
    } else if interview.starts_at.is_none() {
        Some("no time yet".to_owned())
    } else {
        interview.unfilled().map(unfilled)
    };
    match unsent {
        Some(why) => Step::Change {
            why: format!("a new link; nobody is mailed: {why}"),
        },
        None if row.facts.told.is_none() && newest.is_none() => Step::Send {
            why: "a new link; first invitation".to_owned(),
        },
        None if newest.is_some_and(|mail| mail.state.is_withdrawable()) => Step::Send {
            why: "a new link; the mail that waits is withdrawn".to_owned(),
        },
        None => Step::Send {
            why: "a new link; the old one ends".to_owned(),
        },
    }
}

fn unfilled(field: Field) -> String {
    format!("{} holds {{{{: correct it first", field.name())
}

// Whoever holds an invitation is not told by these: a person has to.
fn told_nobody(what: &str, row: &Row) -> String {
    if row.facts.told.is_some() {
        format!("{what}; nobody is mailed, and they hold an invitation")
    } else {
        format!("{what}; nobody is mailed")
    }
}

const SETTLE_FIRST: &str = "outcome unknown: settle it first";

/// What a step does to the link.
pub(super) fn link(action: Action, step: &Step, key: Option<String>) -> LinkStep {
    let acts = !matches!(step, Step::Skip { .. });
    match (key, action) {
        (Some(key), Action::Rotate) if acts => LinkStep::Replaced(key),
        (Some(key), Action::Cancel | Action::Revoke) if acts => LinkStep::Ends(key),
        (Some(key), _) => LinkStep::Stays(key),
        (None, Action::Resend | Action::Repair { .. }) if acts => LinkStep::Made,
        (None, _) => LinkStep::None,
    }
}

/// Everything that a step depends on, without the clock: two rows with the same text lead to the same step.
pub(super) fn seen(row: &Row, newest: Option<&Delivery>) -> String {
    let key = row.facts.key.map(SessionKey::shortened);
    let mut seen = format!(
        "{} {}",
        row.interview.updated_at,
        key.as_deref().unwrap_or("no link")
    );
    if row.facts.session == SessionCondition::Revoked {
        seen.push_str(" revoked");
    }
    if row.interview.joined_at.is_some() {
        seen.push_str(" joined");
    }
    match newest {
        None => seen.push_str(" no mail"),
        Some(mail) => {
            let (id, state, attempts) = (mail.id, mail.state.mark(), mail.attempts);
            let _ = write!(seen, " {id} {state} {attempts}");
            if mail.settled.is_some() {
                seen.push_str(" settled");
            }
        }
    }
    seen
}
