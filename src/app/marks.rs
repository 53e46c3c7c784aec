//! Marks: interviews that somebody chose one by one, by their ids, whatever the list shows just now.

use std::collections::BTreeSet;

use super::{Action, App, AppError, Chosen, Plan, Selection};
use crate::domain::filter::Filter;
use crate::domain::ids::InterviewId;
use crate::store::Reading;

/// Marked interviews beside what a list shows; what is gone is in neither part.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marked {
    /// Those that the list's filter hides, in the order of lists.
    pub hidden: Vec<InterviewId>,
    /// The others, in the order of the list.
    pub shown: Vec<InterviewId>,
}

/// A plan for what was marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedPlan {
    /// The plan: what the list hides comes first.
    pub plan: Plan,
    /// How many of its rows, from the first on, the list hides.
    pub hidden: usize,
}

impl App {
    /// The ids of all that match, in the order of the list, however many.
    ///
    /// # Errors
    /// The store's.
    pub async fn ids(&self, filter: &Filter) -> Result<Vec<InterviewId>, AppError> {
        let (predicate, horizon) = (self.predicate(filter), self.horizon());
        self.store()
            .read(move |read| Ok(read.ids(&predicate, horizon)?))
            .await
    }

    /// Which of these interviews a list with that filter shows, and which it hides.
    ///
    /// # Errors
    /// The store's.
    pub async fn marked(
        &self,
        ids: &BTreeSet<InterviewId>,
        filter: &Filter,
    ) -> Result<Marked, AppError> {
        let app = self.clone();
        let (ids, filter) = (ids.clone(), filter.clone());
        self.store()
            .read(move |read| app.marked_in(read, &ids, &filter))
            .await
    }

    fn marked_in(
        &self,
        read: &Reading<'_>,
        ids: &BTreeSet<InterviewId>,
        filter: &Filter,
    ) -> Result<Marked, AppError> {
        use crate::domain::filter::Predicate;
        let these = Predicate::AnyOf(ids.iter().copied().collect());
        let all = read.ids(&these, self.horizon())?;
        let matching = Predicate::All(vec![these, self.predicate(filter)]);
        let matching: BTreeSet<InterviewId> =
            read.ids(&matching, self.horizon())?.into_iter().collect();
        let (shown, hidden) = all.into_iter().partition(|id| matching.contains(id));
        Ok(Marked { hidden, shown })
    }

    /// As [`App::plan_choosing`] for marked interviews: first those that a list with that filter hides. What is gone is
    /// left out.
    ///
    /// # Errors
    /// As [`App::plan`].
    pub async fn plan_marked(
        &self,
        action: Action,
        ids: &BTreeSet<InterviewId>,
        filter: &Filter,
        chosen: &Chosen,
    ) -> Result<MarkedPlan, AppError> {
        if action.mails() {
            self.policy().may_leave()?;
        }
        let app = self.clone();
        let (ids, filter, chosen) = (ids.clone(), filter.clone(), chosen.clone());
        self.store()
            .read(move |read| {
                let marked = app.marked_in(read, &ids, &filter)?;
                let hidden = marked.hidden.len();
                let ids = [marked.hidden, marked.shown].concat();
                let plan = app.plan_in(read, action, &Selection::Ids(ids), &chosen)?;
                Ok(MarkedPlan { plan, hidden })
            })
            .await
    }
}
