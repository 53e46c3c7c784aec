//! Shows the model. Decides nothing, changes nothing, reads no clock; every foreign text passes [`safe`].

mod batches;
mod fields;
pub mod findings;
mod form;
mod header;
pub mod help;
pub mod import;
mod list;
mod outbox;
mod palette;
pub mod pane;
mod plan;
mod question;
mod status;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};

use super::layout::{Areas, areas, form_and_preview, inner_width};
use super::model::{Modal, Model};
use super::safe;
use super::theme::{Role, Theme};
use crate::domain::text::{clip, columns, wrap};

/// Draws everything.
pub fn draw(frame: &mut Frame<'_>, model: &Model, theme: Theme) {
    let areas = areas(model);
    header::draw(frame, model, theme, &areas);
    rule(frame, theme, areas.upper_rule);
    rule(frame, theme, areas.lower_rule);
    match model.modals.iter().rev().find(|modal| !is_question(modal)) {
        Some(Modal::Form(form)) => form::draw(frame, model, form, theme, form_and_preview(model)),
        Some(Modal::Help(scroll)) => show(
            frame,
            areas.body,
            help::lines(theme, usize::from(areas.body.width)),
            *scroll,
        ),
        Some(Modal::Mail(pane)) => show(
            frame,
            inner(areas.body),
            pane::mail_lines(&pane.mail, theme, inner_width(areas.body)),
            pane.scroll,
        ),
        Some(Modal::Findings(view)) => findings::draw(frame, model, view, theme),
        Some(Modal::Evidence(view)) => findings::draw_evidence(frame, model, view, theme),
        Some(Modal::Outbox(view)) => outbox::draw(frame, model, view, theme),
        Some(Modal::Batches(view)) => batches::draw(frame, model, view, theme, areas.body),
        Some(Modal::Import(view)) => import::draw(frame, view, theme, areas.body),
        Some(Modal::Plan(plan)) => {
            dashboard(frame, model, theme, &areas);
            plan::draw(frame, model, plan, theme, areas.body);
        }
        Some(
            Modal::Find(_)
            | Modal::Steer(_)
            | Modal::Settle(_)
            | Modal::Change(_)
            | Modal::Palette(_)
            | Modal::Quit(_)
            | Modal::LeaveForm
            | Modal::LeaveTakenBack,
        )
        | None => {
            dashboard(frame, model, theme, &areas);
        }
    }
    if let Some(modal) = model.modals.last().filter(|modal| is_question(modal)) {
        match modal {
            Modal::Palette(palette) => palette::draw(frame, palette, theme, areas.body),
            question => question::draw(frame, model, question, theme, areas.body),
        }
    }
    status::draw(frame, model, theme, areas.status);
    safe::seal(frame.buffer_mut());
}

const fn is_question(modal: &Modal) -> bool {
    matches!(
        modal,
        Modal::Steer(_)
            | Modal::Settle(_)
            | Modal::Change(_)
            | Modal::Palette(_)
            | Modal::Quit(_)
            | Modal::LeaveForm
            | Modal::LeaveTakenBack
    )
}

fn dashboard(frame: &mut Frame<'_>, model: &Model, theme: Theme, areas: &Areas) {
    list::draw(frame, model, theme, areas.list);
    if areas.divider.width == 1 && areas.divider.height > 1 {
        let line = Line::from(Span::styled("│", theme.style(Role::Dim)));
        frame.render_widget(
            Paragraph::new(vec![line; usize::from(areas.divider.height)]),
            areas.divider,
        );
    } else {
        rule(frame, theme, areas.divider);
    }
    if areas.pane.height > 0 && model.list.known {
        let lines = pane::lines(model, theme, inner_width(areas.pane));
        show(frame, inner(areas.pane), lines, model.pane.scroll);
    }
}

// A panel at the foot of an area, under a rule, over whatever was there.
fn panel(frame: &mut Frame<'_>, theme: Theme, area: Rect, lines: Vec<Line<'static>>) {
    let height = u16::try_from(lines.len() + 1)
        .unwrap_or(u16::MAX)
        .min(area.height);
    let area = Rect {
        y: area.y + area.height - height,
        height,
        ..area
    };
    frame.render_widget(Clear, area);
    rule(
        frame,
        theme,
        Rect {
            height: height.min(1),
            ..area
        },
    );
    show(
        frame,
        Rect {
            y: area.y + height.min(1),
            height: height.saturating_sub(1),
            ..area
        },
        lines,
        0,
    );
}

