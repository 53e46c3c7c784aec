//! Fills a throw-away database with a believable week: some interviews without links, some with failed mail.
//!
//! The samples are made by the same steps as real interviews, at times of their own. Their mail is never due.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp, ToSpan};
use tokio::sync::watch;
use uuid::Uuid;

use super::edges::Clock;
use super::{App, AppError, Wiring};
use crate::domain::delivery::Happening;
use crate::domain::draft::Draft;
use crate::domain::event::EventKind;
use crate::domain::ids::InterviewId;
use crate::domain::interview::{Interview, Status};
use crate::domain::when::{self, Zone};
use crate::store::{Delivery, Owner, OwnerId, Remark, StoreError, Writing};

mod people;
#[cfg(test)]
pub(in crate::app) mod tests;

use people::{Fate, PEOPLE, ROLES};

const MARK: &str = "demonstration";
const FILLING: &str = "filling";
const FILLED: &str = "filled";
/// Samples between two words about how many there are.
const STEP: u64 = 5_000;
const WITH_MAIL: u64 = 1_000;
// Minutes since a sample was scheduled.
const AGES: [i64; 11] = [
    26, 74, 190, 340, 905, 1_130, 1_560, 2_960, 4_400, 5_845, 7_200,
];

/// Why a demonstration can't be made.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The database holds real interviews.
    #[error("{0} holds a database that is no demonstration; choose another --data-dir")]
    NotADemonstration(String),
    /// An earlier filling was interrupted.
    #[error("{0} holds half a demonstration; remove it, or choose another --data-dir")]
    Interrupted(String),
    /// The database.
    #[error("{0}")]
    App(#[from] AppError),
    /// A sample can't be made.
    #[error("a sample interview can't be made: {0}")]
    Sample(String),
}

impl From<StoreError> for DemoError {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

struct SampleClock(AtomicI64);

impl Clock for SampleClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::Relaxed)).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

// Makes samples as if it were another time.
struct Sampler {
    app: App,
    clock: Arc<SampleClock>,
    now: Timestamp,
    owner: OwnerId,
}

impl App {
    /// Fills an empty database with `rows` sample interviews; `progress` hears how many there are so far. A database
    /// that already is a demonstration stays as it is.
    ///
    /// # Errors
    /// When the database holds anything else.
    pub async fn fill_demo(
        &self,
        rows: u64,
        mut progress: impl FnMut(u64),
    ) -> Result<(), DemoError> {
        let mark = self
            .store()
            .read(|read| Ok::<_, DemoError>(read.setting(MARK)?))
            .await?;
        let directory = || self.config().paths.data_dir.display().to_string();
        match mark.as_deref() {
            Some(FILLED) => return Ok(()),
            Some(_) => return Err(DemoError::Interrupted(directory())),
            None if !self.store().is_new() => {
                return Err(DemoError::NotADemonstration(directory()));
            }
            None => {}
        }
        let sampler = Arc::new(self.sampler().await?);
        let week = Arc::clone(&sampler);
        let few = usize::try_from(rows)
            .unwrap_or(usize::MAX)
            .min(PEOPLE.len());
        self.store()
            .write(move |write| {
                write.set_setting(MARK, FILLING)?;
                PEOPLE
                    .iter()
                    .take(few)
                    .enumerate()
                    .try_for_each(|(index, _)| week.person(write, index))
            })
            .await?;
        let few = few as u64;
        progress(few);
        if rows > few {
            let (said, mut hears) = watch::channel(few);
            let crowd = self.store().write(move |write| {
                write.in_bulk(|| {
                    (few..rows).try_for_each(|index| {
                        if index % STEP == 0 {
                            said.send_replace(index);
                        }
                        sampler.one_of_many(write, index, rows)
                    })
                })
            });
            tokio::pin!(crowd);
            loop {
                tokio::select! {
                    done = &mut crowd => break done?,
                    Ok(()) = hears.changed() => progress(*hears.borrow_and_update()),
                }
            }
            progress(rows);
        }
        Ok(self
            .store()
            .write(|write| write.set_setting(MARK, FILLED))
            .await?)
    }

