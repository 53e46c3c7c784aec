//! A plan on the screen. It can only be carried out when it has been seen.

use crate::app::{Action, Plan};
use crate::domain::ids::InterviewId;
use crate::tui::field::Field;

/// Above this many interviews, their number must be typed.
pub const TYPED_ABOVE: usize = 20;

/// A plan that waits for its answer.
#[derive(Debug)]
pub struct PlanView {
    /// What it is for.
    pub action: Action,
    /// On which interviews.
    pub ids: Vec<InterviewId>,
    /// The plan, once it was made; or why there is none.
    pub plan: Option<Result<Plan, String>>,
    /// Whether the plan has been on the screen. Keys before that were not meant for it.
    pub drawn: bool,
    /// Whether it is being carried out.
    pub running: bool,
    /// The row under the cursor.
    pub row: usize,
    /// The number that is typed for a large plan.
    pub typed: Field,
    /// What stands in the way of `y`, if it was pressed in vain.
    pub objection: Option<String>,
}

impl PlanView {
    /// A plan that is being made.
    #[must_use]
    pub fn new(action: Action, ids: Vec<InterviewId>) -> Self {
        Self {
            action,
            ids,
            plan: None,
            drawn: false,
            running: false,
            row: 0,
            typed: Field::default(),
            objection: None,
        }
    }

    /// Whether there is a plan, or the reason why there is none.
    #[must_use]
    pub const fn is_ready(&self) -> bool {
        self.plan.is_some()
    }

    /// The plan, if there is one.
    #[must_use]
    pub fn made(&self) -> Option<&Plan> {
        self.plan.as_ref()?.as_ref().ok()
    }

    /// The number that has to be typed, if one has.
    #[must_use]
    pub fn number(&self) -> Option<usize> {
        self.made()
            .map(Plan::acts)
            .filter(|acts| *acts > TYPED_ABOVE)
    }

    /// The other way of doing the same, where there is one.
    #[must_use]
    pub const fn other_way(&self) -> Option<Action> {
        match self.action {
            Action::Repair { send } => Some(Action::Repair { send: !send }),
            Action::Resend | Action::Rotate => None,
        }
    }
}
