//! Changes what a link depends on: how an interview ends, whether its link is live, and how long it works.
//!
//! Nobody is mailed by any of these. What had not left yet and stopped being true is withdrawn in the same transaction
//! (invariant 9), and the answer says what the candidate holds.

use jiff::Timestamp;

use super::{App, AppError, Row, outbox};
use crate::domain::change::{self, Ending, Extension};
use crate::domain::delivery::State;
use crate::domain::event::EventKind;
use crate::domain::ids::InterviewId;
use crate::domain::interview::{Interview, MeetingUrl};
use crate::domain::session::LinkState;
use crate::domain::{text, when};
use crate::store::Writing;

/// Columns of a name in a sentence: what follows it must not get lost.
const LONGEST_NAME: usize = 40;

/// What was done to an interview.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It ended so.
    Ended(Ending),
    /// Its link was revoked.
    Revoked,
    /// Its link works longer.
    Extended,
    /// Its join button leads elsewhere.
    Moved,
}

/// An interview after a change.
#[derive(Debug, Clone)]
pub struct Changed {
    /// What was done.
    pub change: Change,
    /// The interview as it is now.
    pub row: Row,
    /// How many mails were taken back because they were no longer true.
    pub withdrawn: usize,
}

impl App {
    /// Cancels an interview. Its link keeps its key and lets nobody in; nobody is mailed.
    ///
    /// # Errors
    /// When it has ended, the reason can't be kept, or there is no such interview.
    pub async fn cancel(&self, id: InterviewId, reason: &str) -> Result<Changed, AppError> {
        let (app, reason) = (self.clone(), reason.to_owned());
        self.store()
            .write(move |write| app.cancel_in(write, id, &reason))
            .await
    }

    /// As [`App::cancel`], in a transaction that does more.
    pub(super) fn cancel_in(
        &self,
        write: &Writing<'_>,
        id: InterviewId,
        reason: &str,
    ) -> Result<Changed, AppError> {
        self.end_in(write, id, Ending::Cancelled, change::reason(reason)?)
    }

    /// Notes that an interview took place. Its link has closed then.
    ///
    /// # Errors
    /// When it was cancelled, has not begun, or there is no such interview.
    pub async fn complete(&self, id: InterviewId) -> Result<Changed, AppError> {
        self.end(id, Ending::Completed).await
    }

    /// Notes that the candidate did not come. The link has closed then.
    ///
    /// # Errors
    /// When it was cancelled, has not begun, or there is no such interview.
    pub async fn no_show(&self, id: InterviewId) -> Result<Changed, AppError> {
        self.end(id, Ending::NoShow).await
    }

    async fn end(&self, id: InterviewId, ending: Ending) -> Result<Changed, AppError> {
        let app = self.clone();
        self.store()
            .write(move |write| app.end_in(write, id, ending, ""))
            .await
    }

    fn end_in(
        &self,
        write: &Writing<'_>,
        id: InterviewId,
        ending: Ending,
        detail: &str,
    ) -> Result<Changed, AppError> {
        let before = found(write, id)?.interview;
        let ended = before.ended(ending, &self.policy().window, self.now())?;
        let (kind, because) = match ending {
            Ending::Cancelled => (EventKind::Cancelled, "the interview was cancelled"),
            Ending::Completed => (EventKind::Completed, "the interview has taken place"),
            Ending::NoShow => (EventKind::NoShow, "the candidate did not come"),
        };
        let withdrawn = self.withdraw_unsent(write, id, because)?;
        write.put_interview(&ended)?;
        write.append_event(id, &self.event(kind, detail))?;
        changed(write, id, Change::Ended(ending), withdrawn)
    }

    /// Revokes the link of an interview. Whoever has it can't get in, until another is made; nobody is mailed.
    ///
    /// # Errors
    /// When there is no live link, or no such interview.
    pub async fn revoke(&self, id: InterviewId) -> Result<Changed, AppError> {
        let app = self.clone();
        self.store()
            .write(move |write| app.revoke_in(write, id))
            .await
    }

    /// As [`App::revoke`], in a transaction that does more.
    pub(super) fn revoke_in(
        &self,
        write: &Writing<'_>,
        id: InterviewId,
    ) -> Result<Changed, AppError> {
        change::revocable(found(write, id)?.facts.session)?;
        let withdrawn = self.withdraw_unsent(write, id, "the link was revoked")?;
        write.revoke_session(id, self.now())?;
        write.append_event(id, &self.event(EventKind::LinkRevoked, ""))?;
        changed(write, id, Change::Revoked, withdrawn)
    }

    /// Lets a link work from earlier on, or until later. It never works for less time than before; a wish that is
    /// fulfilled already changes nothing. Nobody is mailed.
    ///
    /// # Errors
    /// When the interview has ended or has no start, the link would stay closed, or there is no such interview.
    pub async fn extend(&self, id: InterviewId, wish: Extension) -> Result<Changed, AppError> {
        let app = self.clone();
        self.store()
            .write(move |write| {
                let before = found(write, id)?.interview;
                let wider = before.extended(wish, &app.policy().window, app.now())?;
                if wider != before {
                    write.put_interview(&wider)?;
                    let detail = app.window_in_words(&wider).unwrap_or_default();
                    write.append_event(id, &app.event(EventKind::Extended, detail))?;
                }
                changed(write, id, Change::Extended, 0)
            })
            .await
    }

