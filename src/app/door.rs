//! The door: what a link leads to, joining, and letting in.
//!
//! Nothing is looked up but by key. Only [`App::join`] and [`App::admit`] change anything.

use jiff::Timestamp;

use super::{App, AppError, Row, outbox};
use crate::domain::door::Door;
use crate::domain::event::{Event, EventKind};
use crate::domain::filter::Filter;
use crate::domain::ids::InterviewId;
use crate::domain::session::{JoinLink, LinkState, LinkToken, SessionCondition, SessionKey};
use crate::store::Reading;

/// An interview as its link stands at one moment.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The interview.
    pub row: Row,
    /// The state of the link that was followed, which may be a former one.
    pub state: LinkState,
    /// When the link opens and closes, if the interview has a start.
    pub window: Option<(Timestamp, Timestamp)>,
    /// The time at which all of this was so.
    pub now: Timestamp,
}

impl Arrival {
    /// What the candidate finds.
    #[must_use]
    pub const fn door(&self) -> Door {
        Door::of(self.state, &self.row.interview)
    }
}

/// A candidate who has joined and waits to be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Their interview.
    pub id: InterviewId,
    /// Their name.
    pub name: String,
    /// When they joined.
    pub since: Timestamp,
}

// Nobody looks after more at once.
const MOST_WAITING: u32 = 100;

/// What joining led to.
#[derive(Debug, Clone)]
pub enum Join {
    /// The candidate is in; since when says the interview.
    Joined(Box<Arrival>),
    /// The link does not admit now; its state says why. Nothing was changed.
    Refused(Box<Arrival>),
    /// Nobody's key.
    Unknown,
}

impl App {
    /// What a key leads to now; none for nobody's key. Changes nothing.
    ///
    /// # Errors
    /// The store's.
    pub async fn arrival(&self, key: SessionKey) -> Result<Option<Arrival>, AppError> {
        let app = self.clone();
        self.store()
            .read(move |read| app.arrival_in(read, key))
            .await
    }

    /// The key for which a link token stands, if this database signed it for today's link. Compared in constant time, and
    /// an interview that does not exist takes the same way.
    ///
    /// # Errors
    /// The store's.
    pub async fn key_of_token(&self, token: &LinkToken) -> Result<Option<SessionKey>, AppError> {
        let secret = self.link_secret().await?;
        let id = token.claimed_interview();
        let id = id.unwrap_or_else(|| InterviewId::new(uuid::Uuid::nil()));
        let row = self
            .store()
            .read(move |read| Ok::<_, AppError>(read.interview(id)?))
            .await?;
        let key = row.and_then(|row| row.facts.key);
        let signed = secret.verifies(token, id, key.unwrap_or(SessionKey::SAMPLE));
        Ok(key.filter(|_| signed))
    }

    /// Records that the candidate joined, once, with its event. Asking again changes nothing and is no error.
    ///
    /// # Errors
    /// The store's.
    pub async fn join(&self, key: SessionKey) -> Result<Join, AppError> {
        // Whoever has joined, or may not, needs no turn of the one writer.
        match self.arrival(key).await? {
            None => return Ok(Join::Unknown),
            Some(arrival) => match arrival.door() {
                Door::Open => {}
                door if door.admits() => return Ok(Join::Joined(Box::new(arrival))),
                _ => return Ok(Join::Refused(Box::new(arrival))),
            },
        }
        let app = self.clone();
        self.store()
            .write(move |write| {
                let Some(mut arrival) = app.arrival_in(write, key)? else {
                    return Ok(Join::Unknown);
                };
                match arrival.door() {
                    Door::Open => {}
                    door if door.admits() => return Ok(Join::Joined(Box::new(arrival))),
                    _ => return Ok(Join::Refused(Box::new(arrival))),
                }
                let now = app.now();
                let interview = &mut arrival.row.interview;
                interview.joined_at = Some(now);
                interview.updated_at = now;
                write.put_interview(interview)?;
                let event = Event {
                    at: now,
                    actor: "candidate".to_owned(),
                    kind: EventKind::Joined,
                    detail: String::new(),
                };
                write.append_event(interview.id, &event)?;
                Ok(Join::Joined(Box::new(arrival)))
            })
            .await
    }

    /// Who waits to be let in, whoever waits longest first; the newest hundred of them.
    ///
    /// # Errors
    /// The store's.
    pub async fn waiting(&self) -> Result<Vec<Waiting>, AppError> {
        let predicate = self.predicate(&Filter::parse("joined:waiting").unwrap_or_default());
        let rows: Vec<Row> = self
            .store()
            .read(move |read| Ok::<_, AppError>(read.joined_last(&predicate, MOST_WAITING)?))
            .await?;
        let waiting = rows.into_iter().filter_map(|row| {
            Some(Waiting {
                id: row.id(),
                since: row.interview.joined_at?,
                name: row.interview.candidate_name,
            })
        });
        Ok(waiting.collect())
    }

    /// Lets a candidate in who waits: their page carries on by itself. Asking again changes nothing and is no error.
    ///
    /// # Errors
    /// [`AppError::NotWaiting`] when nobody waits there, or that there is no such interview.
    pub async fn admit(&self, id: InterviewId) -> Result<Row, AppError> {
        let app = self.clone();
        self.store()
            .write(move |write| {
                let mut row = write.interview(id)?.ok_or(AppError::NoInterview(id))?;
                let now = app.now();
                let state = row.link_state(&app.policy().window, now);
                if state != LinkState::Open || row.interview.joined_at.is_none() {
                    return Err(AppError::NotWaiting);
                }
                if row.interview.admitted_at.is_none() {
                    row.interview.admitted_at = Some(now);
                    row.interview.updated_at = now;
                    write.put_interview(&row.interview)?;
                    write.append_event(id, &app.event(EventKind::Admitted, ""))?;
                }
                outbox::kept(write.interview(id)?)
            })
            .await
    }

    /// Where an old form of a link leads: the canonical one, while its key admits somebody or says why it does not.
    ///
    /// # Errors
    /// The store's.
    pub async fn canonical(&self, key: SessionKey) -> Result<Option<JoinLink>, AppError> {
        let known = self.arrival(key).await?;
        Ok(known
            .filter(|arrival| arrival.door() != Door::Dead)
            .map(|_| JoinLink::new(&self.policy().base, key)))
    }

    /// Where a signed token of the system before leads: only one that was imported, letter for letter, leads anywhere.
    ///
    /// # Errors
    /// The store's.
    pub async fn canonical_of_token(&self, token: String) -> Result<Option<JoinLink>, AppError> {
        let app = self.clone();
        self.store()
            .read(move |read| {
                let Some(id) = read.imported_token(&token)? else {
                    return Ok(None);
                };
                let row = read.interview(id)?;
                Ok(row.and_then(|row| app.join_link(&row)))
            })
            .await
    }

    fn arrival_in(&self, read: &Reading<'_>, key: SessionKey) -> Result<Option<Arrival>, AppError> {
        let Some(session) = read.session_of_key(key)? else {
            return Ok(None);
        };
        let row = outbox::kept(read.interview(session.interview_id)?)?;
        let condition = if session.revoked_at.is_some() {
            SessionCondition::Revoked
        } else {
            SessionCondition::Live
        };
        let (window, now) = (&self.policy().window, self.now());
        Ok(Some(Arrival {
            state: LinkState::of(&row.interview, condition, window, now),
            window: window.of(&row.interview),
            row,
            now,
        }))
    }
}
