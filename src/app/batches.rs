//! Batches: how far each has come, and how a person steers one.
//!
//! Progress is counted from the outbox itself, so that it is the same in every process and after every end of one.

use std::time::Duration;

use jiff::Timestamp;

use super::pause::read_pause;
use super::{Action, App, AppError, Chosen, Delivery, Plan, Selection};
use crate::domain::batch::{BatchDeed, BatchEvent, BatchState, Progress, time_left};
use crate::domain::delivery::{State, was_given_up};
use crate::domain::ids::InterviewId;
use crate::domain::when;
use crate::store::{Batch, Reading, Writing};

// The pace of a batch is that of its last minute.
const LATELY: Duration = Duration::from_mins(1);

/// A batch at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchStatus {
    /// The batch.
    pub batch: Batch,
    /// Who paused, resumed, stopped or retried it, and when: the first first.
    pub history: Vec<BatchEvent>,
    /// Where its mails stand.
    pub progress: Progress,
    /// Whether it is held: nothing of it leaves before its time.
    pub held: bool,
    /// How many mails came to their end within the last minute.
    pub last_minute: u64,
    /// How many come to their end in a minute, by that; `None` where too few did to tell.
    pub per_minute: Option<u64>,
    /// How long the rest takes at this pace; `None` when there is none, or no rest.
    pub time_left: Option<Duration>,
}

impl BatchStatus {
    /// Whether nothing of it can leave by itself any more.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.progress.left() == 0
    }

    /// Where it stands, in one word: `going`, `paused`, `stopped` or `over`.
    #[must_use]
    pub const fn standing(&self) -> &'static str {
        match self.batch.state {
            BatchState::Going | BatchState::Paused if self.is_over() => "over",
            state => state.name(),
        }
    }

    /// How far it has come: `34 of 37 sent, 2 failed, 1 waiting`.
    #[must_use]
    pub fn words(&self) -> String {
        let (batch, progress) = (&self.batch, &self.progress);
        let mut said = Vec::new();
        said.extend(self.sent_in_words());
        let also_stored = if progress.accepted > 0 {
            progress.stored
        } else {
            0
        };
        let others = [
            (also_stored, "stored on this machine"),
            (progress.waiting, if self.held { "held" } else { "waiting" }),
            (progress.sending, "being sent"),
            (progress.deferred, "put off"),
            (progress.failed, "failed"),
            (progress.unknown, "of unknown outcome"),
            (progress.withdrawn, "withdrawn"),
            (
                batch.sends.saturating_sub(progress.mails()),
                "removed since",
            ),
            (batch.changes, "changed without mail"),
        ];
        for (count, what) in others.into_iter().filter(|(count, _)| *count > 0) {
            said.push(format!("{count} {what}"));
        }
        match self.per_minute {
            Some(pace @ 120..) => said.push(format!("{} a second", pace / 60)),
            Some(pace) => said.push(format!("{pace} a minute")),
            None => {}
        }
        if let Some(left) = self.time_left {
            let left = Duration::from_secs(left.as_secs().max(1));
            said.push(format!("about {} left", when::span_in_words(left)));
        }
        said.join(", ")
    }

    // What only lies on this machine is never called sent.
    fn sent_in_words(&self) -> Option<String> {
        let (sends, progress) = (self.batch.sends, &self.progress);
        (sends > 0).then(|| {
            if progress.accepted == 0 && progress.stored > 0 {
                format!("{} of {sends} stored on this machine", progress.stored)
            } else {
                format!("{} of {sends} sent", progress.accepted)
            }
        })
    }

    /// The same where there is little room: `34 of 37 sent, 2 failed, 1 left`.
    #[must_use]
    pub fn brief(&self) -> String {
        let progress = &self.progress;
        let others = [
            (progress.failed, "failed"),
            (progress.unknown, "unknown"),
            (progress.left(), "left"),
        ];
        let others = others.into_iter().filter(|(count, _)| *count > 0);
        let others = others.map(|(count, what)| format!("{count} {what}"));
        let said: Vec<String> = self.sent_in_words().into_iter().chain(others).collect();
        said.join(", ")
    }

    /// What people call it: `batch 12`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("batch {}", self.batch.number)
    }
}

/// What a batch may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steer {
    /// Nothing of it leaves until it is resumed.
    Pause,
    /// Its mails leave again.
    Resume,
    /// What has not left is withdrawn.
    Stop,
}

/// What steering a batch led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steered {
    /// Where it stands now.
    pub status: BatchStatus,
    /// How many mails were withdrawn by it.
    pub withdrawn: usize,
}

