//! What is shown before anything that mails or makes links is done, row by row, and then carried out exactly so.
//!
//! A plan is bound to the state it was made from: what has changed since is never silently done.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{App, AppError, outbox};
use crate::domain::event::EventKind;
use crate::domain::filter::Filter;
use crate::domain::ids::{DeliveryId, InterviewId};
use crate::domain::interview::Status;
use crate::domain::session::{LinkState, SessionKey};
use crate::domain::verdict::{Reason, Standing};
use crate::domain::when;
use crate::store::{Delivery, Place, Reading, Row, Writing};

/// What is to be done to each interview of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "action")]
pub enum Action {
    /// Mail the invitation (again); make the link first where there is none.
    Resend,
    /// Make the link where there is none.
    Repair {
        /// Mail the invitation with it.
        send: bool,
    },
}

/// Which interviews are meant. There is no way to mean every one by accident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// These.
    Ids(Vec<InterviewId>),
    /// All that match.
    Matching(Filter),
}

/// What will be done to one interview, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "step")]
pub enum Step {
    /// It will be mailed.
    Send {
        /// What the mail is to the candidate.
        why: String,
    },
    /// It will get a link, and nobody is mailed.
    MakeLink,
    /// Nothing will be done.
    Skip {
        /// Why not.
        why: String,
    },
}

/// One row of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanRow {
    /// The interview.
    pub id: InterviewId,
    /// The candidate's name.
    pub candidate: String,
    /// Where the mail goes.
    pub address: Option<String>,
    /// When the interview starts.
    pub starts_at: Option<Timestamp>,
    /// Its zone.
    pub zone: when::Zone,
    /// The candidate's zone.
    pub candidate_zone: Option<when::Zone>,
    /// What will be done.
    pub step: Step,
    // What the row was planned from: it is carried out only from the same.
    seen: String,
}

impl PlanRow {
    // The words of a step tell the time, and so change with the day; what it does may not.
    fn does_as(mut self, planned: &Self) -> bool {
        if std::mem::discriminant(&self.step) == std::mem::discriminant(&planned.step) {
            self.step = planned.step.clone();
        }
        self == *planned
    }
}

/// What will be done, row by row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What is to be done.
    #[serde(flatten)]
    pub action: Action,
    /// When the plan was made.
    pub made_at: Timestamp,
    /// One row per interview.
    pub rows: Vec<PlanRow>,
}

impl Plan {
    /// How many will be mailed.
    #[must_use]
    pub fn sends(&self) -> usize {
        self.rows
            .iter()
            .filter(|row| matches!(row.step, Step::Send { .. }))
            .count()
    }

    /// How many will be changed or mailed.
    #[must_use]
    pub fn acts(&self) -> usize {
        self.rows
            .iter()
            .filter(|row| !matches!(row.step, Step::Skip { .. }))
            .count()
    }

    /// How many will be left alone.
    #[must_use]
    pub fn skips(&self) -> usize {
        self.rows.len() - self.acts()
    }
}

/// What carrying a plan out led to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CarriedOut {
    /// The mails now in the outbox, in the order of the plan.
    pub deliveries: Vec<DeliveryId>,
    /// How many links were made.
    pub links_made: usize,
}

impl App {
    /// Says what would be done, and changes nothing.
    ///
    /// # Errors
    /// An empty selection, an unknown id, or a base URL that must not leave this machine.
    pub async fn plan(&self, action: Action, selection: &Selection) -> Result<Plan, AppError> {
        if action != (Action::Repair { send: false }) {
            self.policy().may_leave().inspect_err(
                |precondition| tracing::warn!(%precondition, "an invitation was refused"),
            )?;
        }
        let app = self.clone();
        let selection = selection.clone();
        self.store()
            .read(move |read| {
                let rows = app.selected(read, &selection)?;
                let rows = rows
                    .iter()
                    .map(|row| app.plan_row(read, action, row))
                    .collect::<Result<_, _>>()?;
                Ok(Plan {
                    action,
                    made_at: app.now(),
                    rows,
                })
            })
            .await
    }

    fn selected(&self, read: &Reading<'_>, selection: &Selection) -> Result<Vec<Row>, AppError> {
        match selection {
            Selection::Ids(ids) if ids.is_empty() => Err(AppError::NothingSelected),
            Selection::Ids(ids) => ids
                .iter()
                .map(|id| read.interview(*id)?.ok_or(AppError::NoInterview(*id)))
                .collect(),
            Selection::Matching(filter) if filter.is_empty() => Err(AppError::NothingSelected),
            Selection::Matching(filter) => {
                let predicate = self.predicate(filter);
                Ok(read
                    .window(&predicate, &Place::Start, usize::MAX - 1, self.horizon())?
                    .rows)
            }
        }
    }

