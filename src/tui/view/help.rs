//! All keys, from the one table.

use ratatui::text::Line;

use super::{Pen, shown_key};
use crate::domain::text::{pad, wrap};
use crate::tui::keymap::{BINDINGS, Layer};
use crate::tui::theme::{Role, Theme};

// The column of the keys.
const KEYS: usize = 22;

/// How many lines there are.
#[must_use]
pub fn height(width: usize) -> usize {
    lines(Theme::new(false), width).len()
}

/// At which line the keys of a layer stand, 0 where they have no heading of their own.
#[must_use]
pub fn heading(layer: Layer, width: usize) -> usize {
    let layer = match layer {
        Layer::Evidence => Layer::Findings,
        Layer::Mail => Layer::Plan,
        other => other,
    };
    let Some((_, heading)) = Layer::HELP.iter().find(|(other, _)| *other == layer) else {
        return 0;
    };
    let heading = format!(" {heading}");
    lines(Theme::new(false), width)
        .iter()
        .position(|line| line.to_string() == heading)
        .unwrap_or_default()
}

/// The lines.
#[must_use]
pub fn lines(theme: Theme, width: usize) -> Vec<Line<'static>> {
    let pen = Pen(theme);
    let mut lines = Vec::new();
    for (layer, heading) in Layer::HELP {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(Line::from(pen.write(Role::Strong, format!(" {heading}"))));
        for binding in BINDINGS.iter().filter(|binding| binding.layer == layer) {
            // What has no key is called by its name in the palette.
            let bound = if binding.keys.is_empty() {
                &[":"]
            } else {
                binding.keys
            };
            let keys = pad(
                &bound
                    .iter()
                    .map(|key| shown_key(key))
                    .collect::<Vec<_>>()
                    .join("  "),
                KEYS,
            );
            for (index, words) in wrap(binding.help, width.saturating_sub(KEYS + 4))
                .into_iter()
                .enumerate()
            {
                let keys = if index == 0 {
                    keys.clone()
                } else {
                    " ".repeat(KEYS)
                };
                let keys = pen.write(Role::Accent, format!("   {keys}"));
                lines.push(Line::from(vec![
                    keys,
                    pen.write(Role::Text, format!(" {words}")),
                ]));
            }
        }
    }
    lines
}