/// What may be mailed again of a batch, as a plan, and what is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retry {
    /// The plan; `None` when there is nothing to send again.
    pub plan: Option<Plan>,
    /// Refused for good: the address has to be mended first.
    pub permanent: usize,
    /// Of unknown outcome: to be settled first.
    pub unknown: usize,
    /// Put off: they are tried again by themselves.
    pub deferred: usize,
}

impl Retry {
    /// Whether a person has to do something about what is left out.
    #[must_use]
    pub const fn needs_somebody(&self) -> bool {
        self.permanent + self.unknown > 0
    }

    /// What is left out and why, in one sentence; empty when nothing is.
    #[must_use]
    pub fn left_out(&self) -> String {
        let parts = [
            (self.permanent, "refused for good (mend the address first)"),
            (self.unknown, "of unknown outcome (settle them first)"),
            (self.deferred, "put off (tried again by themselves)"),
        ];
        let said: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, words)| format!("{count} {words}"))
            .collect();
        if said.is_empty() {
            String::new()
        } else {
            format!("left out: {}", said.join(", "))
        }
    }
}

impl App {
    /// The newest batches, newest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn batches(&self, limit: u32) -> Result<Vec<BatchStatus>, AppError> {
        let app = self.clone();
        self.store()
            .read(move |read| app.batches_in(read, limit))
            .await
    }

    pub(super) fn batches_in(
        &self,
        read: &Reading<'_>,
        limit: u32,
    ) -> Result<Vec<BatchStatus>, AppError> {
        let batches = read.batches(limit)?.into_iter();
        batches.map(|batch| self.status(read, batch)).collect()
    }

    /// One batch.
    ///
    /// # Errors
    /// [`AppError::NoBatch`].
    pub async fn batch(&self, number: i64) -> Result<BatchStatus, AppError> {
        let app = self.clone();
        self.store()
            .read(move |read| {
                let batch = numbered(read, number)?;
                app.status(read, batch)
            })
            .await
    }

    /// The mails of a batch, in the order of its plan, each with the candidate's name.
    ///
    /// # Errors
    /// [`AppError::NoBatch`].
    pub async fn batch_mails(&self, number: i64) -> Result<Vec<super::Underway>, AppError> {
        self.store()
            .read(move |read| {
                let batch = numbered(read, number)?;
                let mut mails = Vec::new();
                for delivery in read.batch_deliveries(batch.id)? {
                    let row = super::outbox::kept(read.interview(delivery.interview_id)?)?;
                    mails.push(super::Underway {
                        delivery,
                        candidate: row.interview.candidate_name,
                    });
                }
                Ok(mails)
            })
            .await
    }

    /// Pauses, resumes or stops a batch, in every process that shares the database.
    ///
    /// # Errors
    /// [`AppError::NoBatch`], [`AppError::BatchOver`], or that it stands so already.
    pub async fn steer_batch(&self, number: i64, steer: Steer) -> Result<Steered, AppError> {
        let app = self.clone();
        let steered = self
            .store()
            .write(move |write| app.steer_batch_in(write, number, steer))
            .await?;
        self.ring();
        Ok(steered)
    }

    fn steer_batch_in(
        &self,
        write: &Writing<'_>,
        number: i64,
        steer: Steer,
    ) -> Result<Steered, AppError> {
        let batch = numbered(write, number)?;
        if write.batch_progress(batch.id)?.left() == 0 {
            return Err(AppError::BatchOver(number));
        }
        let (to, deed) = match steer {
            Steer::Pause => (BatchState::Paused, BatchDeed::Paused),
            Steer::Resume => (BatchState::Going, BatchDeed::Resumed),
            Steer::Stop => (BatchState::Stopped, BatchDeed::Stopped),
        };
        if batch.state == to {
            return Err(AppError::BatchIs(number, to));
        }
        let mut withdrawn = 0;
        if steer == Steer::Stop {
            let reason = format!("batch {number} was stopped");
            for mail in write.batch_deliveries(batch.id)? {
                if mail.state.is_withdrawable() {
                    self.withdraw(write, &mail, &reason)?;
                    withdrawn += 1;
                }
            }
        }
        write.steer_batch(batch.id, to)?;
        let detail = match steer {
            Steer::Pause | Steer::Resume => String::new(),
            Steer::Stop => format!("{withdrawn} withdrawn"),
        };
        self.note_batch(write, number, deed, detail)?;
        Ok(Steered {
            status: self.status(write, numbered(write, number)?)?,
            withdrawn,
        })
    }

    /// Notes what was done to a batch, and by whom.
    pub(super) fn note_batch(
        &self,
        write: &Writing<'_>,
        number: i64,
        deed: BatchDeed,
        detail: String,
    ) -> Result<(), AppError> {
        let event = BatchEvent {
            at: self.running(),
            actor: self.actor(),
            deed,
            detail,
        };
        Ok(write.append_batch_event(number, &event)?)
    }

    /// Plans to mail again what of a batch did not leave and may be sent: what was withdrawn, and what was given up
    /// without having been refused for good. What has been mailed again since is not looked at.
    ///
    /// # Errors
    /// [`AppError::NoBatch`], or a base URL that must not leave this machine.
    pub async fn plan_retry(&self, number: i64) -> Result<Retry, AppError> {
        self.plan_retry_choosing(number, &Chosen::Nobody).await
    }

    /// The same with interviews chosen that the plan would leave alone by itself.
    ///
    /// # Errors
    /// As [`App::plan_retry`].
    pub async fn plan_retry_choosing(
        &self,
        number: i64,
        chosen: &Chosen,
    ) -> Result<Retry, AppError> {
        self.policy().may_leave()?;
        let (app, chosen) = (self.clone(), chosen.clone());
        self.store()
            .read(move |read| {
                let batch = numbered(read, number)?;
                let mut retry = Retry {
                    plan: None,
                    permanent: 0,
                    unknown: 0,
                    deferred: 0,
                };
                let mut again: Vec<InterviewId> = Vec::new();
                let newest = read.batch_newest_mails(batch.id)?;
                for (interview, id) in newest {
                    let mail = super::outbox::kept(read.delivery(id)?)?;
                    match fate(&mail) {
                        Fate::Again => again.push(interview),
                        Fate::Permanent => retry.permanent += 1,
                        Fate::Unknown => retry.unknown += 1,
                        Fate::Deferred => retry.deferred += 1,
                        Fate::Done => {}
                    }
                }
                if !again.is_empty() {
                    let selection = Selection::Ids(again);
                    let plan = app.plan_in(read, Action::Resend, &selection, &chosen)?;
                    retry.plan = Some(Plan {
                        retries: Some(number),
                        ..plan
                    });
                }
                Ok(retry)
            })
            .await
    }

    fn status(&self, read: &Reading<'_>, batch: Batch) -> Result<BatchStatus, AppError> {
        let progress = read.batch_progress(batch.id)?;
        let history = read.batch_events(batch.number)?;
        let now = self.running();
        // A pause is no part of the pace.
        let mut latest_first = history.iter().rev();
        let resumed = latest_first
            .find(|event| event.deed == BatchDeed::Resumed)
            .map(|event| event.at);
        let since = now.saturating_sub(LATELY).unwrap_or(Timestamp::MIN);
        let since = resumed.map_or(since, |resumed| resumed.max(since));
        let (last_minute, first) = if progress.left() > 0 {
            read.batch_ended_since(batch.id, since)?
        } else {
            (0, None)
        };
        let within = first
            .and_then(|first| Duration::try_from(now.duration_since(first)).ok())
            .unwrap_or_default();
        // A few mails say nothing about a pace; the configured one does.
        let by_rate =
            self.config().mail.rate.and_then(|rate| {
                time_left(progress.left(), u64::from(rate), Duration::from_secs(1))
            });
        let going = batch.state == BatchState::Going;
        let tells = going && last_minute >= 5 && within >= Duration::from_secs(1);
        let left = if tells {
            time_left(progress.left(), last_minute, within)
        } else {
            by_rate
        };
        // What was put off leaves at its next try, and nothing leaves while it is held or the outbox is paused: no pace
        // tells when.
        let held = batch.held_until.is_some_and(|until| until > now);
        let stands_still = held || progress.deferred > 0 || read_pause(read)?.is_some();
        let per_minute = u128::from(last_minute) * 60_000 / within.as_millis().max(1);
        Ok(BatchStatus {
            time_left: left.filter(|_| going && !stands_still),
            per_minute: tells.then(|| u64::try_from(per_minute).unwrap_or(u64::MAX)),
            history,
            batch,
            progress,
            held,
            last_minute,
        })
    }
}

enum Fate {
    Again,
    Permanent,
    Unknown,
    Deferred,
    Done,
}

fn fate(mail: &Delivery) -> Fate {
    match mail.state {
        State::Withdrawn => Fate::Again,
        State::Failed if was_given_up(mail.last_reply.as_deref()) => Fate::Again,
        State::Failed => Fate::Permanent,
        State::Unknown if mail.settled.is_none() => Fate::Unknown,
        State::Deferred => Fate::Deferred,
        State::Unknown
        | State::Held
        | State::Queued
        | State::Claimed
        | State::HandingOver
        | State::Accepted
        | State::Stored => Fate::Done,
    }
}

fn numbered(read: &Reading<'_>, number: i64) -> Result<Batch, AppError> {
    read.batch_numbered(number)?
        .ok_or(AppError::NoBatch(number))
}
