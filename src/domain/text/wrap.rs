//! Text broken into lines between its words.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use super::columns;

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

/// Harmless text broken into lines of at most `width` columns, never inside a word: a longer one, such as a link, stays
/// whole and is wider.
#[must_use]
pub fn wrap_words(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_inclusive(' ') {
        if used > 0 && used + columns(word.trim_end()) > width {
            lines.push(String::new());
            used = 0;
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(word);
        }
        used += columns(word);
    }
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
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

    #[rstest]
    #[case("Dear Grace, welcome", 11, &["Dear Grace,", "welcome"])]
    #[case("see https://a.example/x now", 8, &["see", "https://a.example/x", "now"])]
    #[case("a  b", 9, &["a  b"])]
    #[case("", 4, &[""])]
    #[case("a b", 0, &["a", "b"])]
    fn a_word_stays_whole(#[case] text: &str, #[case] width: usize, #[case] lines: &[&str]) {
        assert_eq!(wrap_words(text, width), lines);
    }
}
