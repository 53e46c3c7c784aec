//! Marking interviews. Nothing here mails or changes anything: what is marked is planned first.

use std::collections::BTreeSet;

use super::list;
use super::shared::refuse;
use crate::app::{Marked, Row};
use crate::domain::filter::Filter;
use crate::domain::ids::InterviewId;
use crate::tui::message::{Effect, Intent, Request};
use crate::tui::model::list::{Narrowing, Purpose};
use crate::tui::model::marks::Range;
use crate::tui::model::plan::Subject;
use crate::tui::model::{Model, Slot};

/// What a key for marks means.
pub(super) fn wanted(model: &mut Model, intent: &Intent) -> Vec<Effect> {
    match intent {
        Intent::Mark => mark(model),
        Intent::MarkRange => range(model),
        Intent::MarkAll => read_ids(model, false),
        Intent::InvertMarks => read_ids(model, true),
        Intent::OnlyMarked => only_marked(model),
        Intent::LastMarks => last(model),
        _ => Vec::new(),
    }
}

fn mark(model: &mut Model) -> Vec<Effect> {
    let Some(id) = model.list.cursor else {
        return refuse(model, "there is no interview to mark");
    };
    let marks = &mut model.marks;
    // A range that is being marked ends with it.
    if marks.range.take().is_none() && !marks.ids.remove(&id) {
        marks.ids.insert(id);
    }
    let mut effects = list::go(model, &Intent::Down);
    effects.extend(check(model));
    effects
}

fn range(model: &mut Model) -> Vec<Effect> {
    if model.marks.range.take().is_some() {
        return check(model);
    }
    let Some(anchor) = model.list.cursor else {
        return refuse(model, "there is no interview to mark");
    };
    let besides = model.marks.ids.clone();
    model.marks.range = Some(Range { anchor, besides });
    extend(model)
}

/// The cursor has moved: a range that is being marked goes with it.
pub(super) fn extend(model: &mut Model) -> Vec<Effect> {
    let Some(range) = &model.marks.range else {
        return Vec::new();
    };
    let rows = &model.list.rows;
    let at = |id| rows.iter().position(|row| row.id() == id);
    let Some(cursor) = model.list.index() else {
        return Vec::new();
    };
    // Where the anchor is no longer among the rows that are kept, what is marked only grows.
    let (from, mut ids) = match at(range.anchor) {
        Some(anchor) => (anchor, range.besides.clone()),
        None => (cursor, model.marks.ids.clone()),
    };
    let between = rows.get(from.min(cursor)..=from.max(cursor));
    ids.extend(between.unwrap_or_default().iter().map(Row::id));
    model.marks.ids = ids;
    check(model)
}

fn read_ids(model: &mut Model, invert: bool) -> Vec<Effect> {
    model.marks.range = None;
    vec![Effect::ReadIds {
        request: model.ask(Slot::Ids),
        filter: model.list.narrowing.filter(),
        invert,
    }]
}

/// The ids of all that match have arrived: they are marked, or what is marked of them is exchanged for the rest.
pub(super) fn ids_read(
    model: &mut Model,
    request: Request,
    invert: bool,
    ids: Result<Vec<InterviewId>, String>,
) -> Vec<Effect> {
    if !model.answers(Slot::Ids, request) {
        return Vec::new();
    }
    let ids: BTreeSet<InterviewId> = match ids {
        Ok(ids) => ids.into_iter().collect(),
        Err(error) => return refuse(model, &format!("nothing was marked: {error}")),
    };
    let marks = &mut model.marks;
    marks.ids = if invert {
        marks.ids.symmetric_difference(&ids).copied().collect()
    } else {
        marks.ids.union(&ids).copied().collect()
    };
    model.changed = true;
    check(model)
}

fn only_marked(model: &mut Model) -> Vec<Effect> {
    if let Some(before) = model.marks.before.take() {
        return list::narrow(model, before, Purpose::Again);
    }
    if model.marks.ids.is_empty() {
        return refuse(model, "nothing is marked: Space marks");
    }
    model.marks.range = None;
    model.marks.before = Some(model.list.narrowing.clone());
    let ids = model.marks.ids.iter().copied().collect();
    list::narrow(model, Narrowing::Marked(Filter::these(ids)), Purpose::Found)
}

fn last(model: &mut Model) -> Vec<Effect> {
    if model.marks.last.is_empty() {
        return refuse(model, "nothing was marked before");
    }
    let marks = &mut model.marks;
    marks.range = None;
    std::mem::swap(&mut marks.ids, &mut marks.last);
    check(model)
}

/// Looks at what is marked: how many the filter hides, and which are gone.
pub(super) fn check(model: &mut Model) -> Vec<Effect> {
    if model.marks.ids.is_empty() {
        model.marks.hidden = 0;
        return Vec::new();
    }
    vec![Effect::CheckMarks {
        request: model.ask(Slot::Marks),
        ids: model.marks.ids.clone(),
        filter: model.list.narrowing.filter(),
    }]
}

/// What is marked was looked at.
pub(super) fn checked(model: &mut Model, request: Request, marked: Result<Marked, String>) {
    if !model.answers(Slot::Marks, request) {
        return;
    }
    let Ok(marked) = marked else { return };
    let hidden = marked.hidden.len();
    model.changed |= model.marks.hidden != hidden;
    model.marks.hidden = hidden;
    let there: BTreeSet<InterviewId> = marked.hidden.into_iter().chain(marked.shown).collect();
    let before = model.marks.ids.len();
    model.marks.ids.retain(|id| there.contains(id));
    model.changed |= model.marks.ids.len() != before;
}

/// What an action concerns: what is marked, or else the interview under the cursor.
pub(super) fn subject(model: &Model) -> Option<Subject> {
    if model.marks.ids.is_empty() {
        return model.list.cursor.map(Subject::one);
    }
    Some(Subject::Marked {
        ids: model.marks.ids.clone(),
        filter: model.list.narrowing.filter(),
    })
}

/// What was marked was planned and carried out: the marks go, and come back with `m`.
pub(super) fn done(model: &mut Model) -> Vec<Effect> {
    let before = model.marks.before.take();
    model.marks.clear();
    match before {
        Some(before) => list::narrow(model, before, Purpose::Again),
        None => Vec::new(),
    }
}
