//! Questions: what would be lost, and the keys that answer. The keys stand in the status line.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::{Pen, panel};
use crate::domain::when;
use crate::tui::model::{Modal, Model};
use crate::tui::theme::{Role, Theme};

pub(super) fn draw(frame: &mut Frame<'_>, model: &Model, modal: &Modal, theme: Theme, area: Rect) {
    let pen = Pen(theme);
    let (question, explanation) = match modal {
        Modal::Quit(unsent) => {
            let mails = if unsent.count == 1 {
                "1 mail has".to_owned()
            } else {
                format!("{} mails have", unsent.count)
            };
            let clock = |start| when::moment(start, &model.setting.zone, model.moment.now);
            let first = unsent
                .first_start
                .map(|start| format!("; the first interview starts {}", clock(start)));
            let explanation = "Nothing else sends them. They stay in the outbox and leave when Greenroom runs again.";
            (
                format!("{mails} not left yet{}. Quit?", first.unwrap_or_default()),
                explanation,
            )
        }
        Modal::LeaveForm => (
            "Leave the form? What you typed is lost.".to_owned(),
            "Nothing was saved, and nobody was mailed.",
        ),
        Modal::LeaveTakenBack => (
            "The mail was taken back. What about the interview?".to_owned(),
            "It is saved as it was; changes in this form are not.",
        ),
        Modal::Find(_) | Modal::Form(_) | Modal::Plan(_) | Modal::Mail(_) | Modal::Help(_) => {
            return;
        }
    };
    let width = usize::from(area.width).saturating_sub(2);
    let mut lines = pen.paragraph(Role::Strong, &question, width);
    lines.extend(pen.paragraph(Role::Dim, explanation, width));
    let indented = lines.into_iter().map(|mut line| {
        line.spans.insert(0, ratatui::text::Span::raw(" "));
        line
    });
    let lines: Vec<Line<'static>> = indented.collect();
    panel(frame, theme, area, lines);
}
