//! One text field: a text, a place in it, and the edits that a person makes. Knows no screen and no meaning.

use unicode_segmentation::UnicodeSegmentation as _;

/// Octets that a field takes; what is typed or pasted beyond them is dropped.
const LONGEST: usize = 16 * 1024;

/// How a text is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Type a character.
    Insert(char),
    /// Delete before the cursor.
    Backspace,
    /// Delete under the cursor.
    Delete,
    /// Delete the word before the cursor.
    EraseWord,
    /// Delete from the start of the line to the cursor.
    EraseToStart,
    /// Delete from the cursor to the end of the line.
    EraseToEnd,
    /// Move left.
    Left,
    /// Move right.
    Right,
    /// Move to the start of the word.
    WordLeft,
    /// Move past the end of the word.
    WordRight,
    /// Move to the start of the line.
    Home,
    /// Move to the end of the line.
    End,
}

/// A text and the cursor in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Field {
    text: String,
    // Octets before the cursor; always at the boundary of a grapheme.
    cursor: usize,
}

impl Field {
    /// A field that holds a text, the cursor behind it.
    #[must_use]
    pub fn holding(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            cursor: text.len(),
            text,
        }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text before and after the cursor.
    #[must_use]
    pub fn around_cursor(&self) -> (&str, &str) {
        self.text
            .split_at_checked(self.cursor)
            .unwrap_or((&self.text, ""))
    }

    /// Changes the text or moves the cursor; says whether anything became different.
    pub fn edit(&mut self, edit: &Edit) -> bool {
        let before = (self.text.len(), self.cursor);
        match edit {
            Edit::Insert(character) => return self.insert(character.encode_utf8(&mut [0; 4])),
            Edit::Backspace => self.erase(self.previous(), self.cursor),
            Edit::Delete => self.erase(self.cursor, self.next()),
            Edit::EraseWord => self.erase(self.word_start(), self.cursor),
            Edit::EraseToStart => self.erase(self.line_start(), self.cursor),
            Edit::EraseToEnd => self.erase(self.cursor, self.line_end()),
            Edit::Left => self.cursor = self.previous(),
            Edit::Right => self.cursor = self.next(),
            Edit::WordLeft => self.cursor = self.word_start(),
            Edit::WordRight => self.cursor = self.word_end(),
            Edit::Home => self.cursor = self.line_start(),
            Edit::End => self.cursor = self.line_end(),
        }
        before != (self.text.len(), self.cursor)
    }

    /// Inserts a text at the cursor, as far as there is room; says whether any of it was taken.
    pub fn insert(&mut self, text: &str) -> bool {
        let mut room = LONGEST.saturating_sub(self.text.len()).min(text.len());
        while !text.is_char_boundary(room) {
            room -= 1;
        }
        let (taken, _) = text.split_at(room);
        self.text.insert_str(self.cursor, taken);
        self.cursor += taken.len();
        // A mark joins the character before it: the cursor goes behind both.
        if self
            .text
            .grapheme_indices(true)
            .all(|(at, _)| at != self.cursor)
            && self.cursor < self.text.len()
        {
            self.cursor = self.next();
        }
        !taken.is_empty()
    }

    /// Moves a line up or down; false when there is none, so that the form can leave the field.
    pub fn move_line(&mut self, down: bool) -> bool {
        let (start, end) = (self.line_start(), self.line_end());
        let column = self
            .text
            .get(start..self.cursor)
            .map_or(0, |line| line.graphemes(true).count());
        let target = match down {
            true if end < self.text.len() => end + 1,
            false if start > 0 => self
                .text
                .get(..start - 1)
                .and_then(|before| before.rfind('\n'))
                .map_or(0, |at| at + 1),
            _ => return false,
        };
        let line = self
            .text
            .get(target..)
            .unwrap_or_default()
            .split('\n')
            .next()
            .unwrap_or_default();
        self.cursor = target
            + line
                .graphemes(true)
                .take(column)
                .map(str::len)
                .sum::<usize>();
        true
    }

