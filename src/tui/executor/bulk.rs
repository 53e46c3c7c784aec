//! Effects that concern many: marks, plans and batches.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::time::Duration;

use super::{Executor, SCROLLING, words};
use crate::app::{Action, App, AppError, Chosen, Plan, Selection};
use crate::domain::ids::InterviewId;
use crate::domain::trouble;
use crate::tui::message::{Effect, Event};
use crate::tui::model::Slot;
use crate::tui::model::plan::{MadePlan, NotCarriedOut, Subject};

impl Executor {
    /// Starts such an effect. Returns it when it is none.
    pub(super) fn start_bulk(&mut self, effect: Effect) -> Option<Effect> {
        let app = self.app.clone();
        match effect {
            Effect::MakePlan {
                request,
                action,
                subject,
                chosen,
            } => self.read(Slot::Plan, Duration::ZERO, async move {
                Event::PlanMade(request, make_plan(app, action, subject, chosen).await)
            }),
            Effect::SavePlan { plan } => {
                self.change(async move { Event::PlanSaved(save_plan(app, plan).await) });
            }
            Effect::ReadIds {
                request,
                filter,
                marking,
            } => self.read(Slot::Ids, Duration::ZERO, async move {
                Event::IdsRead(request, marking, app.ids(&filter).await.map_err(words))
            }),
            Effect::CheckMarks {
                request,
                ids,
                filter,
            } => self.read(Slot::Marks, SCROLLING, async move {
                Event::MarksChecked(request, app.marked(&ids, &filter).await.map_err(words))
            }),
            Effect::SteerBatch { number, steer } => self.change(async move {
                let steered = app.steer_batch(number, steer).await;
                Event::BatchSteered(steered.map(Box::new).map_err(words))
            }),
            Effect::CarryOut {
                request,
                plan,
                hold,
            } => self.change(async move {
                let done = app.carry_out(&plan, hold).await;
                Event::PlanCarriedOut(request, done.map_err(not_carried_out))
            }),
            other => return Some(other),
        }
        None
    }
}

async fn make_plan(
    app: App,
    action: Action,
    subject: Subject,
    chosen: BTreeSet<InterviewId>,
) -> Result<MadePlan, String> {
    let chosen = Chosen::These(chosen);
    match subject {
        Subject::These(ids) => {
            let selection = Selection::Ids(ids);
            let plan = app.plan_choosing(action, &selection, &chosen).await;
            plan.map(MadePlan::from).map_err(words)
        }
        Subject::Matching(filter) => {
            let selection = Selection::Matching(filter);
            let plan = app.plan_choosing(action, &selection, &chosen).await;
            plan.map(MadePlan::from).map_err(words)
        }
        Subject::Marked { ids, filter } => {
            let marked = app.plan_marked(action, &ids, &filter, &chosen).await;
            marked.map(MadePlan::from).map_err(words)
        }
        Subject::Retry(number) => {
            let retry = app.plan_retry_choosing(number, &chosen).await;
            let retry = retry.map_err(words)?;
            let left_out = retry.left_out();
            let plan = retry.plan.ok_or_else(|| {
                let colon = if left_out.is_empty() { "" } else { "; " };
                format!("nothing of batch {number} can be sent again{colon}{left_out}")
            })?;
            Ok(MadePlan {
                left_out,
                ..plan.into()
            })
        }
    }
}

// Beside the database, under a name that no plan has yet.
async fn save_plan(app: App, plan: Plan) -> Result<String, String> {
    let name = format!(
        "plan-{}-{}.json",
        plan.action.name(),
        plan.made_at.as_millisecond()
    );
    let file = app.config().paths.data_dir.join(name);
    let path = file.clone();
    let written = tokio::task::spawn_blocking(move || match plan.save(&path) {
        // The same key once more.
        Err(error) if error.kind() == ErrorKind::AlreadyExists && Plan::read(&path)? == plan => {
            Ok(())
        }
        saved => saved,
    });
    let written = written.await;
    match written {
        Ok(Ok(())) => Ok(file.display().to_string()),
        Ok(Err(error)) => Err(trouble::in_words(&error)),
        Err(error) => Err(error.to_string()),
    }
}

fn not_carried_out(error: AppError) -> NotCarriedOut {
    let why = error.to_string();
    let changed = if let AppError::PlanChanged(changed) = error {
        changed
    } else {
        Vec::new()
    };
    NotCarriedOut { why, changed }
}