    async fn sampler(&self) -> Result<Sampler, DemoError> {
        let clock = Arc::new(SampleClock(AtomicI64::new(self.now().as_microsecond())));
        let wiring = Wiring {
            store: self.store().clone(),
            config: self.config().clone(),
            templates: self.templates().clone(),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            chance: Arc::new(super::SystemChance),
        };
        let owner = Owner::new(None, Uuid::nil())
            .map_err(|error| DemoError::Sample(error.to_string()))?
            .id();
        Ok(Sampler {
            app: Self::new(wiring).await?,
            clock,
            now: self.now(),
            owner,
        })
    }
}

impl Sampler {
    fn at(&self, time: Timestamp) -> Timestamp {
        self.clock.0.store(time.as_microsecond(), Ordering::Relaxed);
        self.app.now()
    }

    fn person(&self, write: &Writing<'_>, index: usize) -> Result<(), DemoError> {
        let Some(person) = PEOPLE.get(index) else {
            return Ok(());
        };
        let zone =
            Zone::parse(person.zone).map_err(|error| DemoError::Sample(error.to_string()))?;
        let draft = Draft {
            candidate: person.name.to_owned(),
            email: person.email.to_owned(),
            role: person.role.to_owned(),
            at: when::exact(start(self.now, person.day, person.time, &zone)?, &zone),
            zone: person.zone.to_owned(),
            candidate_zone: person.theirs.to_owned(),
            duration: person.duration.to_owned(),
            round: person.round.to_owned(),
            kind: person.kind.to_owned(),
            interviewers: person.interviewers.to_owned(),
            meeting_url: String::new(),
            recruiter: "Rita Levi <rita@acme.example>".to_owned(),
            note: person.note.to_owned(),
            ..Draft::default()
        };
        let minutes = AGES.get(index % AGES.len()).copied().unwrap_or(60);
        // What is over was scheduled some days before it began.
        let ago = if person.day < 0 {
            60 * 24 * (5 - person.day)
        } else {
            minutes
        };
        let created = self.now - SignedDuration::from_mins(ago);
        self.at(created);
        let details = self
            .app
            .check(&draft)
            .map_err(|error| DemoError::Sample(format!("{}: {error}", person.name)))?;
        let id = InterviewId::new(Uuid::now_v7());
        let interview = Interview::new(id, details, created);
        write.put_interview(&interview)?;
        write.append_event(id, &self.app.event(EventKind::Scheduled, ""))?;
        self.fate(write, &interview, person.fate, created)
    }

    fn fate(
        &self,
        write: &Writing<'_>,
        interview: &Interview,
        fate: Fate,
        created: Timestamp,
    ) -> Result<(), DemoError> {
        if fate == Fate::NoLink {
            return Ok(());
        }
        let session = self.app.make_session(write, interview.id, created)?;
        if fate == Fate::NotInvited {
            return Ok(());
        }
        let mailed = self.at(created + SignedDuration::from_secs(11));
        let delivery = self
            .app
            .enqueue_invitation(write, interview, Some(&session), None)?;
        let (happening, kind, words) = match fate {
            Fate::Deferred => (
                Happening::Deferred,
                EventKind::MailDeferred,
                "RCPT: the server refused: 451 4.7.1 greylisted, try again later",
            ),
            Fate::Failed => (
                Happening::Failed,
                EventKind::MailFailed,
                "RCPT: the server refused: 550 5.1.1 no such user here",
            ),
            Fate::Unknown => (
                Happening::Lost,
                EventKind::MailUnknown,
                "content: the connection was closed",
            ),
            Fate::Stored => (Happening::Stored, EventKind::MailStored, "mail/new"),
            _ => (
                Happening::Accepted,
                EventKind::MailAccepted,
                "250 2.0.0 Ok: queued as 4ZfK2p1xQz",
            ),
        };
        self.outcome(write, &delivery, happening, words, mailed)?;
        write.append_event(interview.id, &self.app.own_event(kind, words))?;
        let ended = match fate {
            Fate::Cancelled => (Status::Cancelled, EventKind::Cancelled),
            Fate::Completed => (Status::Completed, EventKind::Completed),
            _ => return Ok(()),
        };
        let changed = interview
            .starts_at
            .unwrap_or(self.now)
            .min(self.now - SignedDuration::from_mins(3));
        self.at(changed);
        write.put_interview(&Interview {
            status: ended.0,
            updated_at: changed,
            ..interview.clone()
        })?;
        Ok(write.append_event(interview.id, &self.app.event(ended.1, ""))?)
    }

