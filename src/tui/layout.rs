//! Where things are on the screen: the one answer for drawing and for scrolling.

use ratatui::layout::Rect;

use super::model::outbox::pause_lines;
use super::model::{Focus, Modal, Model};
use super::safe;
use crate::app::Serving;
use crate::domain::text::{clip, wrap};

/// From this width on, list and pane, form and preview stand side by side.
pub const WIDE: u16 = 100;
// Below this height, rules make room for content.
const TALL: u16 = 16;
// A pane below the list needs this many lines of body.
const SPLIT: u16 = 12;

/// The areas of the screen. An area that does not exist has no height or width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Areas {
    /// Name, how mail leaves, who is acting, the time.
    pub title: Rect,
    /// The numbers.
    pub counts: Rect,
    /// What must not be missed: one line each.
    pub banners: Rect,
    /// Between header and body.
    pub upper_rule: Rect,
    /// Between them.
    pub body: Rect,
    /// Between body and status.
    pub lower_rule: Rect,
    /// The status line; several lines where a sentence needs them.
    pub status: Rect,
    /// The list, within the body.
    pub list: Rect,
    /// Between list and pane.
    pub divider: Rect,
    /// The pane, within the body.
    pub pane: Rect,
}

/// Divides the screen.
#[must_use]
pub fn areas(model: &Model) -> Areas {
    let (width, height) = model.size;
    let mut rest = Rect::new(0, 0, width, height);
    let mut areas = Areas {
        title: take_top(&mut rest, 1),
        status: take_bottom(&mut rest, count(&said(model)).max(1)),
        ..Areas::default()
    };
    let rules = u16::from(height >= TALL);
    areas.counts = take_top(&mut rest, u16::from(height >= 8));
    let third = rest.height / 3;
    areas.banners = take_top(&mut rest, banners(model).min(third));
    areas.upper_rule = take_top(&mut rest, rules);
    areas.lower_rule = take_bottom(&mut rest, rules);
    areas.body = rest;
    match model.focus {
        // Where there is nothing, nothing has details.
        _ if model.list.rows.is_empty() => areas.list = rest,
        Focus::Details => areas.pane = rest,
        Focus::Pane if width < WIDE => areas.pane = rest,
        Focus::List | Focus::Pane if width >= WIDE => {
            areas.list = Rect {
                width: (width * 11 / 20).clamp(58, 110),
                ..rest
            };
            areas.divider = Rect {
                x: areas.list.width,
                width: 1,
                ..rest
            };
            let x = areas.list.width + 1;
            areas.pane = Rect {
                x,
                width: width - x,
                ..rest
            };
        }
        Focus::List | Focus::Pane if rest.height >= SPLIT => {
            let share = rest.height * 11 / 20;
            areas.list = take_top(&mut rest, share);
            areas.divider = take_top(&mut rest, 1);
            areas.pane = rest;
        }
        Focus::List | Focus::Pane => areas.list = rest,
    }
    areas
}

/// The sentence of the status line, broken into lines: whole wherever a fifth of the screen has room for it, since its
/// end says what became of the mail. None while a filter is typed there.
#[must_use]
pub fn said(model: &Model) -> Vec<String> {
    let typing = matches!(model.modals.last(), Some(Modal::Find(_)));
    let Some(message) = model.message.as_ref().filter(|_| !typing) else {
        return Vec::new();
    };
    let (width, most) = (
        usize::from(model.size.0).saturating_sub(2).max(1),
        usize::from(model.size.1 / 5).max(1),
    );
    let glyph = message.role.glyph();
    let (first, indent) = match glyph {
        " " => (String::new(), ""),
        glyph => (format!("{glyph} "), "  "),
    };
    // A break of ours is kept: what is to be copied stands on a line of its own.
    let lines = message.text.split('\n').take(most);
    let mut broken: Vec<String> = lines
        .map(|line| safe::line(line, width * most))
        .flat_map(|line| wrap(&line, width.saturating_sub(indent.len())))
        .collect();
    if let Some(rest) = broken.get(most..).filter(|rest| !rest.is_empty()) {
        let last = format!("{} {}", broken[most - 1], rest.join(" "));
        broken.truncate(most - 1);
        broken.push(clip(&last, width.saturating_sub(indent.len())));
    }
    let lines = broken.iter().enumerate();
    lines
        .map(|(at, line)| format!("{}{line}", if at == 0 { &first } else { indent }))
        .collect()
}

/// Whether two things fit side by side.
#[must_use]
pub const fn is_wide(model: &Model) -> bool {
    model.size.0 >= WIDE
}

/// The columns that text in an area has: one is left free on either side.
#[must_use]
pub const fn inner_width(area: Rect) -> usize {
    area.width.saturating_sub(2) as usize
}

/// Where the outbox stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutboxAreas {
    /// What it is and how much is in it.
    pub heading: Rect,
    /// Why nothing leaves it, in full, where there is room.
    pub pause: Rect,
    /// Its mails, a line each.
    pub mails: Rect,
    /// Between them and what follows.
    pub rule: Rect,
    /// More about the mail under the cursor, where there is room.
    pub more: Rect,
}

/// Divides the body for the outbox.
#[must_use]
pub fn outbox_areas(model: &Model) -> OutboxAreas {
    let mut rest = areas(model).body;
    let heading = take_top(&mut rest, 1);
    let (pause, room) = if rest.height >= SPLIT {
        let width = usize::from(rest.width.saturating_sub(2));
        (pause_lines(model, width).len(), 7)
    } else {
        (0, 0)
    };
    let pause = take_top(&mut rest, u16::try_from(pause).unwrap_or_default());
    let more = take_bottom(&mut rest, room);
    OutboxAreas {
        heading,
        pause,
        rule: take_bottom(&mut rest, room.min(1)),
        mails: rest,
        more,
    }
}

/// The form and, where there is room, its preview beside it.
#[must_use]
pub fn form_and_preview(model: &Model) -> (Rect, Rect) {
    let body = areas(model).body;
    if is_wide(model) {
        let width = body.width / 2;
        let x = body.x + width;
        return (
            Rect { width, ..body },
            Rect {
                x: x + 1,
                width: body.width - width - 1,
                ..body
            },
        );
    }
    match model.form() {
        Some(form) if form.preview_shown => (Rect::default(), body),
        _ => (body, Rect::default()),
    }
}

fn banners(model: &Model) -> u16 {
    let failed = model.tally.is_some_and(|tally| tally.failed > 0);
    u16::from(model.setting.read_only.is_some())
        + u16::from(!model.waiting.is_empty())
        + u16::from(model.outbox.pause.is_some())
        + u16::from(model.batch_under_way().is_some())
        + u16::from(matches!(model.serving, Serving::Not { .. }))
        + u16::from(model.astray.is_some())
        + u16::from(failed)
        + u16::from(model.list.error.is_some())
}

fn count<T>(of: &[T]) -> u16 {
    u16::try_from(of.len()).unwrap_or(u16::MAX)
}

fn take_top(rest: &mut Rect, height: u16) -> Rect {
    let height = height.min(rest.height);
    let taken = Rect { height, ..*rest };
    rest.y += height;
    rest.height -= height;
    taken
}

fn take_bottom(rest: &mut Rect, height: u16) -> Rect {
    let height = height.min(rest.height);
    rest.height -= height;
    Rect {
        y: rest.y + rest.height,
        height,
        ..*rest
    }
}
