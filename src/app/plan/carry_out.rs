//! Carries a plan out: one batch, in one transaction, exactly what the plan says, or nothing.

use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::prepare::{Prepared, Ready};
use super::{Action, Plan, PlanRow, Step};
use crate::app::outbox::Posting;
use crate::app::{App, AppError, Row};
use crate::domain::batch::BatchDeed;
use crate::domain::event::EventKind;
use crate::domain::ids::{BatchId, DeliveryId, InterviewId};
use crate::domain::interview::Interview;
use crate::domain::session::Session;
use crate::store::{NewBatch, Reading, Writing};

/// What carrying a plan out led to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CarriedOut {
    /// The number of the batch; `None` when the plan left everything as it was.
    pub batch: Option<i64>,
    /// The mails now in the outbox, in the order of the plan.
    pub deliveries: Vec<DeliveryId>,
    /// How many links were made.
    pub links_made: usize,
    /// How many mails that had not left were taken back, because they were no longer true.
    pub withdrawn: usize,
    /// This plan had been carried out before: nothing was done now.
    pub repeated: bool,
}

impl Plan {
    /// The identifier of its batch. Plans that do the same to the same interviews in the same state have the same one,
    /// so that whoever comes second, finds it done.
    #[must_use]
    pub fn batch(&self) -> BatchId {
        let mut acting: Vec<&PlanRow> = self.rows.iter().filter(|row| row.acts()).collect();
        acting.sort_by_key(|row| row.id);
        let mut digest = Sha256::new();
        digest.update(self.action.name());
        for row in acting {
            for part in [&row.id.to_string(), row.step.name(), &row.seen] {
                digest.update(part.len().to_le_bytes());
                digest.update(part);
            }
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest.finalize()[..16]);
        BatchId::new(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

impl App {
    /// Carries a plan out as one batch, in one transaction: exactly what it says, or nothing. A plan that was carried out
    /// before is answered with what it led to then.
    ///
    /// The mails are composed before that transaction, which checks that each was made of what is still so.
    ///
    /// # Errors
    /// [`AppError::PlanChanged`] names what changed since the plan was made, [`AppError::OtherSettings`] which settings did,
    /// [`AppError::OfPlan`] whose mail can't be composed.
    pub async fn carry_out(
        &self,
        plan: &Plan,
        hold: Option<Duration>,
    ) -> Result<CarriedOut, AppError> {
        let (app, plan) = (self.clone(), Arc::new(plan.clone()));
        let ready = self.prepare(&plan).await?;
        let done = self
            .store()
            .write(move |write| app.carry_out_in(write, &plan, ready, hold))
            .await?;
        self.ring();
        Ok(done)
    }

    /// What carrying a plan out would meet, without doing it: the number of the batch as which it was carried out before,
    /// if it was.
    ///
    /// # Errors
    /// [`AppError::PlanChanged`] names what changed since the plan was made, [`AppError::OtherSettings`] which settings did.
    pub async fn rehearse(&self, plan: &Plan) -> Result<Option<i64>, AppError> {
        let (app, plan) = (self.clone(), plan.clone());
        self.store()
            .read(move |read| {
                if let Some(first) = read.batch(plan.batch())? {
                    return Ok(Some(first.number));
                }
                app.same_mailing(&plan)?;
                let mut changed = Vec::new();
                for row in &plan.rows {
                    if matches!(app.still(read, plan.action, row)?, Still::No) {
                        changed.push(row.id);
                    }
                }
                if changed.is_empty() {
                    Ok(None)
                } else {
                    Err(AppError::PlanChanged(changed))
                }
            })
            .await
    }

    fn still(&self, read: &Reading<'_>, action: Action, row: &PlanRow) -> Result<Still, AppError> {
        let current = read.interview(row.id)?;
        let now = current
            .as_ref()
            .map(|current| self.plan_row(read, action, current, row.chosen))
            .transpose()?;
        Ok(match current {
            _ if !row.still_holds(now) => Still::No,
            Some(current) if row.acts() => Still::ToDo(Box::new(current)),
            _ => Still::LeftAlone,
        })
    }

    fn carry_out_in(
        &self,
        write: &Writing<'_>,
        plan: &Plan,
        ready: Ready,
        hold: Option<Duration>,
    ) -> Result<CarriedOut, AppError> {
        let id = plan.batch();
        if let Some(first) = write.batch(id)? {
            let deliveries = write.batch_deliveries(id)?;
            return Ok(CarriedOut {
                batch: Some(first.number),
                deliveries: deliveries.into_iter().map(|mail| mail.id).collect(),
                repeated: true,
                ..CarriedOut::default()
            });
        }
        self.same_mailing(plan)?;
        let batch = match plan.acts() {
            0 => None,
            _ => Some((id, self.add_batch(write, id, plan, hold)?)),
        };
        let mut carrying = Carrying {
            app: self,
            write,
            plan,
            ready,
            posting: Posting { hold, batch },
            done: CarriedOut {
                batch: batch.map(|(_, number)| number),
                ..CarriedOut::default()
            },
        };
        // Each row concerns another interview, so nothing that one depends on is changed by those before it; and when
        // one has changed, everything is taken back.
        let mut changed = Vec::new();
        for row in &plan.rows {
            match self.still(write, plan.action, row)? {
                Still::No => changed.push(row.id),
                Still::LeftAlone => {}
                Still::ToDo(current) => {
                    if changed.is_empty() {
                        carrying.act(row, *current)?;
                    }
                }
            }
        }
        if !changed.is_empty() {
            return Err(AppError::PlanChanged(changed));
        }
        if let (Some(first), Some((_, number))) = (plan.retries, batch) {
            self.note_batch(write, first, BatchDeed::Retried, format!("batch {number}"))?;
        }
        Ok(carrying.done)
    }

    fn add_batch(
        &self,
        write: &Writing<'_>,
        id: BatchId,
        plan: &Plan,
        hold: Option<Duration>,
    ) -> Result<i64, AppError> {
        let hold = hold.filter(|hold| !hold.is_zero() && plan.sends() > 0);
        Ok(write.add_batch(&NewBatch {
            id,
            action: plan.action.name(),
            asked_by: self.actor(),
            asked_at: self.running(),
            totals: [plan.sends(), plan.acts() - plan.sends(), plan.skips()],
            held_until: hold.map(|hold| self.held_until(hold)),
        })?)
    }

    /// Notes in the timeline that a send was refused, by the name of what stood in the way.
    pub(in crate::app) fn note_refusal(
        &self,
        write: &Writing<'_>,
        id: InterviewId,
        precondition: &str,
    ) -> Result<(), AppError> {
        tracing::warn!(interview = %id, precondition, "a mail was stopped");
        Ok(write.append_event(id, &self.own_event(EventKind::SendRefused, precondition))?)
    }
}

/// A plan while it is carried out, inside its transaction.
struct Carrying<'a> {
    app: &'a App,
    write: &'a Writing<'a>,
    plan: &'a Plan,
    ready: Ready,
    posting: Posting,
    done: CarriedOut,
}

/// What is true of a row now.
enum Still {
    /// Something that it was planned from has changed.
    No,
    /// Nothing is done.
    LeftAlone,
    /// This interview is acted on.
    ToDo(Box<Row>),
}

impl Carrying<'_> {
    fn act(&mut self, row: &PlanRow, current: Row) -> Result<(), AppError> {
        if matches!(row.step, Step::Send { .. }) {
            return self.mail(current);
        }
        match self.plan.action {
            Action::Cancel => {
                let cancelled = self.app.cancel_in(self.write, row.id, &self.plan.reason)?;
                self.done.withdrawn += cancelled.withdrawn;
            }
            Action::Revoke => {
                self.done.withdrawn += self.app.revoke_in(self.write, row.id)?.withdrawn;
            }
            Action::Rotate => {
                let session = self.app.new_session(row.id, self.app.now());
                self.replace_link(&current.interview.with_new_link(self.app.now()), &session)?;
            }
            Action::Resend | Action::Repair { .. } => {
                let session = self.app.new_session(row.id, self.app.now());
                self.make_link(&session)?;
            }
        }
        Ok(())
    }

    fn mail(&mut self, current: Row) -> Result<(), AppError> {
        let ready = self.ready.remove(&current.id());
        let Prepared {
            made,
            interview,
            mail,
            ..
        } = match ready.filter(|ready| ready.from == current) {
            Some(ready) => ready,
            None => self
                .app
                .prepare_one(self.write, self.plan.action, current)?,
        };
        match (&made, self.plan.action) {
            (Some(session), Action::Rotate) => self.replace_link(&interview, session)?,
            (Some(session), _) => self.make_link(session)?,
            (None, _) => {}
        }
        self.app
            .put_into_outbox(self.write, &mail, &interview, self.posting)?;
        self.done.deliveries.push(mail.id);
        Ok(())
    }

    fn make_link(&mut self, session: &Session) -> Result<(), AppError> {
        self.app.keep_session(self.write, session)?;
        self.done.links_made += 1;
        Ok(())
    }

    /// Replaces the link: the old one ends in the same transaction, and what would still carry it is withdrawn
    /// (invariant 9). Calendars follow, because SEQUENCE has risen.
    fn replace_link(&mut self, interview: &Interview, session: &Session) -> Result<(), AppError> {
        let (app, write, id) = (self.app, self.write, interview.id);
        self.done.withdrawn += app.withdraw_unsent(write, id, "the link was replaced")?;
        write.revoke_session(id, app.now())?;
        write.put_interview(interview)?;
        write.append_event(id, &app.event(EventKind::LinkReplaced, ""))?;
        self.make_link(session)
    }
}

#[cfg(test)]
mod tests;