    fn plan_row(&self, read: &Reading<'_>, action: Action, row: &Row) -> Result<PlanRow, AppError> {
        let newest = read.deliveries(row.id())?.into_iter().next();
        let interview = &row.interview;
        Ok(PlanRow {
            id: row.id(),
            candidate: interview.candidate_name.clone(),
            address: interview
                .candidate_email
                .as_ref()
                .map(|email| email.ascii().to_owned()),
            starts_at: interview.starts_at,
            zone: interview.zone.clone(),
            candidate_zone: interview.candidate_zone.clone(),
            step: self.planned(action, row, newest.as_ref()),
            seen: seen(row, newest.as_ref()),
        })
    }

    fn planned(&self, action: Action, row: &Row, newest: Option<&Delivery>) -> Step {
        let now = self.now();
        let skip = |why: String| Step::Skip { why };
        let interview = &row.interview;
        let link = row.link_state(&self.policy().window, now);
        let reason = row.reason(&self.policy().window, now);
        if reason.standing() == Standing::Over {
            return skip(if interview.status == Status::Scheduled {
                "over".to_owned()
            } else {
                reason.words(&interview.zone, now)
            });
        }
        match action {
            Action::Repair { .. } if link != LinkState::Missing => {
                return skip("has a link already".to_owned());
            }
            Action::Repair { send: false } => return Step::MakeLink,
            Action::Repair { send: true } | Action::Resend => {}
        }
        if interview.starts_at.is_none() {
            return skip("no time yet".to_owned());
        }
        if interview.candidate_email.is_none() {
            return skip("no address".to_owned());
        }
        if link == LinkState::Revoked {
            return skip("the link was revoked".to_owned());
        }
        match newest {
            Some(waiting) if waiting.state.is_unsent() => {
                return skip(format!(
                    "already waiting: it {}",
                    outbox::waiting_words(waiting, interview, now)
                ));
            }
            Some(lost) if lost.is_unsettled() => {
                return skip("outcome unknown: settle it first".to_owned());
            }
            _ => {}
        }
        let why = match reason {
            Reason::NoLink => "a link will be made first".to_owned(),
            Reason::Told(at) => format!(
                "the link and time of the mail of {}",
                when::moment(at, &interview.zone, now)
            ),
            Reason::HoldsDeadLink => "they hold a link that was replaced".to_owned(),
            Reason::HoldsOldTime => "they hold the old time".to_owned(),
            Reason::MailedElsewhere => "to the new address".to_owned(),
            Reason::MailFailed => "the last mail failed".to_owned(),
            Reason::InvitedByOldSystem => "until now only the old system mailed them".to_owned(),
            Reason::StoredHere => "the last mail lies on this machine".to_owned(),
            _ => "first invitation".to_owned(),
        };
        Step::Send { why }
    }

    /// Carries a plan out, in one transaction: exactly what it says, or nothing.
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
        let mut changed = Vec::new();
        for planned in &plan.rows {
            let current = write
                .interview(planned.id)?
                .map(|row| self.plan_row(write, plan.action, &row))
                .transpose()?;
            if !current.is_some_and(|current| current.does_as(planned)) {
                changed.push(planned.id);
            }
        }
        if !changed.is_empty() {
            return Err(AppError::PlanChanged(changed));
        }
        let mut done = CarriedOut::default();
        for row in &plan.rows {
            if matches!(row.step, Step::Skip { .. }) {
                continue;
            }
            let interview = write
                .interview(row.id)?
                .ok_or(AppError::NoInterview(row.id))?
                .interview;
            let session = if let Some(session) = write.sessions(row.id)?.into_iter().next() {
                session
            } else {
                done.links_made += 1;
                self.make_session(write, row.id, self.now())?
            };
            if matches!(row.step, Step::Send { .. }) {
                done.deliveries.push(
                    self.enqueue_invitation(write, &interview, Some(&session), hold)?
                        .id,
                );
            }
        }
        Ok(done)
    }

    /// Notes in the timeline that a send was refused, by the name of what stood in the way.
    pub(super) fn note_refusal(
        &self,
        write: &Writing<'_>,
        id: InterviewId,
        precondition: &str,
    ) -> Result<(), AppError> {
        tracing::warn!(interview = %id, precondition, "a mail was stopped");
        Ok(write.append_event(id, &self.own_event(EventKind::SendRefused, precondition))?)
    }
}

// Everything that a step depends on, without the clock: two rows with the same text lead to the same step.
fn seen(row: &Row, newest: Option<&Delivery>) -> String {
    let key = row.facts.key.map(SessionKey::shortened);
    let key = key.as_deref().unwrap_or("no link");
    let mail = newest.map_or_else(
        || "no mail".to_owned(),
        |mail| format!("{} {} {}", mail.id, mail.state.mark(), mail.attempts),
    );
    format!("{} {key} {mail}", row.interview.updated_at)
}
