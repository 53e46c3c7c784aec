//! The last lines: what happened, what counts down, what is typed, and the keys that matter now.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{Pen, matches, show, two_ends, width};
use crate::domain::batch::BatchState;
use crate::domain::text::{clip, columns, visible};
use crate::tui::keymap::{Layer, hints};
use crate::tui::layout::{is_wide, said};
use crate::tui::message::Intent;
use crate::tui::model::import::ImportState;
use crate::tui::model::list::{Find, Narrowing};
use crate::tui::model::outbox::{is_unknown, is_withdrawable};
use crate::tui::model::{Modal, Model};
use crate::tui::safe;
use crate::tui::theme::{Role, Theme};

pub(super) fn draw(frame: &mut Frame<'_>, model: &Model, theme: Theme, area: Rect) {
    let pen = Pen(theme);
    let total = usize::from(area.width);
    if let Some(Modal::Find(find)) = model.modals.last() {
        return find_line(frame, model, find, pen, area);
    }
    // What there is to say: an answer to the last key, else the mail that counts down.
    let mut lines: Vec<_> = match &model.message {
        Some(message) => said(model)
            .into_iter()
            .map(|line| vec![Span::raw(" "), pen.write(message.role, line)])
            .collect(),
        None => vec![held(model, pen, total.saturating_sub(1))],
    };
    let last = lines.pop().unwrap_or_default();
    let room = total.saturating_sub(width(&last) + 5);
    let last = two_ends(last, keys(model, pen, room), total.saturating_sub(1));
    let lines = lines.into_iter().map(Line::from).chain([last]);
    show(frame, area, lines.collect(), 0);
}

fn held(model: &Model, pen: Pen, total: usize) -> Vec<Span<'static>> {
    // Elsewhere `u` means something else, and the line belongs to the keys.
    if !matches!(model.layer(), Layer::List | Layer::Pane) {
        return Vec::new();
    }
    let running = model.moment.running;
    let counting = model
        .outgoing
        .iter()
        .rev()
        .find_map(|mail| Some((mail, mail.remaining(running)?)));
    let Some((mail, seconds)) = counting else {
        return Vec::new();
    };
    let key = pen.key("u", "take back");
    // The key that takes it back is never what gives way.
    let room = total.saturating_sub(width(&key) + 3);
    let whom = format!(
        "{} <{}>",
        safe::line(&mail.name, 24),
        safe::line(&mail.address, 40)
    );
    let saved = if mail.from_form { "saved; " } else { "" };
    let leaves = if model.setting.mail_stays_here {
        "is stored on this machine"
    } else {
        "leaves"
    };
    let long = format!(" {saved}mail to {whom} {leaves} in {seconds} s");
    let text = if columns(&long) <= room {
        long
    } else {
        clip(&format!(" {saved}held {seconds} s: mail to {whom}"), room)
    };
    let mut line = vec![pen.write(Role::Attention, text), Span::raw("   ")];
    line.extend(key);
    line
}

// As many hints as there is room for, the most important ones.
fn keys(model: &Model, pen: Pen, room: usize) -> Vec<Span<'static>> {
    let layer = model.layer();
    let mut line: Vec<Span<'static>> = Vec::new();
    for (key, words, intent) in hints(layer) {
        let words = match (layer, intent) {
            (Layer::Form, Intent::Save) if model.form().is_some_and(|form| !form.mail) => "save",
            (Layer::Form, Intent::TogglePreview) if is_wide(model) => continue,
            (Layer::Plan, intent) if !offered(model, intent) => continue,
            (Layer::Outbox, intent) if !offered_in_outbox(model, intent) => continue,
            (Layer::Batches, intent) if !offered_in_batches(model, intent) => continue,
            (Layer::Import, intent) if !offered_in_import(model, intent) => continue,
            (Layer::Plan, Intent::Choose) => chosen_words(model),
            (Layer::Batches, Intent::PauseBatch) => paused_words(model),
            (Layer::List, Intent::Resend | Intent::FixLink | Intent::NextPane)
                if model.selected().is_none() =>
            {
                continue;
            }
            _ => words,
        };
        let gap = if line.is_empty() { 0 } else { 3 };
        if width(&line) + gap + columns(key) + 1 + columns(words) > room {
            break;
        }
        line.push(Span::raw(" ".repeat(gap)));
        line.extend(pen.key(key, words));
    }
    line
}

