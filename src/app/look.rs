//! What surfaces look at: windows of the list, one interview in full, and mails as they leave.

use uuid::Uuid;

use super::outbox::{self, Outline};
use super::{
    Action, App, AppError, Counts, Delivery, LINK_SECRET, Position, Row, UnsentMail, Window,
    read_secret,
};
use crate::domain::access::Access;
use crate::domain::draft::{Details, Draft, Notice, Refusal};
use crate::domain::event::Event;
use crate::domain::filter::{Filter, Predicate};
use crate::domain::ids::{DeliveryId, InterviewId, SessionId};
use crate::domain::interview::Interview;
use crate::domain::session::{LinkToken, Session, SessionKey};
use crate::domain::verdict::{Reason, Standing};
use crate::store::{Acknowledgement, DeadKey, Place, Reading};

/// Where a window of the list begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From {
    /// At the first row.
    Start,
    /// At the last row.
    End,
    /// After this place.
    After(Position),
    /// Before this place.
    Before(Position),
    /// So that this interview stands inside, or what is nearest to it; at the start if there is no such interview.
    Around(InterviewId),
}

/// One interview with everything that happened to it.
#[derive(Debug, Clone)]
pub struct Dossier {
    /// The interview.
    pub row: Row,
    /// Its sessions, newest first.
    pub sessions: Vec<Session>,
    /// The link tokens of these, in the same order.
    pub tokens: Vec<LinkToken>,
    /// Keys in links of the old system that let nobody into it.
    pub dead_keys: Vec<DeadKey>,
    /// The findings that somebody acknowledged, and why.
    pub acknowledgements: Vec<Acknowledgement>,
    /// Its mails, newest first.
    pub deliveries: Vec<Delivery>,
    /// Its timeline, oldest first.
    pub events: Vec<Event>,
    /// Who looked at its link and what they saw, newest first.
    pub accesses: Vec<Access>,
}

/// A mail, exactly as it leaves.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// What they are.
    pub origin: MailOrigin,
}

/// What the bytes of a [`Mail`] are.
#[derive(Debug, Clone)]
pub enum MailOrigin {
    /// The newest mail that was put into the outbox.
    Stored(Box<Delivery>),
    /// What would be put there now.
    WouldBe,
    /// The same with a key that is visibly a sample: the interview has no link yet.
    Sample,
}

/// The mail of a draft.
#[derive(Debug, Clone)]
pub enum Preview {
    /// As it will be, but for its key.
    Mail {
        /// The bytes.
        bytes: Vec<u8>,
        /// What was understood.
        details: Box<Details>,
    },
    /// Fields stand in the way.
    Refused(Vec<Refusal>),
    /// Something else stands in the way, by its name.
    Blocked(String),
}

impl App {
    pub(super) fn predicate(&self, filter: &Filter) -> Predicate {
        filter.predicate(
            &self.policy().window,
            &self.config().list_zone(),
            self.now(),
        )
    }

    /// Reads at most `limit` interviews that match.
    ///
    /// # Errors
    /// The store's.
    pub async fn window(
        &self,
        filter: &Filter,
        from: From,
        limit: usize,
    ) -> Result<Window, AppError> {
        let app = self.clone();
        let predicate = self.predicate(filter);
        self.store()
            .read(move |read| app.window_in(read, &predicate, from, limit))
            .await
    }

