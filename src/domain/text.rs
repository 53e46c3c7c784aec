//! Text from outside, made fit for one line of a terminal, for a column and for a search.
//!
//! Nothing that passes [`visible`] can move the cursor, reorder a line or hide in it. It never
//! changes what is stored or mailed.

mod wrap;

pub use wrap::{wrap, wrap_words};

use std::borrow::Cow;
use std::fmt::{Display, Write as _};

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr};

/// Combining marks kept on one base character; living scripts need no more.
const MARKS_PER_BASE: usize = 3;

/// Columns between two tab stops in [`visible_lines`].
const TAB: usize = 4;

/// A number of things, in words: `1 finding`, `3 findings`.
#[must_use]
pub fn counted<N: Copy + Display + PartialEq + From<u8>>(count: N, what: &str) -> String {
    let ending = if count == N::from(1) { "" } else { "s" };
    format!("{count} {what}{ending}")
}

/// `text` as one line that may be shown on a terminal.
///
/// Control characters (line breaks and tabs too), bidi controls, zero-width and invisible
/// characters and noncharacters become markers such as `<U+202E>`. Variation selectors, which
/// only choose a look, are left out, and so are combining marks above three on one character.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    push_visible(&mut shown, text);
    if shown == text {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(shown)
    }
}

/// Like [`visible`], for text of several lines: line breaks stay, tabs become spaces.
#[must_use]
pub fn visible_lines(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            shown.push('\n');
        }
        let start = shown.len();
        for (piece, part) in line
            .strip_suffix('\r')
            .unwrap_or(line)
            .split('\t')
            .enumerate()
        {
            if piece > 0 {
                let column = shown.get(start..).map_or(0, columns);
                shown.extend(std::iter::repeat_n(' ', TAB - column % TAB));
            }
            push_visible(&mut shown, part);
        }
    }
    shown
}

fn push_visible(shown: &mut String, text: &str) {
    // A mark at the very start would land on whatever the terminal shows before this text.
    let mut marks = MARKS_PER_BASE;
    for character in text.chars() {
        if is_variation_selector(character) {
            continue;
        }
        let mark = is_combining_mark(character) && character.width() == Some(0);
        if mark && marks < MARKS_PER_BASE {
            marks += 1;
            shown.push(character);
        } else if mark && !shown.is_empty() && marks == MARKS_PER_BASE {
            // Bounded: the flood ends here.
        } else if mark || acts_unseen(character) {
            let _ = write!(shown, "<U+{:04X}>", u32::from(character));
            marks = 0;
        } else {
            shown.push(character);
            marks = 0;
        }
    }
}

/// Whether a character acts on the terminal or takes part without being seen.
fn acts_unseen(character: char) -> bool {
    let invisible = matches!(
        character,
        '\u{AD}'                      // soft hyphen
        | '\u{61C}'                   // Arabic letter mark
        | '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' // Hangul fillers: blank names
        | '\u{200B}'..='\u{200F}'     // zero width, direction marks
        | '\u{2028}'..='\u{202E}'     // separators, embeddings, overrides
        | '\u{2060}'..='\u{206F}'     // joiner, invisible operators, isolates
        | '\u{FDD0}'..='\u{FDEF}'     // noncharacters
        | '\u{FEFF}'
        | '\u{FFF9}'..='\u{FFFB}'     // interlinear annotation
        | '\u{E0000}'..='\u{E0FFF}'   // tags
    );
    let jamo = matches!(character, '\u{1161}'..='\u{11FF}' | '\u{D7B0}'..='\u{D7FF}');
    invisible
        || u32::from(character) & 0xFFFE == 0xFFFE
        || character.is_control()
        || (character.width().unwrap_or(0) == 0 && !jamo)
}

/// Whether a character has no place in a name or a text that is mailed: control characters, zero-width spaces,
/// separators, tags, and bidi embeddings, overrides and isolates. Marks and joiners that ordinary names need (U+200C to
/// U+200F) are let through; [`visible`] shows them as what they are.
#[must_use]
pub fn acts_in_mail(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{200B}' | '\u{2060}' | '\u{FEFF}' | '\u{2028}' | '\u{2029}'
        )
        || matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{E0000}'..='\u{E007F}')
}