    fn outcome(
        &self,
        write: &Writing<'_>,
        delivery: &Delivery,
        happening: Happening,
        words: &str,
        at: Timestamp,
    ) -> Result<(), DemoError> {
        let step = |happening, remark: &Remark| {
            write
                .move_delivery(delivery.id, happening, remark, at)
                .map_err(AppError::from)
        };
        step(
            Happening::Claimed,
            &Remark {
                owner: Some(self.owner),
                ..Remark::default()
            },
        )?;
        step(Happening::ContentBegins, &Remark::default())?;
        step(
            happening,
            &Remark {
                reply: Some(words.to_owned()),
                ..Remark::default()
            },
        )?;
        Ok(())
    }

    fn one_of_many(&self, write: &Writing<'_>, index: u64, rows: u64) -> Result<(), DemoError> {
        let pick = |salt: u64, length: usize| {
            usize::try_from(index.wrapping_mul(2_654_435_761).rotate_left(17) ^ salt).unwrap_or(0)
                % length.max(1)
        };
        let (first, last) = (
            PEOPLE.get(pick(3, PEOPLE.len())),
            PEOPLE.get(pick(11, PEOPLE.len())),
        );
        let (Some(first), Some(last)) = (first, last) else {
            return Ok(());
        };
        let given = first.name.split(' ').next().unwrap_or(first.name);
        let family = last.name.split(' ').next_back().unwrap_or(last.name);
        let zone = Zone::parse(first.zone).map_err(|error| DemoError::Sample(error.to_string()))?;
        // One in eight lies behind; the rest fill the weeks ahead.
        let minutes = i64::try_from(index % (60 * 24 * 4 * 90)).unwrap_or(0) * 15 / 4;
        let start = if index.is_multiple_of(8) {
            self.now - SignedDuration::from_mins(60 * 12 + minutes)
        } else {
            self.now + SignedDuration::from_mins(60 * 24 * 8 + minutes)
        };
        let created = self.at(start.min(self.now) - SignedDuration::from_hours(24 * 9));
        let draft = Draft {
            candidate: format!("{given} {family}"),
            email: format!("candidate{index}@example.org"),
            role: ROLES
                .get(pick(7, ROLES.len()))
                .copied()
                .unwrap_or_default()
                .to_owned(),
            at: when::exact(start, &zone),
            zone: zone.name().to_owned(),
            ..Draft::default()
        };
        let details = self
            .app
            .check(&draft)
            .map_err(|error| DemoError::Sample(error.to_string()))?;
        let interview = Interview::new(InterviewId::new(Uuid::now_v7()), details, created);
        write.put_interview(&interview)?;
        write.append_event(interview.id, &self.app.event(EventKind::Scheduled, ""))?;
        let with_mail = index + WITH_MAIL >= rows && start > self.now;
        let fate = match index % 50 {
            _ if with_mail => Fate::Ready,
            0 => Fate::NoLink,
            _ => Fate::NotInvited,
        };
        self.fate(write, &interview, fate, created)
    }
}

// The wall time `time` of the day that lies `day` days from today, in `zone`; a time that has just passed today is
// taken tomorrow.
fn start(now: Timestamp, day: i64, time: &str, zone: &Zone) -> Result<Timestamp, DemoError> {
    let unreadable = |error: jiff::Error| DemoError::Sample(error.to_string());
    let today = now.to_zoned(zone.time_zone().clone()).date();
    let date = today.checked_add(day.days()).map_err(unreadable)?;
    let time: jiff::civil::Time = time.parse().map_err(unreadable)?;
    let start = date
        .to_datetime(time)
        .to_zoned(zone.time_zone().clone())
        .map_err(unreadable)?
        .timestamp();
    let soon = now + SignedDuration::from_mins(20);
    let day_later = SignedDuration::try_from(Duration::from_hours(24)).unwrap_or_default();
    Ok(if day >= 0 && start < soon {
        start + day_later
    } else {
        start
    })
}
