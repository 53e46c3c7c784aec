//! A plan on the screen. It can only be carried out when it has been seen.

use std::collections::BTreeSet;

use crate::app::{Action, MarkedPlan, Plan, PlanRow};
use crate::domain::filter::Filter;
use crate::domain::ids::InterviewId;
use crate::tui::field::Field;

/// Above this many interviews, their number must be typed.
pub const TYPED_ABOVE: usize = 20;

/// What a plan concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// These.
    These(Vec<InterviewId>),
    /// What is marked; what the filter hides stands first.
    Marked {
        /// The marks.
        ids: BTreeSet<InterviewId>,
        /// The filter of the list.
        filter: Filter,
    },
    /// All that match.
    Matching(Filter),
    /// What of that batch did not leave and may be sent again.
    Retry(i64),
}

impl Subject {
    /// One interview.
    #[must_use]
    pub fn one(id: InterviewId) -> Self {
        Self::These(vec![id])
    }
}

/// A plan, with what is to be said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadePlan {
    /// The plan.
    pub plan: Plan,
    /// So many of its rows, from the first on, are not on the screen.
    pub hidden: usize,
    /// What was left out, and why; or empty.
    pub left_out: String,
    /// Why it leaves others alone, counted; or empty.
    pub skips: String,
}

impl From<Plan> for MadePlan {
    fn from(plan: Plan) -> Self {
        Self {
            skips: plan.skips_in_words(),
            plan,
            hidden: 0,
            left_out: String::new(),
        }
    }
}

impl From<MarkedPlan> for MadePlan {
    fn from(marked: MarkedPlan) -> Self {
        Self {
            hidden: marked.hidden,
            ..marked.plan.into()
        }
    }
}

/// Why a plan was not carried out. Nothing was done then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotCarriedOut {
    /// In words.
    pub why: String,
    /// The interviews that changed since it was made.
    pub changed: Vec<InterviewId>,
}

/// A plan that waits for its answer.
#[derive(Debug)]
pub struct PlanView {
    /// What it is for.
    pub action: Action,
    /// On which interviews.
    pub subject: Subject,
    /// The interviews that are chosen although the plan would leave them alone.
    pub chosen: BTreeSet<InterviewId>,
    /// The plan, once it was made; or why there is none.
    pub plan: Option<Result<MadePlan, String>>,
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
    /// The interviews that changed since the plan before this one.
    pub changed: Vec<InterviewId>,
    /// Whether the number was to be typed for the plan before this one: it is from then on, however few are left, so
    /// that nobody who is typing it answers anything else.
    counted: bool,
}

impl PlanView {
    /// A plan that is being made.
    #[must_use]
    pub fn new(action: Action, subject: Subject) -> Self {
        Self {
            action,
            subject,
            chosen: BTreeSet::new(),
            plan: None,
            drawn: false,
            running: false,
            row: 0,
            typed: Field::default(),
            objection: None,
            changed: Vec::new(),
            counted: false,
        }
    }

    /// The same, being made anew: what was typed was typed for the old one.
    #[must_use]
    pub fn anew(&self) -> Self {
        Self {
            chosen: self.chosen.clone(),
            row: self.row,
            counted: self.counted || self.number().is_some(),
            ..Self::new(self.action, self.subject.clone())
        }
    }

    /// Whether there is a plan, or the reason why there is none.
    #[must_use]
    pub const fn is_ready(&self) -> bool {
        self.plan.is_some()
    }

    /// The plan, with what is to be said about it, if there is one.
    #[must_use]
    pub fn made_plan(&self) -> Option<&MadePlan> {
        self.plan.as_ref()?.as_ref().ok()
    }

    /// The plan, if there is one.
    #[must_use]
    pub fn made(&self) -> Option<&Plan> {
        self.made_plan().map(|made| &made.plan)
    }

    /// The row under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<&PlanRow> {
        self.made()?.rows.get(self.row)
    }

    /// The number that has to be typed, if one has.
    #[must_use]
    pub fn number(&self) -> Option<usize> {
        self.made()
            .map(Plan::acts)
            .filter(|acts| *acts > TYPED_ABOVE || (self.must_be_counted() && *acts > 0))
    }

    // A plan that took the place of another just now is not answered by a key that was meant for that one.
    const fn must_be_counted(&self) -> bool {
        self.counted || !self.changed.is_empty()
    }

    /// The other way of doing the same, where there is one.
    #[must_use]
    pub const fn other_way(&self) -> Option<Action> {
        match self.action {
            Action::Repair { send } => Some(Action::Repair { send: !send }),
            Action::Resend | Action::Rotate | Action::Cancel | Action::Revoke => None,
        }
    }
}