    fn window_in(
        &self,
        read: &Reading<'_>,
        predicate: &Predicate,
        from: From,
        limit: usize,
    ) -> Result<Window, AppError> {
        let horizon = self.horizon();
        let place = match from {
            From::Start => Place::Start,
            From::End => Place::End,
            From::After(position) => Place::After(position),
            From::Before(position) => Place::Before(position),
            From::Around(id) => {
                let Some(row) = read.interview(id)? else {
                    return Ok(read.window(predicate, &Place::Start, limit, horizon)?);
                };
                let position = row.position(horizon);
                // Half of the other rows before it, and what that leaves of the limit after it.
                let others = limit.saturating_sub(1);
                let mut window = read.window(
                    predicate,
                    &Place::Before(position.clone()),
                    others / 2,
                    horizon,
                )?;
                let surplus = window.rows.len().saturating_sub(others / 2);
                window.rows.drain(..surplus);
                window.more_before |= surplus > 0;
                let matches =
                    read.count(&Predicate::All(vec![Predicate::Id(id), predicate.clone()]))? > 0;
                let room = others.saturating_sub(window.rows.len());
                window.rows.extend(matches.then_some(row));
                let mut after = read.window(predicate, &Place::After(position), room, horizon)?;
                window.more_after = after.more_after || after.rows.len() > room;
                after.rows.truncate(room);
                window.rows.extend(after.rows);
                return Ok(window);
            }
        };
        Ok(read.window(predicate, &place, limit, horizon)?)
    }

    /// Counts what matches, and what is ahead by whether the candidates can get in.
    ///
    /// # Errors
    /// The store's.
    pub async fn counts(&self, filter: &Filter) -> Result<Counts, AppError> {
        let matching = self.predicate(filter);
        let horizon = self.horizon();
        self.store()
            .read(move |read| {
                let everything = read.count(&Predicate::All(Vec::new()))?;
                let unfiltered = matching == Predicate::All(Vec::new());
                let matching = if unfiltered {
                    everything
                } else {
                    read.count(&matching)?
                };
                Ok(tally(
                    &read.standings(horizon)?,
                    Counts {
                        matching,
                        everything,
                        ..Counts::default()
                    },
                ))
            })
            .await
    }

    /// How many interviews match.
    ///
    /// # Errors
    /// The store's.
    pub async fn count(&self, filter: &Filter) -> Result<u64, AppError> {
        let predicate = self.predicate(filter);
        self.store()
            .read(move |read| Ok(read.count(&predicate)?))
            .await
    }

    /// One interview in full.
    ///
    /// # Errors
    /// The store's.
    pub async fn details(&self, id: InterviewId) -> Result<Option<Dossier>, AppError> {
        self.store()
            .read(move |read| {
                let Some(row) = read.interview(id)? else {
                    return Ok(None);
                };
                let sessions = read.sessions(id)?;
                let secret = read.setting(LINK_SECRET)?;
                let secret = secret.map(|text| read_secret(&text)).transpose()?;
                let tokens = secret.map_or_else(Vec::new, |secret| {
                    let keys = sessions.iter().map(|session| session.key);
                    keys.map(|key| secret.token(id, key)).collect()
                });
                Ok(Some(Dossier {
                    row,
                    sessions,
                    tokens,
                    dead_keys: read.dead_keys(id)?,
                    acknowledgements: read.acknowledgements(id)?,
                    deliveries: read.deliveries(id)?,
                    events: read.events(id)?,
                    accesses: read.accesses(id)?,
                }))
            })
            .await
    }

    /// The bytes of a mail that was put into the outbox, exactly as they left or will leave.
    ///
    /// # Errors
    /// The store's, or that there is no such mail.
    pub async fn exact_bytes(&self, id: DeliveryId) -> Result<Vec<u8>, AppError> {
        self.store()
            .read(move |read| read.mime(id)?.ok_or(AppError::NoDelivery))
            .await
    }

    /// The newest mail of an interview as it is stored, or else as it would be.
    ///
    /// # Errors
    /// The named precondition, when nothing was mailed and nothing can be.
    pub async fn mail(&self, id: InterviewId) -> Result<Mail, AppError> {
        let app = self.clone();
        self.store()
            .read(move |read| {
                let row = read.interview(id)?.ok_or(AppError::NoInterview(id))?;
                let newest = read
                    .deliveries(id)?
                    .into_iter()
                    .find(|delivery| delivery.state != crate::domain::delivery::State::Withdrawn);
                if let Some(delivery) = newest {
                    let bytes = outbox::kept(read.mime(delivery.id)?)?;
                    return Ok(Mail {
                        bytes,
                        origin: MailOrigin::Stored(Box::new(delivery)),
                    });
                }
                app.mail_as_it_would_be(read, Action::Resend, row.interview)
            })
            .await
    }

