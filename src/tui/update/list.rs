//! Moving in the list, and reading it a window at a time.

use super::shared::act;
use super::{find, marks, pane};
use crate::app::{From, Row, Window};
use crate::domain::ids::InterviewId;
use crate::tui::layout::areas;
use crate::tui::message::{Effect, Intent, Request};
use crate::tui::model::list::{KEPT, List, Narrowing, PAGE, Purpose};
use crate::tui::model::{Focus, Model, Slot};

/// A key in the list.
pub(super) fn wanted(model: &mut Model, intent: &Intent) -> Vec<Effect> {
    match intent {
        Intent::Down
        | Intent::Up
        | Intent::Top
        | Intent::Bottom
        | Intent::HalfDown
        | Intent::HalfUp
        | Intent::PageDown
        | Intent::PageUp => go(model, intent),
        Intent::Details | Intent::NextPane if model.selected().is_some() => {
            model.focus = if *intent == Intent::Details {
                Focus::Details
            } else {
                Focus::Pane
            };
            pane::arrange(model);
            Vec::new()
        }
        // Esc ends what is being done, then clears the filter, then the marks.
        Intent::Leave if model.marks.range.is_some() => marks::end_range(model),
        Intent::Leave if model.list.narrowing != Narrowing::None => {
            model.marks.before = None;
            narrow(model, Narrowing::None, Purpose::Again)
        }
        Intent::Leave => {
            model.marks.clear();
            Vec::new()
        }
        Intent::Mark
        | Intent::MarkRange
        | Intent::MarkAll
        | Intent::InvertMarks
        | Intent::OnlyMarked
        | Intent::LastMarks => marks::wanted(model, intent),
        other => act(model, other),
    }
}

/// Moves the cursor; reads on when it comes near an end of what was read.
pub(super) fn go(model: &mut Model, intent: &Intent) -> Vec<Effect> {
    let page = usize::from(areas(model).list.height).max(1);
    let list = &mut model.list;
    let index = list.index().unwrap_or(0);
    let target = match intent {
        Intent::Down => index.saturating_add(1),
        Intent::Up => index.saturating_sub(1),
        Intent::HalfDown => index.saturating_add(page.div_ceil(2)),
        Intent::HalfUp => index.saturating_sub(page.div_ceil(2)),
        Intent::PageDown => index.saturating_add(page),
        Intent::PageUp => index.saturating_sub(page),
        Intent::Top if list.more_before => return read(model, Purpose::First),
        Intent::Top => 0,
        Intent::Bottom if list.more_after => return read(model, Purpose::Last),
        Intent::Bottom => usize::MAX,
        _ => index,
    };
    list.move_to(target);
    reveal(model);
    let mut effects = marks::extend(model);
    effects.extend(read_on(model));
    effects.extend(pane::follow(model));
    effects
}

/// Narrows the list.
pub(super) fn narrow(model: &mut Model, narrowing: Narrowing, purpose: Purpose) -> Vec<Effect> {
    if model.list.narrowing != narrowing {
        // It was a range of other rows.
        model.marks.range = None;
    }
    model.list.narrowing = narrowing;
    model.changed = true;
    let mut effects = read(model, purpose);
    effects.extend(marks::check(model));
    effects
}

/// Reads a window for a purpose, and the numbers with it.
pub(super) fn read(model: &mut Model, purpose: Purpose) -> Vec<Effect> {
    let horizon = model.horizon();
    let list = &model.list;
    let (from, limit) = match (purpose, list.cursor, list.rows.first(), list.rows.last()) {
        (Purpose::Again, Some(id), ..) => (From::Around(id), list.rows.len().clamp(PAGE, KEPT)),
        (Purpose::Before, _, Some(first), _) => (From::Before(first.position(horizon)), PAGE),
        (Purpose::After, _, _, Some(last)) => (From::After(last.position(horizon)), PAGE),
        (Purpose::Last, ..) => (From::End, PAGE),
        (
            Purpose::First | Purpose::Found | Purpose::Again | Purpose::Before | Purpose::After,
            ..,
        ) => (From::Start, PAGE),
    };
    let filter = list.narrowing.filter();
    model.list.purpose = purpose;
    let request = model.ask(Slot::Window);
    let mut effects = vec![Effect::ReadWindow {
        request,
        filter: filter.clone(),
        from,
        limit,
    }];
    if !matches!(purpose, Purpose::Before | Purpose::After) {
        effects.push(Effect::Count {
            request: model.ask(Slot::Count),
            filter,
        });
    }
    effects
}

// Reads on in the direction in which the cursor is near the end of what was read.
fn read_on(model: &mut Model) -> Vec<Effect> {
    const NEAR: usize = PAGE / 4;
    if model.awaits(Slot::Window) {
        return Vec::new();
    }
    let list = &model.list;
    let index = list.index().unwrap_or(0);
    if list.more_after && index + NEAR >= list.rows.len() {
        read(model, Purpose::After)
    } else if list.more_before && index < NEAR {
        read(model, Purpose::Before)
    } else {
        Vec::new()
    }
}

/// Scrolls so that the cursor is on the screen.
pub(super) fn reveal(model: &mut Model) {
    let height = usize::from(areas(model).list.height);
    if height > 0 {
        let mut list = std::mem::take(&mut model.list);
        list.reveal(height, |row| model.heading(row));
        model.list = list;
    }
}

