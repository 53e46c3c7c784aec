//! Cells that a spreadsheet would take for a formula, made harmless on the way out and restored on the way in.
//!
//! An apostrophe in front says "this is text" to a spreadsheet. It is put before every cell that begins, behind any
//! apostrophes of its own, with a character that begins a formula; taking one away again gives the very same text.

use std::borrow::Cow;

/// What makes a cell a formula when it stands first; tabs and line breaks are passed over by some programs,
/// and the wide forms of the others are taken for them where Chinese or Japanese is written.
const BEGINS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

fn acts(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(BEGINS)
}

/// The cell as text that no spreadsheet calculates.
#[must_use]
pub fn neutralised(text: &str) -> Cow<'_, str> {
    if acts(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// What [`neutralised`] was given.
#[must_use]
pub fn restored(text: &str) -> &str {
    text.strip_prefix('\'')
        .filter(|rest| acts(rest))
        .unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("=HYPERLINK(\"http://evil.example\")")]
    #[case("+1")]
    #[case("-2+3")]
    #[case("@SUM(A1)")]
    #[case("\t=1")]
    #[case("\r=1")]
    #[case("''=1")]
    #[case("＝1+1")]
    #[case("＠SUM(A1)")]
    fn what_would_be_calculated_begins_with_an_apostrophe(#[case] text: &str) {
        let cell = neutralised(text);
        assert!(cell.starts_with('\''), "{cell}");
        assert_eq!(restored(&cell), text);
    }

    #[rstest]
    #[case("Ada Lovelace")]
    #[case("'quoted'")]
    #[case("a=b")]
    #[case("")]
    fn other_text_stays_as_it_is(#[case] text: &str) {
        assert_eq!(neutralised(text), text);
        assert_eq!(restored(text), text);
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in "['=+@a-]{0,6}.{0,3}") {
            let cell = neutralised(&text);
            prop_assert!(!cell.starts_with(BEGINS));
            prop_assert_eq!(restored(&cell), &text);
        }
    }
}