fn is_variation_selector(character: char) -> bool {
    matches!(character, '\u{180B}'..='\u{180D}' | '\u{180F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// The columns `text` takes on the screen, counted as the screen's cells are: by grapheme.
#[must_use]
pub fn columns(text: &str) -> usize {
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// `text` cut to at most `columns` columns; what was cut ends in `…`. Whole graphemes only.
#[must_use]
pub fn clip(text: &str, columns: usize) -> String {
    let mut used = 0;
    // Where the text would be cut, should it turn out too long: room for the `…` is kept.
    let mut cut = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme.width();
        if used > columns {
            let mut clipped = text.get(..cut).unwrap_or_default().to_owned();
            if columns > 0 {
                clipped.push('…');
            }
            return clipped;
        }
        if used < columns {
            cut = at + grapheme.len();
        }
    }
    text.to_owned()
}

/// `text` clipped to `columns` and filled with spaces to exactly that width.
#[must_use]
pub fn pad(text: &str, columns: usize) -> String {
    let mut padded = clip(text, columns);
    let missing = columns.saturating_sub(self::columns(&padded));
    padded.extend(std::iter::repeat_n(' ', missing));
    padded
}

/// `text` as it is compared in a search: lower case, compatibility forms unified, accents gone,
/// so that `nunez` finds `Núñez` and `soren` finds `Søren`.
#[must_use]
pub fn fold_for_search(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let plain = text.nfkd().flat_map(char::to_lowercase).nfkd();
    for character in plain.filter(|&character| !is_accent(character)) {
        match character {
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ħ' => folded.push('h'),
            'ŧ' => folded.push('t'),
            'ŋ' => folded.push('n'),
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            other => folded.push(other),
        }
    }
    folded
}

/// Marks that combine with a letter and characters nobody sees; vowel signs of Indic scripts,
/// which are letters to their readers, stay.
fn is_accent(character: char) -> bool {
    canonical_combining_class(character) != 0
        || is_variation_selector(character)
        || (acts_unseen(character) && !character.is_control() && !is_combining_mark(character))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Ada Lovelace", "Ada Lovelace")]
    #[case("José 李小龍 Ðorđe", "José 李小龍 Ðorđe")]
    #[case("a\x1b[2Jb", "a<U+001B>[2Jb")]
    #[case("a\r\nBcc: x\t", "a<U+000D><U+000A>Bcc: x<U+0009>")]
    #[case("c1 \u{9b}31m", "c1 <U+009B>31m")]
    #[case("\u{202e}gpj.exe", "<U+202E>gpj.exe")]
    #[case("zero\u{200b}width\u{feff}", "zero<U+200B>width<U+FEFF>")]
    #[case("👩\u{200d}💻", "👩<U+200D>💻")]
    #[case("tag\u{e0041}", "tag<U+E0041>")]
    #[case("❤\u{fe0f}", "❤")]
    #[case("\u{301}first", "<U+0301>first")]
    #[case("\u{3164}", "<U+3164>")]
    #[case("non\u{ffff}char", "non<U+FFFF>char")]
    #[case("하늘 นักเรียน हिन्दी", "하늘 นักเรียน हिन्दी")]
    fn foreign_text_becomes_one_harmless_line(#[case] text: &str, #[case] shown: &str) {
        assert_eq!(visible(text), shown);
    }

    #[test]
    fn a_flood_of_combining_marks_is_bounded() {
        let flood = format!("Z{}e", "\u{301}".repeat(500));
        assert_eq!(visible(&flood), "Z\u{301}\u{301}\u{301}e");
    }

    #[test]
    fn clean_text_is_not_copied() {
        assert!(matches!(visible("Zoë"), Cow::Borrowed(_)));
    }

    #[test]
    fn lines_keep_their_breaks_and_tabs_become_spaces() {
        assert_eq!(visible_lines("a\tb\r\n\x07c"), "a   b\n<U+0007>c");
    }

    #[rstest]
    #[case("Grace Hopper", 20, "Grace Hopper")]
    #[case("Grace Hopper", 12, "Grace Hopper")]
    #[case("Grace Hopper", 6, "Grace…")]
    #[case("李小龍", 5, "李小…")]
    #[case("李小龍", 4, "李…")]
    #[case("李小龍", 0, "")]
    #[case("abc", 1, "…")]
    #[case("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…")]
    fn long_text_is_clipped_by_grapheme(
        #[case] text: &str,
        #[case] width: usize,
        #[case] clipped: &str,
    ) {
        assert_eq!(clip(text, width), clipped);
    }

    #[rstest]
    #[case("Núñez", "nunez")]
    #[case("SØREN Kierkegaard", "soren kierkegaard")]
    #[case("Łukasz Đorđević", "lukasz dordevic")]
    #[case("Weiß", "weiss")]
    #[case("İstanbul", "istanbul")]
    #[case("Ａda ﬁ", "ada fi")]
    #[case("ΣΊΣΥΦΟΣ", "σισυφοσ")]
    #[case("zero\u{200b}width", "zerowidth")]
    fn names_are_found_without_accents(#[case] text: &str, #[case] folded: &str) {
        assert_eq!(fold_for_search(text), folded);
    }

    proptest! {
        #[test]
        fn what_is_visible_never_acts(text in any::<String>()) {
            let shown = visible(&text);
            let calm = |character: char| !acts_unseen(character) || is_combining_mark(character);
            prop_assert!(shown.chars().all(calm));
            prop_assert!(shown.chars().all(|character| !character.is_control()));
            prop_assert_eq!(visible(&shown), &*shown);
        }

        #[test]
        fn a_clipped_text_keeps_to_its_width(text in any::<String>(), width in 0_usize..40) {
            let shown = visible(&text);
            prop_assert!(columns(&clip(&shown, width)) <= width);
            prop_assert_eq!(columns(&pad(&shown, width)), width);
        }

        #[test]
        fn folding_twice_changes_nothing(text in any::<String>()) {
            let once = fold_for_search(&text);
            prop_assert_eq!(fold_for_search(&once), once);
        }
    }
}
