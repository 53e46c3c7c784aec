//! Marking interviews. Nothing here mails or changes anything: what is marked is planned first.

use std::collections::BTreeSet;

use super::list;
use super::shared::refuse;
use crate::app::{Marked, Row};
use crate::domain::filter::Filter;
use crate::domain::ids::InterviewId;
use crate::tui::message::{Effect, Intent, Marking, Request};
use crate::tui::model::list::{Narrowing, Purpose};
use crate::tui::model::marks::Range;
use crate::tui::model::plan::Subject;
use crate::tui::model::{Model, Slot};
use crate::tui::theme::Role;

/// What a key for marks means.
pub(super) fn wanted(model: &mut Model, intent: &Intent) -> Vec<Effect> {
    match intent {
        Intent::Mark => mark(model),
        Intent::MarkRange => range(model),
        Intent::MarkAll => read_ids(model, Marking::All),
        Intent::InvertMarks => read_ids(model, Marking::Inverted),
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
    let mut effects = if marks.range.is_some() {
        end_range(model)
    } else {
        if !marks.ids.remove(&id) {
            marks.ids.insert(id);
        }
        Vec::new()
    };
    effects.extend(list::go(model, &Intent::Down));
    effects.extend(check(model));
    effects
}

fn range(model: &mut Model) -> Vec<Effect> {
    if model.marks.range.is_some() {
        return end_range(model);
    }
    let Some(anchor) = model.list.cursor else {
        return refuse(model, "there is no interview to mark");
    };
    model.marks.range = Some(Range::new(anchor, model.marks.ids.clone()));
    model.say(
        Role::Text,
        "a range from here: v or Space ends it where the cursor is then",
    );
    extend(model)
}

/// Ends the range that is being marked; at once, or as soon as it is known what it marks.
pub(super) fn end_range(model: &mut Model) -> Vec<Effect> {
    let jumps =
        model.awaits(Slot::Window) && matches!(model.list.purpose, Purpose::First | Purpose::Last);
    let cursor = model.list.cursor;
    if let Some(range) = &mut model.marks.range {
        range.ends = true;
        range.end = cursor.filter(|_| !jumps);
    }
    if jumps { Vec::new() } else { extend(model) }
}

/// The cursor has moved: a range that is being marked goes with it.
pub(super) fn extend(model: &mut Model) -> Vec<Effect> {
    let (Some(range), Some(cursor)) = (&model.marks.range, model.list.cursor) else {
        return Vec::new();
    };
    let end = range.end.unwrap_or(cursor);
    let between = match &range.order {
        Some(order) => stretch(order.iter().copied(), range.anchor, end),
        None => stretch(model.list.rows.iter().map(Row::id), range.anchor, end),
    };
    let Some(between) = between else {
        // Its rows are not all kept: which they are is asked.
        if model.awaits(Slot::Ids) {
            return Vec::new();
        }
        return vec![Effect::ReadIds {
            request: model.ask(Slot::Ids),
            filter: model.list.narrowing.filter(),
            marking: Marking::Range,
        }];
    };
    let mut ids = range.besides.clone();
    ids.extend(between);
    if range.ends {
        model.marks.range = None;
    }
    model.marks.ids = ids;
    check(model)
}

// What stands from one to the other, whichever comes first; nothing where one of them is missing.
fn stretch(
    order: impl Iterator<Item = InterviewId>,
    one: InterviewId,
    other: InterviewId,
) -> Option<Vec<InterviewId>> {
    let mut between = Vec::new();
    let mut missing = [Some(one), Some(other)];
    for id in order {
        let is_end = missing.iter_mut().filter(|end| **end == Some(id));
        let ends = is_end.map(|end| *end = None).count();
        if ends > 0 || !between.is_empty() {
            between.push(id);
        }
        if missing == [None, None] {
            return Some(between);
        }
    }
    None
}

fn read_ids(model: &mut Model, marking: Marking) -> Vec<Effect> {
    model.marks.range = None;
    vec![Effect::ReadIds {
        request: model.ask(Slot::Ids),
        filter: model.list.narrowing.filter(),
        marking,
    }]
}

/// The ids of all that match have arrived.
pub(super) fn ids_read(
    model: &mut Model,
    request: Request,
    marking: Marking,
    ids: Result<Vec<InterviewId>, String>,
) -> Vec<Effect> {
    if !model.answers(Slot::Ids, request) {
        return Vec::new();
    }
    let ids = match ids {
        Ok(ids) => ids,
        Err(error) => {
            model.marks.range = None;
            return refuse(model, &format!("nothing was marked: {error}"));
        }
    };
    model.changed = true;
    let marks = &mut model.marks;
    match marking {
        Marking::Range => return range_read(model, ids),
        Marking::All => marks.ids.extend(ids),
        Marking::Inverted => {
            let ids = ids.into_iter().collect();
            marks.ids = marks.ids.symmetric_difference(&ids).copied().collect();
        }
    }
    check(model)
}

fn range_read(model: &mut Model, order: Vec<InterviewId>) -> Vec<Effect> {
    let (Some(range), Some(cursor)) = (&mut model.marks.range, model.list.cursor) else {
        return Vec::new();
    };
    let end = range.end.unwrap_or(cursor);
    if stretch(order.iter().copied(), range.anchor, end).is_none() {
        model.marks.range = None;
        return refuse(
            model,
            "the range was given up: one of its ends is no longer in the list",
        );
    }
    range.order = Some(order);
    extend(model)
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