fn rule(frame: &mut Frame<'_>, theme: Theme, area: Rect) {
    let line = Span::styled("─".repeat(usize::from(area.width)), theme.style(Role::Dim));
    frame.render_widget(Paragraph::new(Line::from(line)), area);
}

fn show(frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'static>>, scroll: usize) {
    let shown: Vec<_> = lines
        .into_iter()
        .skip(scroll)
        .take(usize::from(area.height))
        .collect();
    frame.render_widget(Paragraph::new(shown), area);
}

// One column is left free on either side.
const fn inner(area: Rect) -> Rect {
    Rect {
        x: area.x.saturating_add(1),
        width: area.width.saturating_sub(2),
        ..area
    }
}

/// Makes pieces of lines in the styles of the theme. What is given to it is harmless already.
#[derive(Clone, Copy)]
struct Pen(Theme);

impl Pen {
    fn write(self, role: Role, text: impl Into<String>) -> Span<'static> {
        Span::styled(text.into(), self.0.style(role))
    }

    // A glyph, a space and words of one meaning.
    fn mark(self, role: Role, words: &str) -> Span<'static> {
        self.write(role, format!("{} {words}", role.glyph()))
    }

    // A key and what it does.
    fn key(self, key: &str, words: &str) -> [Span<'static>; 2] {
        [
            self.write(Role::Accent, shown_key(key)),
            self.write(Role::Dim, format!(" {words}")),
        ]
    }

    // Harmless text over as many lines as it needs.
    fn paragraph(self, role: Role, text: &str, width: usize) -> Vec<Line<'static>> {
        wrap(text, width)
            .into_iter()
            .map(|line| Line::from(self.write(role, line)))
            .collect()
    }
}

// As keyboards are labelled: `Ctrl-S`.
fn shown_key(key: &str) -> String {
    match key.split_once("Ctrl-") {
        Some(("", letter)) if letter.len() == 1 => format!("Ctrl-{}", letter.to_uppercase()),
        _ => key.to_owned(),
    }
}

fn width(spans: &[Span<'_>]) -> usize {
    spans.iter().map(|span| columns(&span.content)).sum()
}

// A line with something at either end. The right end goes first when there is no room for both.
fn matches(count: u64) -> String {
    format!("{count} {}", if count == 1 { "match" } else { "matches" })
}

fn two_ends(left: Vec<Span<'static>>, right: Vec<Span<'static>>, total: usize) -> Line<'static> {
    let left = cut(left, total);
    let gap = total.saturating_sub(width(&left) + width(&right));
    if gap == 0 {
        return Line::from(left);
    }
    let mut line = left;
    line.push(Span::raw(" ".repeat(gap)));
    line.extend(right);
    Line::from(line)
}

// Cuts pieces to a width, with an ellipsis where something is missing.
fn cut(spans: Vec<Span<'static>>, total: usize) -> Vec<Span<'static>> {
    let mut room = total;
    let mut kept = Vec::new();
    for span in spans {
        let wide = columns(&span.content);
        if wide > room {
            if room > 0 {
                kept.push(Span::styled(clip(&span.content, room), span.style));
            }
            break;
        }
        room -= wide;
        kept.push(span);
    }
    kept
}

// How much of something has been done, over so many columns; nothing where there is nothing to do.
fn bar(done: u64, all: u64, columns: usize) -> String {
    let wide = u64::try_from(columns).unwrap_or(u64::MAX);
    let full = done.min(all).saturating_mul(wide).checked_div(all);
    full.map_or_else(String::new, |full| {
        let full = usize::try_from(full).unwrap_or(columns);
        format!("{}{}", "━".repeat(full), "─".repeat(columns - full))
    })
}

// The style of a whole line that stands back.
fn dimmed(theme: Theme) -> Style {
    theme.style(Role::Dim)
}

#[cfg(test)]
mod tests;