    fn erase(&mut self, from: usize, to: usize) {
        if from < to && self.text.is_char_boundary(from) && self.text.is_char_boundary(to) {
            self.text.drain(from..to);
            self.cursor = from;
        }
    }

    fn previous(&self) -> usize {
        self.around_cursor()
            .0
            .grapheme_indices(true)
            .next_back()
            .map_or(0, |(at, _)| at)
    }

    fn next(&self) -> usize {
        let ahead = |(at, grapheme): (usize, &str)| {
            (at + grapheme.len() > self.cursor).then_some(at + grapheme.len())
        };
        self.text
            .grapheme_indices(true)
            .find_map(ahead)
            .unwrap_or(self.text.len())
    }

    fn word_start(&self) -> usize {
        let mut words = self.around_cursor().0.unicode_word_indices();
        words.next_back().map_or(0, |(at, _)| at)
    }

    fn word_end(&self) -> usize {
        let after = self.around_cursor().1;
        after
            .unicode_word_indices()
            .next()
            .map_or(self.text.len(), |(at, word)| self.cursor + at + word.len())
    }

    fn line_start(&self) -> usize {
        self.around_cursor().0.rfind('\n').map_or(0, |at| at + 1)
    }

    fn line_end(&self) -> usize {
        self.around_cursor()
            .1
            .find('\n')
            .map_or(self.text.len(), |at| self.cursor + at)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn shown(field: &Field) -> String {
        let (before, after) = field.around_cursor();
        format!("{before}|{after}")
    }

    #[rstest]
    #[case("Ada", &[Edit::Backspace], "Ad|")]
    #[case("Ada Love", &[Edit::EraseWord], "Ada |")]
    #[case("Ada", &[Edit::Home, Edit::Delete], "|da")]
    #[case("e\u{301}x", &[Edit::Left, Edit::Backspace], "|x")]
    #[case("a\nbc", &[Edit::Home], "a\n|bc")]
    #[case("a\nbc", &[Edit::EraseToStart], "a\n|")]
    #[case("one two", &[Edit::WordLeft, Edit::EraseToEnd], "one |")]
    #[case("ae", &[Edit::Left, Edit::Insert('\u{301}')], "a\u{301}|e")]
    fn edits_work_on_whole_characters(
        #[case] text: &str,
        #[case] edits: &[Edit],
        #[case] expected: &str,
    ) {
        let mut field = Field::holding(text);
        for edit in edits {
            field.edit(edit);
        }
        assert_eq!(shown(&field), expected);
    }

    #[test]
    fn the_cursor_moves_between_lines_and_says_when_it_can_not() {
        let mut field = Field::holding("first\nsec\nthird");
        assert!(field.move_line(false));
        assert_eq!(shown(&field), "first\nsec|\nthird");
        assert!(field.move_line(false));
        assert_eq!(shown(&field), "fir|st\nsec\nthird");
        assert!(!field.move_line(false));
    }

    fn any_edit() -> impl Strategy<Value = Edit> {
        prop_oneof![
            any::<char>().prop_map(Edit::Insert),
            proptest::sample::select(vec![
                Edit::Backspace,
                Edit::Delete,
                Edit::EraseWord,
                Edit::EraseToStart,
                Edit::EraseToEnd,
                Edit::Left,
                Edit::Right,
                Edit::WordLeft,
                Edit::WordRight,
                Edit::Home,
                Edit::End,
            ]),
        ]
    }

    proptest! {
        #[test]
        fn no_edit_leaves_the_cursor_inside_a_character(text in "\\PC{0,20}", edits in proptest::collection::vec(any_edit(), 0..40)) {
            let mut field = Field::holding(text);
            for edit in edits {
                field.edit(&edit);
                field.move_line(true);
                let (before, after) = field.around_cursor();
                prop_assert_eq!(format!("{before}{after}"), field.text());
            }
        }
    }
}