/// A window has arrived.
pub(super) fn window_read(
    model: &mut Model,
    request: Request,
    window: Result<Window, String>,
) -> Vec<Effect> {
    if !model.answers(Slot::Window, request) {
        return Vec::new();
    }
    let window = match window {
        Ok(window) => window,
        Err(error) => {
            model.changed |= model.list.error.as_ref() != Some(&error);
            model.list.error = Some(error);
            return Vec::new();
        }
    };
    let list = &mut model.list;
    let before = (
        list.top,
        list.cursor,
        list.ghost,
        list.known,
        list.error.take(),
    );
    let differs = match list.purpose {
        Purpose::Before | Purpose::After => !window.rows.is_empty(),
        Purpose::Again | Purpose::First | Purpose::Found | Purpose::Last => {
            list.rows != window.rows
        }
    };
    match list.purpose {
        Purpose::Again => show_again(list, window),
        Purpose::First | Purpose::Found | Purpose::Last => show_end(list, window),
        Purpose::Before => prepend(list, window),
        Purpose::After => append(list, window),
    }
    list.known = true;
    reveal(model);
    let list = &model.list;
    model.changed |= differs || before != (list.top, list.cursor, list.ghost, true, None);
    let mut effects = pane::follow(model);
    effects.extend(marks::extend(model));
    effects.extend(find::nothing_here(model));
    effects.extend(read_on(model));
    effects
}

// The same place as before: the cursor stays on its interview and on its line of the screen.
fn show_again(list: &mut List, window: Window) {
    let Some((index, row)) = list
        .index()
        .and_then(|index| Some((index, list.rows.get(index)?.clone())))
    else {
        // Where the cursor was before something was looked for, the rows were others.
        replace_rows(list, window);
        if list.index().is_none() {
            list.move_to(0);
        }
        return;
    };
    let line = index.saturating_sub(list.top);
    let old = std::mem::take(&mut list.rows);
    replace_rows(list, window);
    if list.index().is_none() {
        // It no longer matches. It stays between its old neighbours until the cursor leaves it.
        let place = place_between_neighbours(&old, index, &list.rows);
        list.ghost = Some(row.id());
        list.rows.insert(place, row);
    }
    list.top = list.index().unwrap_or(0).saturating_sub(line);
}

fn replace_rows(list: &mut List, window: Window) {
    list.rows = window.rows;
    list.more_before = window.more_before;
    list.more_after = window.more_after;
    list.ghost = None;
}

fn place_between_neighbours(old: &[Row], index: usize, new: &[Row]) -> usize {
    let find = |row: &Row| new.iter().position(|other| other.id() == row.id());
    let before = old
        .iter()
        .take(index)
        .rev()
        .find_map(|row| find(row).map(|at| at + 1));
    let after = || old.iter().skip(index + 1).find_map(find);
    before
        .or_else(after)
        .unwrap_or_else(|| index.min(new.len()))
}

// One end of the list.
fn show_end(list: &mut List, window: Window) {
    list.top = 0;
    replace_rows(list, window);
    if list.purpose != Purpose::Found || list.index().is_none() {
        list.move_to(if list.purpose == Purpose::Last {
            usize::MAX
        } else {
            0
        });
    }
}

fn prepend(list: &mut List, window: Window) {
    list.top += window.rows.len();
    list.rows.splice(0..0, window.rows);
    list.more_before = window.more_before;
    if list.rows.len() > KEPT {
        list.rows.truncate(KEPT);
        list.more_after = true;
    }
}

fn append(list: &mut List, window: Window) {
    list.rows.extend(window.rows);
    list.more_after = window.more_after;
    let surplus = list.rows.len().saturating_sub(KEPT).min(list.top);
    if surplus > 0 {
        list.rows.drain(..surplus);
        list.top -= surplus;
        list.more_before = true;
    }
}

/// Puts the cursor on an interview, wherever it is; a filter that it does not match is cleared.
pub(super) fn go_to(model: &mut Model, id: InterviewId) -> Vec<Effect> {
    model.focus = Focus::List;
    let list = &mut model.list;
    if let Some(index) = list.rows.iter().position(|row| row.id() == id) {
        list.move_to(index);
        reveal(model);
        return pane::follow(model);
    }
    // The row is not among those that were read, so that it is looked for.
    list.cursor = Some(id);
    narrow(model, Narrowing::None, Purpose::Again)
}

/// Puts the cursor on an interview that was just made or changed, whether or not it matches the filter.
pub(super) fn put_cursor_on(model: &mut Model, row: Row) -> Vec<Effect> {
    let horizon = model.horizon();
    let list = &mut model.list;
    list.rows.retain(|other| other.id() != row.id());
    let key = |row: &Row| (row.section(horizon), row.interview.starts_at);
    let place = list
        .rows
        .iter()
        .position(|other| key(other) > key(&row))
        .unwrap_or(list.rows.len());
    list.rows.insert(place, row);
    list.move_to(place);
    reveal(model);
    let mut effects = read(model, Purpose::Again);
    effects.extend(pane::follow(model));
    effects
}

/// An interview is gone.
pub(super) fn forget(model: &mut Model, id: InterviewId) -> Vec<Effect> {
    let list = &mut model.list;
    let Some(index) = list.rows.iter().position(|row| row.id() == id) else {
        return Vec::new();
    };
    list.rows.remove(index);
    list.ghost = list.ghost.filter(|ghost| *ghost != id);
    if list.cursor == Some(id) {
        list.move_to(index);
        // Nobody's details have no place on the screen.
        model.focus = Focus::List;
    }
    model.changed = true;
    reveal(model);
    pane::follow(model)
}