// A plan offers only what can be done with it.
fn offered(model: &Model, intent: &Intent) -> bool {
    let Some(Modal::Plan(plan)) = model.modals.last() else {
        return true;
    };
    match intent {
        Intent::Yes => plan.made().is_some_and(|made| made.acts() > 0) && !plan.running,
        Intent::ShowMail => plan.made().is_some_and(|made| made.sends() > 0),
        Intent::OtherWay => plan.other_way().is_some() && plan.is_ready(),
        Intent::Choose => plan
            .current()
            .is_some_and(|row| row.step.is_optional() || row.chosen),
        Intent::SavePlan => plan.made().is_some_and(|made| made.rows.len() > 1),
        _ => true,
    }
}

// Nor does the outbox offer more than that.
fn offered_in_outbox(model: &Model, intent: &Intent) -> bool {
    let mail = model.mail_under_cursor();
    match intent {
        Intent::Resume => model.outbox.pause.is_some(),
        Intent::Withdraw => mail.is_some_and(is_withdrawable),
        Intent::Settle | Intent::SendAgain => mail.is_some_and(is_unknown),
        Intent::Accept => mail.is_some(),
        _ => true,
    }
}

fn offered_in_batches(model: &Model, intent: &Intent) -> bool {
    let status = model.batch_under_cursor();
    match intent {
        Intent::PauseBatch | Intent::StopBatch => status.is_some_and(|status| !status.is_over()),
        Intent::Retry => status.is_some_and(|status| {
            let progress = status.progress;
            progress.failed + progress.withdrawn > 0
        }),
        _ => true,
    }
}

// What Space does to the row under the cursor.
fn chosen_words(model: &Model) -> &'static str {
    let plan = match model.modals.last() {
        Some(Modal::Plan(plan)) => plan.current(),
        _ => None,
    };
    match plan {
        Some(row) if row.chosen => "leave them alone",
        _ => "act anyway",
    }
}

fn paused_words(model: &Model) -> &'static str {
    match model.batch_under_cursor() {
        Some(status) if status.batch.state == BatchState::Paused => "resume",
        _ => "pause",
    }
}

// An import offers what its report has room for, and nothing once it is done.
fn offered_in_import(model: &Model, intent: &Intent) -> bool {
    let Some(Modal::Import(view)) = model.modals.last() else {
        return true;
    };
    let report = match &view.state {
        ImportState::Looked(looked) => Some(looked.import.report()),
        _ => None,
    };
    match intent {
        Intent::Yes => report.is_some_and(|report| report.new > 0),
        Intent::Choose => report.is_some_and(|report| report.bad > 0),
        Intent::OtherWay => report.is_some_and(|report| report.skew.is_some()),
        Intent::SlotZone => view.slot_zone().is_some(),
        _ => true,
    }
}

fn find_line(frame: &mut Frame<'_>, model: &Model, find: &Find, pen: Pen, area: Rect) {
    let total = usize::from(area.width);
    let mut left = vec![pen.write(Role::Accent, " / ")];
    if find.base != Narrowing::None
        && !matches!(find.base, Narrowing::Pasted(..) | Narrowing::Marked(_))
    {
        left.push(pen.write(
            Role::Dim,
            format!("{} ", safe::line(find.base.text(), total / 3)),
        ));
    }
    let (before, after) = find.field.around_cursor();
    let (before, after) = (visible(before).into_owned(), visible(after).into_owned());
    let at = width(&left) + columns(&before);
    left.push(pen.write(Role::Text, before));
    left.push(pen.write(Role::Text, after));
    left.push(Span::raw("   "));
    let answer = match (&find.error, find.elsewhere, model.tally) {
        (Some(error), ..) => Some((
            Role::Trouble,
            visible(error.strip_prefix("filter: ").unwrap_or(error)).into_owned(),
        )),
        (None, Some(0), _) => Some((Role::Attention, "0 here, 0 elsewhere".to_owned())),
        (None, Some(elsewhere), _) => Some((
            Role::Attention,
            format!("0 here, {elsewhere} elsewhere: Enter"),
        )),
        (None, None, Some(tally)) if model.list.narrowing != Narrowing::None => {
            Some((Role::Dim, matches(tally.counts.matching)))
        }
        (None, None, _) => None,
    };
    left.extend(answer.map(|(role, text)| pen.write(role, text)));
    let room = total.saturating_sub(width(&left) + 3);
    show(
        frame,
        area,
        vec![two_ends(
            left,
            keys(model, pen, room),
            total.saturating_sub(1),
        )],
        0,
    );
    let x = u16::try_from(at)
        .unwrap_or(u16::MAX)
        .min(area.width.saturating_sub(1));
    if area.height > 0 {
        frame.set_cursor_position(Position::new(area.x + x, area.y));
    }
}