    /// The mail that an action would put into the outbox now, whatever was sent before: the same bytes but for what is
    /// drawn by chance.
    ///
    /// # Errors
    /// The named precondition that stands in the way.
    pub async fn planned_mail(&self, action: Action, id: InterviewId) -> Result<Mail, AppError> {
        let app = self.clone();
        self.store()
            .read(move |read| {
                let row = read.interview(id)?.ok_or(AppError::NoInterview(id))?;
                app.mail_as_it_would_be(read, action, row.interview)
            })
            .await
    }

    fn mail_as_it_would_be(
        &self,
        read: &Reading<'_>,
        action: Action,
        interview: Interview,
    ) -> Result<Mail, AppError> {
        let session = match action {
            Action::Rotate => None,
            _ => read.sessions(interview.id)?.into_iter().next(),
        };
        let origin = if session.is_some() {
            MailOrigin::WouldBe
        } else {
            MailOrigin::Sample
        };
        let session = session.unwrap_or_else(|| sample_session(&interview));
        let interview = match action {
            Action::Rotate => interview.with_new_link(self.now()),
            _ => interview,
        };
        let outline = Outline::further(read, interview, Some(session))?;
        Ok(Mail {
            bytes: self.sample_mail(&outline)?,
            origin,
        })
    }

    /// The mail of a draft as it will be, with a key that is visibly a sample. Keeps nothing.
    #[must_use]
    pub fn preview(&self, draft: &Draft) -> Preview {
        let details = match draft.check(&self.defaults(), self.now()) {
            Ok(details) => details,
            Err(refusals) => return Preview::Refused(refusals),
        };
        let interview = Interview::new(InterviewId::new(Uuid::nil()), details.clone(), self.now());
        let session = sample_session(&interview);
        match self.sample_mail(&Outline::first(interview, Some(session))) {
            Ok(bytes) => Preview::Mail {
                bytes,
                details: Box::new(details),
            },
            Err(error) => Preview::Blocked(error.to_string()),
        }
    }

    /// What is worth a second look in a draft.
    #[must_use]
    pub fn notices(&self, draft: &Draft) -> Vec<Notice> {
        draft.notices()
    }

    // Composed as what is kept, under a name that no mail has.
    fn sample_mail(&self, outline: &Outline) -> Result<Vec<u8>, AppError> {
        let id = DeliveryId::new(outline.interview.id.uuid());
        Ok(self.compose(outline, id)?.mime)
    }

    /// What may still leave.
    ///
    /// # Errors
    /// The store's.
    pub async fn unsent(&self) -> Result<UnsentMail, AppError> {
        self.store().read(|read| Ok(read.unsent()?)).await
    }
}

// Adds up what is ahead or has no time.
fn tally(standings: &[(String, u64)], mut counts: Counts) -> Counts {
    for (name, count) in standings {
        let reason = Reason::CLOCK_FREE
            .into_iter()
            .find(|reason| reason.name() == name);
        let Some(reason) = reason else { continue };
        counts.ahead += count;
        if reason == Reason::NoLink {
            counts.no_link += count;
        }
        match reason.standing() {
            Standing::Blocked => counts.blocked += count,
            Standing::NotInvited => counts.not_invited += count,
            Standing::InDoubt => counts.in_doubt += count,
            Standing::Ready => counts.ready += count,
            Standing::Over => {}
        }
    }
    counts
}

fn sample_session(interview: &Interview) -> Session {
    Session {
        id: SessionId::new(Uuid::nil()),
        interview_id: interview.id,
        key: SessionKey::SAMPLE,
        created_at: interview.created_at,
        revoked_at: None,
    }
}
