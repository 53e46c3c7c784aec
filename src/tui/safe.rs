//! The gate between foreign text and the screen.
//!
//! Text from outside passes [`crate::domain::text::visible`] where a line is made of it. [`seal`] is the last look, at
//! the cells themselves: whatever a widget let through, nothing in them can act on the terminal.

use ratatui::buffer::Buffer;

use crate::domain::text::{clip, visible};

/// Foreign text as one harmless line of at most that many columns.
#[must_use]
pub fn line(text: &str, width: usize) -> String {
    // A megabyte of name is cut before it is looked at: no screen has this many columns.
    let head: String = text.chars().take(4 * width.max(64)).collect();
    clip(&visible(&head), width)
}

/// Replaces whatever could act on the terminal in the cells themselves.
pub fn seal(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        let symbol = cell.symbol();
        if symbol.len() > 1 && visible(symbol) != symbol || symbol.chars().any(char::is_control) {
            cell.set_symbol("?");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_never_holds_what_acts() {
        let mut buffer = Buffer::empty(ratatui::layout::Rect::new(0, 0, 3, 1));
        buffer.content[0].set_symbol("\x1b");
        buffer.content[1].set_symbol("a\u{202e}");
        buffer.content[2].set_symbol("é");
        seal(&mut buffer);
        let symbols: String = buffer
            .content
            .iter()
            .map(ratatui::buffer::Cell::symbol)
            .collect();
        assert_eq!(symbols, "??é");
    }
}
