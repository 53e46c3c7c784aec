//! THE use-case: one action keeps the interview, makes its session key and puts its mail into the outbox.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{App, AppError, Delivery, LAST_ZONE, Row, ScheduleError, outbox};
use crate::domain::draft::{Details, Draft, Field, Notice};
use crate::domain::event::EventKind;
use crate::domain::ids::{InterviewId, SessionId};
use crate::domain::interview::Interview;
use crate::domain::session::{Session, SessionKey};
use crate::store::{Remembered, StoreError, Writing};

/// What is to be done about mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailWish {
    /// Mail nobody.
    No,
    /// Send the invitation at once.
    Now,
    /// Send it after this time, in which it can be taken back.
    HeldFor(Duration),
}

impl MailWish {
    const fn hold(self) -> Option<Duration> {
        match self {
            Self::HeldFor(hold) => Some(hold),
            Self::No | Self::Now => None,
        }
    }
}

/// An interview to be scheduled.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// What the person typed.
    pub draft: Draft,
    /// Whether to mail.
    pub mail: MailWish,
    /// Makes a repeated action return the first result.
    pub idempotency_key: Option<String>,
    /// Schedule even if the address has an interview at that start already.
    pub again: bool,
}

impl Schedule {
    /// The digest of what was asked for. How long mail is held is no part of it.
    pub(super) fn content(&self, target: Option<InterviewId>) -> String {
        let mut digest = Sha256::new();
        for field in Field::ALL {
            let text = self.draft.text(field).trim();
            digest.update(text.len().to_le_bytes());
            digest.update(text);
        }
        let rest = (
            self.draft.fold,
            self.mail == MailWish::No,
            self.again,
            target,
        );
        digest.update(format!("{rest:?}"));
        URL_SAFE_NO_PAD.encode(digest.finalize())
    }
}

/// What scheduling led to.
#[derive(Debug, Clone)]
pub struct Scheduled {
    /// The interview.
    pub row: Row,
    /// Its invitation, unless nobody was to be mailed.
    pub delivery: Option<Delivery>,
    /// The idempotency key had been used before: this is what it led to then.
    pub repeated: bool,
    /// What is worth a second look.
    pub notices: Vec<Notice>,
}

impl App {
    /// Checks a draft as [`App::schedule`] will, and changes nothing.
    ///
    /// # Errors
    /// [`ScheduleError::Refused`] with every field that is wrong.
    pub fn check(&self, draft: &Draft) -> Result<Details, ScheduleError> {
        draft
            .check(&self.defaults(), self.now())
            .map_err(|refusals| {
                for refusal in &refusals {
                    tracing::info!(field = refusal.field.name(), "an interview was refused");
                }
                ScheduleError::Refused(refusals)
            })
    }

    /// Keeps interview, session, invitation and events in one transaction, or nothing (invariant 3), then wakes the
    /// dispatcher.
    ///
    /// # Errors
    /// Every field that is wrong, or the named precondition that stands in the way. Nothing was saved then.
    pub async fn schedule(&self, request: Schedule) -> Result<Scheduled, ScheduleError> {
        let app = self.clone();
        let scheduled = self
            .store()
            .write(move |write| app.schedule_in(write, &request))
            .await;
        self.tell(scheduled)
    }

    /// Logs what stood in the way by its name, and wakes the dispatcher otherwise.
    pub(super) fn tell<T>(&self, result: Result<T, ScheduleError>) -> Result<T, ScheduleError> {
        match &result {
            Ok(_) => self.ring(),
            Err(ScheduleError::App(AppError::NotInvitable(precondition))) => {
                tracing::warn!(%precondition, "an invitation was refused");
            }
            Err(_) => {}
        }
        result
    }

    fn schedule_in(
        &self,
        write: &Writing<'_>,
        request: &Schedule,
    ) -> Result<Scheduled, ScheduleError> {
        let content = request.content(None);
        if let Some(repeated) = Self::repeated(write, request, &content)? {
            return Ok(repeated);
        }
        let details = self.check(&request.draft)?;
        if !request.again
            && let Some(there) = write.scheduled_at(&details.candidate_email, details.starts_at)?
        {
            return Err(ScheduleError::AlreadyThere(there.id()));
        }
        let now = self.now();
        let interview = Interview::new(InterviewId::new(self.chance().row_id(now)), details, now);
        write.put_interview(&interview)?;
        write.append_event(interview.id, &self.event(EventKind::Scheduled, ""))?;
        let session = self.make_session(write, interview.id, now)?;
        self.finish(write, request, &interview, &session, content)
    }

    /// Mails the invitation if it is wished for, remembers the action, and reads back what is kept now.
    pub(super) fn finish(
        &self,
        write: &Writing<'_>,
        request: &Schedule,
        interview: &Interview,
        session: &Session,
        content: String,
    ) -> Result<Scheduled, ScheduleError> {
        let delivery = match request.mail {
            MailWish::No => None,
            wish => Some(self.enqueue_invitation(write, interview, Some(session), wish.hold())?),
        };
        if let Some(key) = &request.idempotency_key {
            let delivery_id = delivery.as_ref().map(|delivery| delivery.id);
            write.remember(
                key,
                &Remembered {
                    content,
                    interview_id: interview.id,
                    delivery_id,
                },
                self.now(),
            )?;
        }
        // What another system says is no habit of the person who works here.
        if self.actor.is_none() && !request.draft.zone.trim().is_empty() {
            write.set_setting(LAST_ZONE, interview.zone.name())?;
        }
        let row = outbox::kept(write.interview(interview.id)?)?;
        Ok(Scheduled {
            row,
            delivery,
            repeated: false,
            notices: request.draft.notices(),
        })
    }

    /// What the same action led to the first time, if there was one.
    pub(super) fn repeated(
        write: &Writing<'_>,
        request: &Schedule,
        content: &str,
    ) -> Result<Option<Scheduled>, ScheduleError> {
        let Some(key) = &request.idempotency_key else {
            return Ok(None);
        };
        let Some(first) = write.remembered(key)? else {
            return Ok(None);
        };
        if first.content != content {
            return Err(ScheduleError::KeyReused);
        }
        let row = write
            .interview(first.interview_id)?
            .ok_or(ScheduleError::KeyOfRemoved)?;
        let delivery = match first.delivery_id {
            Some(id) => write.delivery(id)?,
            None => None,
        };
        Ok(Some(Scheduled {
            row,
            delivery,
            repeated: true,
            notices: request.draft.notices(),
        }))
    }

    /// Makes the session of an interview, and with it the link.
    pub(super) fn make_session(
        &self,
        write: &Writing<'_>,
        id: InterviewId,
        now: Timestamp,
    ) -> Result<Session, StoreError> {
        let session = self.new_session(id, now);
        self.keep_session(write, &session)?;
        Ok(session)
    }

    /// A session that is not kept yet.
    pub(super) fn new_session(&self, id: InterviewId, now: Timestamp) -> Session {
        Session {
            id: SessionId::new(self.chance().row_id(now)),
            interview_id: id,
            key: SessionKey::new(self.chance().session_key()),
            created_at: now,
            revoked_at: None,
        }
    }

    /// Keeps a new session, with its event.
    pub(super) fn keep_session(
        &self,
        write: &Writing<'_>,
        session: &Session,
    ) -> Result<(), StoreError> {
        write.add_session(session)?;
        write.append_event(session.interview_id, &self.event(EventKind::LinkMade, ""))
    }
}
