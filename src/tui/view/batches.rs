//! The batches: a line each, how far it has come, and more about the one under the cursor.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Pen, bar, cut, show};
use crate::app::{BatchStatus, SentBy};
use crate::domain::batch::BatchState;
use crate::domain::text::pad;
use crate::domain::when;
use crate::tui::model::Model;
use crate::tui::model::batches::BatchesView;
use crate::tui::safe;
use crate::tui::theme::{Role, Theme};

const BAR: usize = 12;
// From this width on, there is room for a bar.
const ROOMY: usize = 100;
// From this width on, there is room for everything that is said of one.
const WIDE: usize = 150;
// Below this height, the batch under the cursor is not said in full.
const TALL: usize = 8;

pub(super) fn draw(
    frame: &mut Frame<'_>,
    model: &Model,
    view: &BatchesView,
    theme: Theme,
    area: Rect,
) {
    let pen = Pen(theme);
    let width = usize::from(area.width);
    let height = usize::from(area.height).saturating_sub(1);
    let mut lines = vec![Line::from(pen.write(Role::Strong, " Batches"))];
    let batches = &model.outbox.batches;
    let stuck = batches.get(view.index).and_then(|it| standstill(model, it));
    if !view.known {
        lines.push(Line::from(pen.write(Role::Dim, "   a moment …")));
    } else if batches.is_empty() {
        lines.push(Line::default());
        lines.push(Line::from(pen.write(
            Role::Dim,
            "   There is no batch yet: R, F, N and x on what is marked make them.",
        )));
    } else {
        let below = match (height >= TALL, width >= WIDE) {
            (false, _) => 0,
            (true, true) => 3,
            (true, false) => 5,
        };
        let below = below + usize::from(below > 0 && stuck.is_some());
        let room = (height - below).max(1);
        let first = (view.index + 1).saturating_sub(room);
        let rows = batches.iter().enumerate().skip(first).take(room);
        lines.extend(
            rows.map(|(index, status)| row(model, status, index == view.index, pen, width)),
        );
        if let Some(status) = batches.get(view.index).filter(|_| below > 0) {
            lines.push(Line::default());
            lines.extend(stuck.map(|why| {
                let why = pen.mark(Role::Attention, &why);
                Line::from(cut(vec![Span::raw("   "), why], width))
            }));
            lines.extend(more(model, status, pen, width));
        }
    }
    show(frame, area, lines, 0);
}

// Why nothing of a batch leaves just now, and what can be done about it; what holds it up longest comes first.
fn standstill(model: &Model, status: &BatchStatus) -> Option<String> {
    let progress = &status.progress;
    if status.is_over() || progress.sending > 0 {
        return None;
    }
    let clock = |at| when::moment(at, &model.setting.zone, model.moment.now);
    let held = status.batch.held_until;
    let held = held.filter(|until| *until > model.moment.running);
    Some(if status.batch.state == BatchState::Paused {
        "It stands still, it is paused: p lets it go on".to_owned()
    } else if let Some(pause) = &model.outbox.pause {
        let brief = safe::line(&pause.brief, 25);
        format!("It stands still, the outbox is paused ({brief}): Tab tells why")
    } else if model.sending.by == SentBy::Nobody {
        "It stands still, nobody is sending: greenroom deliver sends it".to_owned()
    } else if let Some(until) = held {
        format!("It is held until {}: s takes it back", clock(until))
    } else if progress.waiting == 0 {
        "What is left was put off and is tried again: Tab tells when".to_owned()
    } else {
        return None;
    })
}

fn role_of(status: &BatchStatus) -> Role {
    let progress = &status.progress;
    if progress.failed + progress.unknown > 0 {
        Role::Trouble
    } else if progress.left() + progress.withdrawn > 0 {
        Role::Attention
    } else {
        Role::Fine
    }
}

fn row(
    model: &Model,
    status: &BatchStatus,
    under_cursor: bool,
    pen: Pen,
    width: usize,
) -> Line<'static> {
    let (zone, now) = (&model.setting.zone, model.moment.now);
    let batch = &status.batch;
    let (cursor, plain) = if under_cursor {
        (pen.write(Role::Accent, " ▌ "), Role::Strong)
    } else {
        (Span::raw("   "), Role::Text)
    };
    let mut line = vec![
        cursor,
        pen.write(plain, pad(&batch.number.to_string(), 6)),
        pen.write(plain, pad(&batch.action.replace('_', " "), 17)),
        pen.write(Role::Dim, pad(&when::moment(batch.asked_at, zone, now), 11)),
        pen.write(Role::Text, pad(status.standing(), 9)),
    ];
    if width >= ROOMY {
        let (all, left) = (status.progress.mails(), status.progress.left());
        line.push(pen.write(Role::Dim, pad(&bar(all - left, all, BAR), BAR + 1)));
    }
    line.push(pen.mark(role_of(status), &status.words()));
    Line::from(cut(line, width))
}

fn more(model: &Model, status: &BatchStatus, pen: Pen, width: usize) -> Vec<Line<'static>> {
    let (zone, now) = (&model.setting.zone, model.moment.now);
    let batch = &status.batch;
    let who = |text: &str| safe::line(text.split(" <").next().unwrap_or_default(), 30);
    let mut asked = format!("   asked for by {}", who(&batch.asked_by));
    match batch.skips {
        0 => {}
        1 => asked.push_str(" · 1 was left alone by its plan"),
        skips => asked = format!("{asked} · {skips} were left alone by its plan"),
    }
    // The newest first: on a narrow screen it is what counts.
    let history: Vec<String> = status
        .history
        .iter()
        .rev()
        .map(|event| {
            let at = when::moment(event.at, zone, now);
            format!("{} by {} {at}", event.words(), who(&event.actor))
        })
        .collect();
    let mut lines = Vec::new();
    // In a narrow row its end is cut off.
    if width < WIDE {
        let words = pen.paragraph(Role::Text, &status.words(), width.saturating_sub(4));
        lines.extend(words.into_iter().take(2).map(|mut line| {
            line.spans.insert(0, Span::raw("   "));
            line
        }));
    }
    let rest = [asked, format!("   {}", history.join(" · "))];
    lines.extend(rest.map(|text| Line::from(cut(vec![pen.write(Role::Dim, text)], width))));
    lines
}
