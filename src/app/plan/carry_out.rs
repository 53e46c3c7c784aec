//! Carries a plan out: one batch, in one transaction, exactly what the plan says, or nothing.

use std::time::Duration;

use sha2::{Digest, Sha256};

use super::{Action, Plan, PlanRow, Step};
use crate::app::{App, AppError, outbox};
use crate::domain::event::EventKind;
use crate::domain::ids::{BatchId, DeliveryId, InterviewId};
use crate::store::{NewBatch, Writing};

/// What carrying a plan out led to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CarriedOut {
    /// The number of the batch; `None` when the plan left everything as it was.
    pub batch: Option<i64>,
    /// The mails now in the outbox, in the order of the plan.
    pub deliveries: Vec<DeliveryId>,
    /// How many links were made.
    pub links_made: usize,
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
    /// # Errors
    /// [`AppError::PlanChanged`] names what changed since the plan was made.
    pub async fn carry_out(
        &self,
        plan: &Plan,
        hold: Option<Duration>,
    ) -> Result<CarriedOut, AppError> {
        let app = self.clone();
        let plan = plan.clone();
        let done = self
            .store()
            .write(move |write| app.carry_out_in(write, &plan, hold))
            .await?;
        self.ring();
        Ok(done)
    }

    fn carry_out_in(
        &self,
        write: &Writing<'_>,
        plan: &Plan,
        hold: Option<Duration>,
    ) -> Result<CarriedOut, AppError> {
        let id = plan.batch();
        if let Some(first) = write.batch(id)? {
            let deliveries = write.batch_deliveries(id)?;
            return Ok(CarriedOut {
                batch: Some(first.number),
                deliveries: deliveries.into_iter().map(|mail| mail.id).collect(),
                links_made: 0,
                repeated: true,
            });
        }
        let changed = self.changed_since(write, plan)?;
        if !changed.is_empty() {
            return Err(AppError::PlanChanged(changed));
        }
        if plan.acts() == 0 {
            return Ok(CarriedOut::default());
        }
        let hold = hold.filter(|hold| !hold.is_zero());
        let number = write.add_batch(&NewBatch {
            id,
            action: plan.action.name(),
            asked_by: self.config().actor(),
            asked_at: self.running(),
            totals: [plan.sends(), plan.acts() - plan.sends(), plan.skips()],
            held_until: hold
                .filter(|_| plan.sends() > 0)
                .map(|hold| self.held_until(hold)),
        })?;
        let mut done = CarriedOut {
            batch: Some(number),
            ..CarriedOut::default()
        };
        for row in plan.rows.iter().filter(|row| row.acts()) {
            done.links_made += usize::from(self.change(write, plan.action, row.id)?);
            if matches!(row.step, Step::Send { .. }) {
                let interview = outbox::kept(write.interview(row.id)?)?.interview;
                let session = write.sessions(row.id)?.into_iter().next();
                let mail = self.enqueue_invitation(write, &interview, session.as_ref(), hold)?;
                write.put_into_batch(mail.id, id)?;
                done.deliveries.push(mail.id);
            }
        }
        Ok(done)
    }

    fn changed_since(
        &self,
        write: &Writing<'_>,
        plan: &Plan,
    ) -> Result<Vec<InterviewId>, AppError> {
        let mut changed = Vec::new();
        for planned in &plan.rows {
            let current = write
                .interview(planned.id)?
                .map(|row| self.plan_row(write, plan.action, &row, planned.chosen))
                .transpose()?;
            if !planned.still_holds(current) {
                changed.push(planned.id);
            }
        }
        Ok(changed)
    }

    /// What an action does to the interview itself, before it is mailed. Says whether a link was made.
    fn change(
        &self,
        write: &Writing<'_>,
        action: Action,
        id: InterviewId,
    ) -> Result<bool, AppError> {
        match action {
            Action::Resend | Action::Repair { .. } => {
                if !write.sessions(id)?.is_empty() {
                    return Ok(false);
                }
                self.make_session(write, id, self.now())?;
            }
            Action::Rotate => self.rotate_in(write, id)?,
            Action::Cancel => {
                self.cancel_in(write, id, "")?;
                return Ok(false);
            }
            Action::Revoke => {
                self.revoke_in(write, id)?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Replaces the link: the old one ends in the same transaction, and what would still carry it is withdrawn
    /// (invariant 9). Calendars follow, because SEQUENCE rises.
    fn rotate_in(&self, write: &Writing<'_>, id: InterviewId) -> Result<(), AppError> {
        let now = self.now();
        self.withdraw_unsent(write, id, "the link was replaced")?;
        write.revoke_session(id, now)?;
        let mut interview = outbox::kept(write.interview(id)?)?.interview;
        interview.sequence = interview.sequence.saturating_add(1);
        interview.updated_at = now;
        write.put_interview(&interview)?;
        write.append_event(id, &self.event(EventKind::LinkReplaced, ""))?;
        self.make_session(write, id, now)?;
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_named_after_what_its_plan_does() {
        let plan = |action| Plan {
            action,
            made_at: jiff::Timestamp::UNIX_EPOCH,
            rows: Vec::new(),
        };
        let resend = plan(Action::Resend);
        let later = Plan {
            made_at: jiff::Timestamp::MAX,
            ..resend.clone()
        };
        assert_eq!(resend.batch(), later.batch());
        assert_ne!(resend.batch(), plan(Action::Rotate).batch());
        assert_ne!(resend.batch().uuid(), uuid::Uuid::nil());
    }
}
