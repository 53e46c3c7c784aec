//! Importing a file: its name, the report of what it would do, and what became of it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::{Pen, bar, cut, inner, show};
use crate::app::Progress;
use crate::domain::import::legacy::SkewAnswer;
use crate::domain::text::{visible, wrap};
use crate::tui::layout::inner_width;
use crate::tui::model::import::{ImportState, ImportView};
use crate::tui::theme::{Role, Theme};

// More of one sentence nobody reads.
const LONGEST: usize = 1_000;
// Columns of the bar that shows how far it is.
const WIDEST: usize = 60;

/// How far it is, in words.
#[must_use]
pub fn progress(progress: Progress) -> String {
    let words = progress.stage.words();
    match progress
        .done
        .saturating_mul(100)
        .checked_div(progress.total)
    {
        Some(percent) => format!("{words} {} %", percent.min(100)),
        None => format!("{words} …"),
    }
}

/// The most lines by which the report can be scrolled down in that area.
#[must_use]
pub fn last_scroll(view: &ImportView, body: Rect) -> usize {
    let width = inner_width(body);
    let head = head(view, Pen(Theme::new(false)), width).len();
    let room = usize::from(body.height).saturating_sub(head).max(1);
    wrapped(view, width).len().saturating_sub(room)
}

pub(super) fn draw(frame: &mut Frame<'_>, view: &ImportView, theme: Theme, body: Rect) {
    let pen = Pen(theme);
    let area = inner(body);
    let width = inner_width(body);
    let head = head(view, pen, width);
    let used = u16::try_from(head.len())
        .unwrap_or(u16::MAX)
        .min(area.height);
    show(frame, area, head, 0);
    let rest = Rect {
        y: area.y + used,
        height: area.height - used,
        ..area
    };
    let lines = wrapped(view, width)
        .into_iter()
        .map(|line| Line::from(pen.write(Role::Text, line)));
    show(frame, rest, lines.collect(), view.scroll);
}

// What stays while the report is scrolled.
fn head(view: &ImportView, pen: Pen, width: usize) -> Vec<Line<'static>> {
    let typed = if view.asks_zone {
        &view.zone
    } else {
        &view.file
    };
    let (before, after) = typed.around_cursor();
    let cursor = if view.names() { "▏" } else { "" };
    let file = format!("{}{cursor}{}", visible(before), visible(after));
    let title = match view.state {
        ImportState::Naming if view.asks_zone => "The zone of the slots: ",
        ImportState::Naming => "Import a file: ",
        ImportState::Looking(_) | ImportState::Looked(_) => "Import? ",
        ImportState::Running(_) => "Importing ",
        ImportState::Done(_) => "Imported ",
    };
    let mut lines = vec![Line::from(cut(
        vec![pen.write(Role::Strong, title), pen.write(Role::Text, file)],
        width,
    ))];
    let mut say = |role: Role, text: &str| lines.extend(pen.paragraph(role, text, width));
    match &view.state {
        ImportState::Naming if view.asks_zone => say(
            Role::Dim,
            "Slots say a date and a clock on the wall: where does it hang? As Asia/Kolkata. Enter looks the file through anew.",
        ),
        ImportState::Naming => say(
            Role::Dim,
            "A table (CSV), an export, or the old system's database. Enter shows what it would do.",
        ),
        ImportState::Looking(now) => {
            say(Role::Dim, &progress(*now));
            say(Role::Dim, &bar(now.done, now.total, width.min(WIDEST)));
        }
        ImportState::Running(now) => {
            say(
                Role::Text,
                &format!("{}; it goes on when you leave", progress(*now)),
            );
            say(Role::Text, &bar(now.done, now.total, width.min(WIDEST)));
        }
        ImportState::Looked(looked) => {
            say(Role::Dim, "Nobody is mailed and no link is made.");
            let report = looked.import.report();
            if let Some(zone) = view.slot_zone() {
                say(
                    Role::Dim,
                    &format!("Slots are read on the clock of {zone}; z names another zone."),
                );
            }
            if report.bad > 0 {
                let mark = if view.skip_bad { "[x]" } else { "[ ]" };
                say(
                    Role::Attention,
                    &format!(
                        "{mark} Space: leave out the {} that can't be taken",
                        report.bad
                    ),
                );
            }
            if let Some(skew) = &report.skew {
                if let (Some(question), None) = (skew.question().first(), view.skew) {
                    say(Role::Text, question);
                }
                let answer = match view.skew {
                    None => "not said",
                    Some(SkewAnswer::Correct) => "the slots'",
                    Some(SkewAnswer::Keep) => "the recorded one",
                };
                say(
                    Role::Attention,
                    &format!("Tab: which of two times is right: {answer}"),
                );
            }
        }
        ImportState::Done(_) => {
            say(Role::Fine, "Nobody was mailed and no link was made.");
            say(
                Role::Dim,
                "In the list, / link:missing, a and then F make the links and invite, as a plan first.",
            );
        }
    }
    if let Some(objection) = &view.objection {
        let text: String = objection.chars().take(LONGEST).collect();
        say(Role::Trouble, &format!("! {}", visible(&text)));
    }
    lines
}

fn wrapped(view: &ImportView, width: usize) -> Vec<String> {
    view.report()
        .iter()
        .flat_map(|line| set_in(line, width))
        .collect()
}

// What is set in stays so on every line of it, and what follows the first line a little more.
fn set_in(line: &str, width: usize) -> Vec<String> {
    let head: String = line.chars().take(LONGEST).collect();
    let indent = head.len() - head.trim_start_matches(' ').len();
    let hang = if indent == 0 { 0 } else { indent + 2 };
    let lines = wrap(
        &visible(head.trim_start_matches(' ')),
        width.saturating_sub(hang),
    );
    let set_in = |(number, line): (usize, String)| {
        let spaces = if number == 0 { indent } else { hang };
        format!("{}{line}", " ".repeat(spaces))
    };
    lines.into_iter().enumerate().map(set_in).collect()
}
