//! The palette: every command of the layer behind it, found by a few letters.

use crate::domain::text::fold_for_search;
use crate::tui::field::Field;
use crate::tui::keymap::{Binding, Layer, commands};

/// A palette that is open.
#[derive(Debug)]
pub struct Palette {
    /// What had the keys before.
    pub behind: Layer,
    /// What is typed.
    pub query: Field,
    /// The command under the cursor, among those found.
    pub index: usize,
}

impl Palette {
    /// Over a layer.
    #[must_use]
    pub fn over(behind: Layer) -> Self {
        Self {
            behind,
            query: Field::default(),
            index: 0,
        }
    }

    /// The commands that what is typed may mean, the likeliest first.
    #[must_use]
    pub fn found(&self) -> Vec<&'static Binding> {
        let query = fold_for_search(self.query.text());
        let mut found: Vec<_> = commands(self.behind)
            .filter_map(|binding| Some((distance(&query, binding)?, binding)))
            .collect();
        // What has no key is found nowhere else.
        found.sort_by_key(|(distance, binding)| (*distance, !binding.keys.is_empty()));
        found.into_iter().map(|(_, binding)| binding).collect()
    }
}

// How far a command is from what was typed; none when it can't be meant. A key that was typed is the nearest.
fn distance(query: &str, binding: &Binding) -> Option<usize> {
    if binding.keys.iter().any(|key| fold_for_search(key) == query) {
        return Some(0);
    }
    let text = fold_for_search(binding.help);
    query
        .split_whitespace()
        .map(|word| word_distance(word, &text))
        .try_fold(1, |sum, distance| Some(sum + distance?))
}

// At the start of the text, at the start of a word, within one, or letter by letter in their order.
fn word_distance(word: &str, text: &str) -> Option<usize> {
    if text.starts_with(word) {
        return Some(0);
    }
    if let Some(at) = text.find(word) {
        let starts_a_word = text.get(..at).is_some_and(|before| before.ends_with(' '));
        return Some(if starts_a_word { 1 } else { 2 });
    }
    let mut letters = text.char_indices();
    let mut first = None;
    let mut last = 0;
    for wanted in word.chars() {
        let (at, _) = letters.find(|(_, letter)| *letter == wanted)?;
        first.get_or_insert(at);
        last = at;
    }
    Some(3 + last - first.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::tui::message::Intent;

    fn found(query: &str) -> Vec<&'static Binding> {
        let palette = Palette {
            query: Field::holding(query),
            ..Palette::over(Layer::List)
        };
        palette.found()
    }

    #[rstest]
    #[case("complete", Intent::Complete)]
    #[case("no-sh", Intent::NoShow)]
    #[case("revo", Intent::Revoke)]
    #[case("open now", Intent::OpenNow)]
    #[case("hour", Intent::Longer)]
    #[case("NEW", Intent::New)]
    #[case("rsnd", Intent::Resend)]
    #[case("R", Intent::Resend)]
    #[case("let in", Intent::LetIn)]
    fn a_few_letters_find_a_command(#[case] query: &str, #[case] intent: Intent) {
        assert_eq!(
            found(query).first().map(|binding| &binding.intent),
            Some(&intent)
        );
    }

    #[test]
    fn nothing_typed_shows_every_command_and_nonsense_none() {
        assert_eq!(found("").len(), commands(Layer::List).count());
        assert!(found("xyzzyx").is_empty());
    }

    proptest! {
        #[test]
        fn no_query_panics_and_each_finds_only_what_holds_its_letters(query in "\\PC{0,30}") {
            for binding in found(&query) {
                let text = fold_for_search(binding.help);
                let keyed = binding.keys.iter().any(|key| fold_for_search(key) == fold_for_search(&query));
                let holds = fold_for_search(&query).chars().all(|letter| letter.is_whitespace() || text.contains(letter));
                prop_assert!(keyed || holds, "{query:?} found {text:?}");
            }
        }
    }
}
