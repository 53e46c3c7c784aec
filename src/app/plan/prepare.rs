//! Makes the mails of a plan ready before it is carried out: composed and read back on several threads, while everybody
//! else can write. What is ready is used only if nothing has changed until then.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread;

use tokio::task::JoinSet;

use super::{Action, Plan, PlanRow, Step};
use crate::app::outbox::Outline;
use crate::app::{App, AppError, Row};
use crate::domain::ids::{DeliveryId, InterviewId};
use crate::domain::interview::Interview;
use crate::domain::session::Session;
use crate::store::{NewDelivery, Reading, StoreError};

/// Mails that are made ready ahead. They are kept in memory until they are written, some ten thousand octets each; what
/// is beyond is composed while it is written.
const AHEAD: usize = 25_000;
/// Rows that are read at once, and composed by one thread.
const PIECE: usize = 250;

/// The mails of a plan that are ready.
pub(super) type Ready = HashMap<InterviewId, Prepared>;

/// A mail that is not kept yet, with the link that is made with it.
pub(super) struct Prepared {
    /// What the interview was when it was composed.
    pub from: Row,
    /// The session that is made with it, if one is.
    pub made: Option<Session>,
    /// The interview as it will be.
    pub interview: Interview,
    /// The mail.
    pub mail: NewDelivery,
}

/// The same before it is composed.
struct Draft {
    from: Row,
    made: Option<Session>,
    outline: Outline,
    id: DeliveryId,
}

impl App {
    /// Composes what a plan mails, as far as the plan still holds.
    pub(super) async fn prepare(&self, plan: &Arc<Plan>) -> Result<Ready, AppError> {
        let sends = |index: &usize| matches!(plan.rows[*index].step, Step::Send { .. });
        let sends: Vec<usize> = (0..plan.rows.len()).filter(sends).take(AHEAD).collect();
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let (mut ready, mut composing) = (Ready::with_capacity(sends.len()), JoinSet::new());
        for piece in sends.chunks(PIECE) {
            let (app, plan, piece) = (self.clone(), Arc::clone(plan), piece.to_vec());
            let read = self.store().read(move |read| {
                let rows = piece.iter().map(|index| &plan.rows[*index]);
                let drafts = rows.map(|row| app.draft(read, plan.action, row));
                drafts
                    .filter_map(Result::transpose)
                    .collect::<Result<Vec<Draft>, AppError>>()
            });
            let (app, drafts) = (self.clone(), read.await?);
            if composing.len() >= threads {
                take_one(&mut composing, &mut ready).await?;
            }
            composing.spawn_blocking(move || {
                let composed = drafts.into_iter().map(|draft| app.composed(draft));
                composed.collect::<Result<Vec<Prepared>, AppError>>()
            });
        }
        while !composing.is_empty() {
            take_one(&mut composing, &mut ready).await?;
        }
        Ok(ready)
    }

    /// The mail of one row, composed from what the interview is now.
    pub(super) fn prepare_one(
        &self,
        read: &Reading<'_>,
        action: Action,
        current: Row,
    ) -> Result<Prepared, AppError> {
        self.composed(self.drafted(read, action, current)?)
    }

    // Nothing where the plan no longer holds: whoever carries it out says so.
    fn draft(
        &self,
        read: &Reading<'_>,
        action: Action,
        planned: &PlanRow,
    ) -> Result<Option<Draft>, AppError> {
        let Some(current) = read.interview(planned.id)? else {
            return Ok(None);
        };
        let row = self.plan_row(read, action, &current, planned.chosen)?;
        if !planned.still_holds(Some(row)) {
            return Ok(None);
        }
        self.drafted(read, action, current).map(Some)
    }

    fn drafted(&self, read: &Reading<'_>, action: Action, from: Row) -> Result<Draft, AppError> {
        let now = self.now();
        let kept = match action {
            Action::Rotate => None,
            _ => read.sessions(from.id())?.into_iter().next(),
        };
        let made = kept.is_none().then(|| self.new_session(from.id(), now));
        let interview = match action {
            Action::Rotate => from.interview.clone().with_new_link(now),
            _ => from.interview.clone(),
        };
        let outline = Outline::further(read, interview, kept.or_else(|| made.clone()))?;
        let id = DeliveryId::new(self.chance().row_id(now));
        Ok(Draft {
            from,
            made,
            outline,
            id,
        })
    }

    fn composed(&self, draft: Draft) -> Result<Prepared, AppError> {
        let mail = self.compose(&draft.outline, draft.id).map_err(|error| {
            let candidate = draft.outline.interview.candidate_name.clone();
            AppError::OfPlan(draft.from.id(), candidate, Box::new(error))
        })?;
        Ok(Prepared {
            from: draft.from,
            made: draft.made,
            interview: draft.outline.interview,
            mail,
        })
    }
}

async fn take_one(
    composing: &mut JoinSet<Result<Vec<Prepared>, AppError>>,
    ready: &mut Ready,
) -> Result<(), AppError> {
    match composing.join_next().await {
        None => {}
        Some(Ok(composed)) => {
            let composed = composed?.into_iter();
            ready.extend(composed.map(|prepared| (prepared.from.id(), prepared)));
        }
        Some(Err(error)) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => return Err(StoreError::Closed.into()),
        },
    }
    Ok(())
}
