//! The outbox: what is on its way and what nobody knows the outcome of, a line each, and more about one of them.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use super::header::first_start;
use super::{Pen, cut, inner, rule, show};
use crate::app::Underway;
use crate::domain::delivery::State;
use crate::domain::text::{pad, visible};
use crate::domain::{refusal, when};
use crate::tui::layout::{inner_width, outbox_areas};
use crate::tui::model::Model;
use crate::tui::model::outbox::{OutboxView, is_unknown, pause_lines, whom};
use crate::tui::safe;
use crate::tui::theme::{Role, Theme};

const MARGIN: usize = 3;
const START: usize = 11;
const STATE: usize = 20;
// Below this width, the address gives way.
const NARROW: usize = 60;
// From this width on, the last reply has a column of its own.
const ROOMY: usize = 120;

pub(super) fn draw(frame: &mut Frame<'_>, model: &Model, view: &OutboxView, theme: Theme) {
    let pen = Pen(theme);
    let areas = outbox_areas(model);
    let width = usize::from(areas.heading.width);
    show(
        frame,
        areas.heading,
        vec![heading(model, view, pen, width)],
        0,
    );
    let pause = pause_lines(model, inner_width(areas.pause));
    let pause = pause
        .into_iter()
        .map(|line| Line::from(pen.write(Role::Attention, line)));
    show(frame, inner(areas.pause), pause.collect(), 0);
    let mails = &model.outbox.mails;
    if !view.known {
        return;
    }
    if mails.is_empty() {
        let nothing = "   Nothing is on its way, and no outcome is unknown.";
        let nothing = Line::from(pen.write(Role::Dim, nothing));
        return show(frame, areas.mails, vec![Line::default(), nothing], 0);
    }
    let rows = mails.iter().enumerate().skip(view.top);
    let lines = rows
        .take(usize::from(areas.mails.height))
        .map(|(index, mail)| row(model, mail, index == view.index, pen, width));
    show(frame, areas.mails, lines.collect(), 0);
    if let Some(mail) = mails.get(view.index).filter(|_| areas.more.height > 0) {
        rule(frame, theme, areas.rule);
        let lines = more(model, mail, pen, inner_width(areas.more));
        show(frame, inner(areas.more), lines, 0);
    }
}

fn heading(model: &Model, view: &OutboxView, pen: Pen, width: usize) -> Line<'static> {
    let mut line = vec![pen.write(Role::Strong, " Outbox   ")];
    if !view.known {
        line.push(pen.write(Role::Dim, "a moment …"));
        return Line::from(line);
    }
    let outbox = &model.outbox;
    let first = first_start(model, &outbox.unsent)
        .map(|first| format!(", {first}"))
        .unwrap_or_default();
    let waiting = format!("{} on the way{first}", outbox.unsent.count);
    line.push(pen.write(Role::Text, waiting));
    let unknown = outbox.mails.iter().filter(|mail| is_unknown(mail)).count();
    if unknown > 0 {
        let words = format!(" · {unknown} of unknown outcome");
        line.push(pen.write(Role::Trouble, words));
    }
    let known = u64::try_from(outbox.mails.len() - unknown).unwrap_or(u64::MAX);
    if known < outbox.unsent.count {
        let words = format!(" · the first {} are shown", outbox.mails.len());
        line.push(pen.write(Role::Dim, words));
    }
    Line::from(cut(line, width))
}

// Where a mail stands, in few words. Nothing is promised of a paused outbox.
fn standing(model: &Model, mail: &Underway) -> (Role, String) {
    let clock = |at| when::moment(at, &model.setting.zone, model.moment.now);
    let delivery = &mail.delivery;
    let paused = model.outbox.pause.is_some();
    let words = match (delivery.state, delivery.due) {
        (State::Held, Some(due)) => format!("held until {}", clock(due)),
        (State::Queued, _) if paused => "queued, paused".to_owned(),
        (State::Deferred, _) if paused => "put off, paused".to_owned(),
        (State::Deferred, Some(due)) => format!("next try {}", clock(due)),
        (State::Claimed | State::HandingOver, _) => "being sent".to_owned(),
        (State::Unknown, _) => return (Role::Trouble, "outcome unknown".to_owned()),
        (state, _) => state.name().to_owned(),
    };
    (Role::Attention, words)
}

fn row(
    model: &Model,
    mail: &Underway,
    under_cursor: bool,
    pen: Pen,
    width: usize,
) -> Line<'static> {
    let (zone, now) = (&model.setting.zone, model.moment.now);
    let start = when::moment(mail.delivery.starts_at, zone, now);
    let (role, words) = standing(model, mail);
    let state = if width >= NARROW { STATE } else { STATE - 3 };
    let rest = width.saturating_sub(MARGIN + START + state + 2);
    let reply = if width >= ROOMY { rest / 2 } else { 0 };
    let name = if width >= NARROW {
        (rest - reply) * 9 / 20
    } else {
        rest
    };
    let address = rest - reply - name;
    let column = |text: &str, width: usize| match width {
        0 => String::new(),
        width => pad(&safe::line(text, width - 1), width),
    };
    let (cursor, plain) = if under_cursor {
        (pen.write(Role::Accent, " ▌ "), Role::Strong)
    } else {
        (Span::raw("   "), Role::Text)
    };
    let last = mail.delivery.last_reply.as_deref().unwrap_or_default();
    let last = refusal::explain(last).unwrap_or(last);
    let line = vec![
        cursor,
        pen.write(Role::Text, column(&start, START)),
        pen.write(plain, column(&mail.candidate, name)),
        pen.write(Role::Dim, column(&mail.delivery.address, address)),
        pen.mark(role, &column(&words, state)),
        pen.write(Role::Dim, safe::line(last, reply.saturating_sub(1))),
    ];
    Line::from(cut(line, width))
}

fn more(model: &Model, mail: &Underway, pen: Pen, width: usize) -> Vec<Line<'static>> {
    let (zone, now) = (&model.setting.zone, model.moment.now);
    let delivery = &mail.delivery;
    let start = when::day_and_time(delivery.starts_at, zone);
    let distance = when::relative(delivery.starts_at, zone, now);
    let mut lines = vec![
        Line::from(cut(vec![pen.write(Role::Strong, whom(mail))], width)),
        Line::from(cut(
            vec![pen.write(Role::Text, format!("{start} · {distance}"))],
            width,
        )),
    ];
    let (role, words) = standing(model, mail);
    let tries = match delivery.attempts {
        0 => "not tried yet".to_owned(),
        1 => "tried once".to_owned(),
        attempts => format!("tried {attempts} times"),
    };
    let since = when::moment(delivery.since, zone, now);
    let words = format!("{words} · {tries} · since {since}");
    lines.push(Line::from(cut(vec![pen.mark(role, &words)], width)));
    if let Some(reply) = &delivery.last_reply {
        let quoted = format!("“{}”", visible(&safe::line(reply, 300)));
        lines.extend(pen.paragraph(Role::Dim, &quoted, width));
        if let Some(meaning) = refusal::explain(reply) {
            lines.extend(pen.paragraph(Role::Text, &format!("which means: {meaning}"), width));
        }
    }
    lines
}
