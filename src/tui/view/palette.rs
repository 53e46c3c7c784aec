//! The palette: what is typed, and the commands it may mean, each with its key.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Pen, cut, panel, shown_key};
use crate::domain::text::{pad, visible};
use crate::tui::model::palette::Palette;
use crate::tui::theme::{Role, Theme};

// Commands that are shown at most, and the column of their keys.
const SHOWN: usize = 12;
const KEYS: usize = 9;

pub(super) fn draw(frame: &mut Frame<'_>, palette: &Palette, theme: Theme, area: Rect) {
    let pen = Pen(theme);
    let width = usize::from(area.width).saturating_sub(1);
    let (before, after) = palette.query.around_cursor();
    let typed = format!(" : {}▏{}", visible(before), visible(after));
    let mut lines = vec![Line::from(cut(vec![pen.write(Role::Strong, typed)], width))];
    let found = palette.found();
    let room = usize::from(area.height).saturating_sub(2).clamp(1, SHOWN);
    let first = (palette.index + 1).saturating_sub(room);
    for (index, binding) in found.iter().enumerate().skip(first).take(room) {
        let key = binding
            .keys
            .first()
            .map_or_else(String::new, |key| shown_key(key));
        let (cursor, role) = if index == palette.index {
            (pen.write(Role::Accent, " ▌ "), Role::Strong)
        } else {
            (Span::raw("   "), Role::Text)
        };
        let line = vec![
            cursor,
            pen.write(Role::Accent, pad(&key, KEYS)),
            pen.write(role, binding.help),
        ];
        lines.push(Line::from(cut(line, width)));
    }
    if found.is_empty() {
        lines.push(Line::from(
            pen.write(Role::Dim, "   no command is called so"),
        ));
    }
    panel(frame, theme, area, lines);
}
