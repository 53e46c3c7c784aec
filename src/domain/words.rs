//! Foreign text as words that a candidate reads, in a mail or on a page.

/// [`one_line`], or nothing where there are no words.
#[must_use]
pub fn known(text: &str) -> Option<String> {
    Some(one_line(text)).filter(|text| !text.is_empty())
}

/// One line of words: no control characters, nothing that turns the writing direction of what follows.
#[must_use]
pub fn one_line(text: &str) -> String {
    text.chars()
        .map(harmless)
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The lines of a text that may have several, each as harmless; none where there are no words.
#[must_use]
pub fn note_lines(note: &str) -> Vec<String> {
    let note = note
        .replace("\r\n", "\n")
        .replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    let lines = note.trim().lines();
    let lines = lines.map(|line| {
        line.chars()
            .map(harmless)
            .collect::<String>()
            .trim_end()
            .to_owned()
    });
    let lines: Vec<String> = lines.collect();
    if lines.iter().all(String::is_empty) {
        Vec::new()
    } else {
        lines
    }
}

fn harmless(character: char) -> char {
    let turns = matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let unseen = matches!(character, '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FDD0}'..='\u{FDEF}');
    let never = u32::from(character) & 0xFFFE == 0xFFFE;
    if character.is_control() || turns || unseen || never {
        ' '
    } else {
        character
    }
}
