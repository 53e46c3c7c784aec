//! One key as the keymap names it: `j`, `G`, `Ctrl-d`, `Shift-Tab`, `PageDown`.
//!
//! Knows nothing of what a key does.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key press, reduced to what a terminal can tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    ctrl: bool,
    alt: bool,
}

impl Key {
    /// The key of an event. Shift is part of the character, except in `Shift-Tab`.
    #[must_use]
    pub const fn of(event: KeyEvent) -> Self {
        Self {
            code: event.code,
            ctrl: event.modifiers.contains(KeyModifiers::CONTROL),
            alt: event.modifiers.contains(KeyModifiers::ALT),
        }
    }

    /// A key without modifiers.
    #[must_use]
    pub const fn plain(code: KeyCode) -> Self {
        Self {
            code,
            ctrl: false,
            alt: false,
        }
    }

    /// The same key with the Control key held.
    #[must_use]
    pub const fn with_ctrl(self) -> Self {
        Self { ctrl: true, ..self }
    }

    /// The same key with the Alt key held.
    #[must_use]
    pub const fn with_alt(self) -> Self {
        Self { alt: true, ..self }
    }

    /// The character that it types into a field, if it types one.
    #[must_use]
    pub const fn typed(self) -> Option<char> {
        match self.code {
            KeyCode::Char(character) if !self.ctrl && !self.alt => Some(character),
            _ => None,
        }
    }

    /// Its name in the keymap, in help and in tests.
    #[must_use]
    pub fn name(self) -> String {
        let base = match self.code {
            KeyCode::Char(' ') => "Space".to_owned(),
            KeyCode::Char(character) => character.to_string(),
            KeyCode::BackTab => "Shift-Tab".to_owned(),
            KeyCode::F(number) => format!("F{number}"),
            code => named()
                .find(|(_, known)| *known == code)
                .map(|(name, _)| name.to_owned())
                .unwrap_or_default(),
        };
        format!(
            "{}{}{base}",
            if self.ctrl { "Ctrl-" } else { "" },
            if self.alt { "Alt-" } else { "" }
        )
    }

    /// The key of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        if let Some(rest) = name.strip_prefix("Ctrl-") {
            return Self::named(rest).map(Self::with_ctrl);
        }
        if let Some(rest) = name.strip_prefix("Alt-") {
            return Self::named(rest).map(Self::with_alt);
        }
        let mut characters = name.chars();
        let code = match (characters.next(), characters.next()) {
            (Some(character), None) => KeyCode::Char(character),
            _ if name == "Shift-Tab" => KeyCode::BackTab,
            _ if name == "Space" => KeyCode::Char(' '),
            _ => named().find(|(known, _)| *known == name)?.1,
        };
        Some(Self::plain(code))
    }
}

fn named() -> impl Iterator<Item = (&'static str, KeyCode)> {
    [
        ("Enter", KeyCode::Enter),
        ("Tab", KeyCode::Tab),
        ("Esc", KeyCode::Esc),
        ("Backspace", KeyCode::Backspace),
        ("Delete", KeyCode::Delete),
        ("Insert", KeyCode::Insert),
        ("Up", KeyCode::Up),
        ("Down", KeyCode::Down),
        ("Left", KeyCode::Left),
        ("Right", KeyCode::Right),
        ("Home", KeyCode::Home),
        ("End", KeyCode::End),
        ("PageUp", KeyCode::PageUp),
        ("PageDown", KeyCode::PageDown),
    ]
    .into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for name in [
            "j",
            "G",
            "Ctrl-d",
            "Shift-Tab",
            "PageDown",
            "Space",
            "Alt-Enter",
            "-",
            "?",
        ] {
            assert_eq!(Key::named(name).map(Key::name).as_deref(), Some(name));
        }
        assert_eq!(Key::named("Hyper-x"), None);
    }
}