    /// Says where the join button leads, or with `None` that the candidate waits to be let in. Whoever waits at the door
    /// goes on by themselves. The address stands in no mail, so nobody is mailed and no mail is taken back.
    ///
    /// # Errors
    /// When the interview has ended, or there is no such interview.
    pub async fn meet_at(
        &self,
        id: InterviewId,
        meeting_url: Option<MeetingUrl>,
    ) -> Result<Changed, AppError> {
        let app = self.clone();
        self.store()
            .write(move |write| {
                let before = found(write, id)?.interview;
                let moved = before.met_at(meeting_url, app.now())?;
                if moved != before {
                    write.put_interview(&moved)?;
                    write.append_event(id, &app.event(EventKind::Edited, "meeting_url"))?;
                }
                changed(write, id, Change::Moved, 0)
            })
            .await
    }

    /// What was said about a wider window: `now` or an instant, an instant or how much longer from now.
    ///
    /// # Errors
    /// The field that can't be read, and why.
    pub fn extension(
        &self,
        interview: &Interview,
        opens: Option<&str>,
        closes: Option<&str>,
    ) -> Result<Extension, (&'static str, String)> {
        let now = self.now();
        let read = |field: &'static str, text: &str| {
            let theirs = interview.candidate_zone.as_ref();
            when::read(text, now, &interview.zone, theirs, None)
                .map(|reading| reading.instant)
                .map_err(|error| (field, error.to_string()))
        };
        let opens = match opens {
            Some(text) if text.trim().eq_ignore_ascii_case("now") => Some(now),
            Some(text) => Some(read("opens", text)?),
            None => None,
        };
        let closes = match closes {
            None => None,
            Some(text) => Some(match when::parse_span(text) {
                Ok(longer) => now.saturating_add(longer).unwrap_or(Timestamp::MAX),
                Err(_) => read("closes", text)?,
            }),
        };
        Ok(Extension { opens, closes })
    }

    /// From when until when the link of an interview works: `Tue 6 May 14:45 to 18:00 CEST`.
    fn window_in_words(&self, interview: &Interview) -> Option<String> {
        let (opens, closes) = self.policy().window.of(interview)?;
        let clock = |at| when::day_and_time(at, &interview.zone);
        Some(format!("{} to {}", clock(opens), clock(closes)))
    }

    /// What is true after a change, in sentences: who can get in until when, and what the candidate holds.
    #[must_use]
    pub fn aftermath(&self, changed: &Changed) -> String {
        let row = &changed.row;
        let interview = &row.interview;
        let name = text::clip(&interview.candidate_name, LONGEST_NAME);
        let now = self.now();
        let said = match changed.change {
            Change::Ended(Ending::Cancelled) => {
                format!("{name}: the interview is cancelled, and its link lets nobody in.")
            }
            Change::Ended(Ending::Completed) => {
                format!("{name}: the interview has taken place, and its link has closed.")
            }
            Change::Ended(Ending::NoShow) => {
                format!("{name} did not come; the link has closed.")
            }
            Change::Revoked => format!(
                "{name}: the link is revoked, and whoever has it can't get in; the interview stands and needs a new link."
            ),
            Change::Moved => match &interview.meeting_url {
                Some(meeting) => format!(
                    "{name}: the join button leads to {}, and whoever waits at the door goes there by themselves.",
                    text::visible(&meeting.host())
                ),
                None => format!("{name}: whoever joins waits at the door until they are let in."),
            },
            Change::Extended => {
                let reason = row.reason(&self.policy().window, now);
                let link = row.link_state(&self.policy().window, now);
                let clock = |at| when::moment_in_full(at, &interview.zone, now);
                match (link, self.policy().window.of(interview)) {
                    (LinkState::Open, Some((_, closes))) => {
                        format!("{name} can get in now and until {}.", clock(closes))
                    }
                    (LinkState::NotYetOpen, Some((opens, closes))) => format!(
                        "{name} can get in from {} until {}.",
                        clock(opens),
                        clock(closes)
                    ),
                    _ => format!("{name}: {}", reason.sentence_in_full(&interview.zone, now)),
                }
            }
        };
        let taken_back = match changed.withdrawn {
            0 => String::new(),
            1 => " A mail that had not left was taken back.".to_owned(),
            several => format!(" {several} mails that had not left were taken back."),
        };
        format!(
            "{said} Nobody was mailed; {}.{taken_back}",
            self.holding(row)
        )
    }

    // What the candidate has in hand, as far as anybody knows.
    fn holding(&self, row: &Row) -> String {
        let clock = |at| when::moment_in_full(at, &row.interview.zone, self.now());
        if let Some(told) = &row.facts.told {
            return format!("they hold the invitation accepted {}", clock(told.at));
        }
        match row.facts.newest.map(|newest| newest.state) {
            Some(State::Claimed | State::HandingOver) => {
                "an invitation is leaving at this moment and can't be taken back".to_owned()
            }
            Some(State::Unknown) => {
                "they may hold an invitation whose outcome is unknown".to_owned()
            }
            Some(State::Stored) => "the invitation lies on this machine".to_owned(),
            _ => "they hold no invitation".to_owned(),
        }
    }
}

fn found(write: &Writing<'_>, id: InterviewId) -> Result<Row, AppError> {
    write.interview(id)?.ok_or(AppError::NoInterview(id))
}

fn changed(
    write: &Writing<'_>,
    id: InterviewId,
    change: Change,
    withdrawn: usize,
) -> Result<Changed, AppError> {
    Ok(Changed {
        change,
        row: outbox::kept(write.interview(id)?)?,
        withdrawn,
    })
}
