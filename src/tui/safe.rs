//! The gate between foreign text and the screen.
//!
//! Text from outside passes [`crate::domain::text::visible`] where a line is made of it. [`seal`] is the last look, at
//! the cells themselves: whatever a widget let through, nothing in them can act on the terminal.

use ratatui::buffer::Buffer;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::domain::text::{clip, columns, visible};

/// Foreign text as one harmless line of at most that many columns.
#[must_use]
pub fn line(text: &str, width: usize) -> String {
    // A megabyte of name is cut before it is looked at: no screen has this many columns.
    let head: String = text.chars().take(4 * width.max(64)).collect();
    clip(&visible(&head), width)
}

/// Harmless text broken into lines of at most `width` columns: between words where there are any.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_inclusive(' ') {
        // The space behind a word may hang over the edge, where nobody sees it.
        if used + columns(word.trim_end()) > width && used > 0 {
            lines.push(String::new());
            used = 0;
        }
        for grapheme in word.graphemes(true) {
            let wide = grapheme.width();
            if used + wide > width && used > 0 {
                if grapheme == " " {
                    continue;
                }
                lines.push(String::new());
                used = 0;
            }
            if let Some(last) = lines.last_mut() {
                last.push_str(grapheme);
            }
            used += wide;
        }
    }
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
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
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Dear Grace, welcome", 11, &["Dear Grace,", "welcome"])]
    #[case("abcdef", 4, &["abcd", "ef"])]
    #[case("李小龍", 4, &["李小", "龍"])]
    #[case("", 4, &[""])]
    #[case("a b", 0, &["a", "b"])]
    fn text_is_broken_between_words(
        #[case] text: &str,
        #[case] width: usize,
        #[case] lines: &[&str],
    ) {
        assert_eq!(wrap(text, width), lines);
    }

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
