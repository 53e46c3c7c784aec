//! One key from the front of the bytes: characters, control characters and escape sequences (ECMA-48).

use crossterm::event::KeyCode;

use crate::tui::key::Key;

/// Octets of an escape sequence; longer ones are noise.
const LONGEST_SEQUENCE: usize = 64;
/// Octets of a string that a terminal answers with; longer ones are noise.
const LONGEST_STRING: usize = 256 * 1024;

/// What stands at the front of the bytes.
pub(super) enum Taken {
    /// A key, in so many octets.
    Key(Key, usize),
    /// Nothing that we use, in so many octets: dropped.
    Nothing(usize),
    /// Half a key.
    NeedsMore,
}

/// Reads the key at the front.
pub(super) fn first_key(bytes: &[u8]) -> Taken {
    let Some(&first) = bytes.first() else {
        return Taken::NeedsMore;
    };
    match first {
        0x1b => after_escape(bytes),
        b'\r' | b'\n' => Taken::Key(Key::plain(KeyCode::Enter), 1),
        b'\t' => Taken::Key(Key::plain(KeyCode::Tab), 1),
        0x7f | 0x08 => Taken::Key(Key::plain(KeyCode::Backspace), 1),
        0x00 => Taken::Key(Key::plain(KeyCode::Char(' ')).with_ctrl(), 1),
        0x01..=0x1a => Taken::Key(
            Key::plain(KeyCode::Char(char::from(first - 1 + b'a'))).with_ctrl(),
            1,
        ),
        0x1c..=0x1f => Taken::Key(
            Key::plain(KeyCode::Char(char::from(first - 0x1c + b'4'))).with_ctrl(),
            1,
        ),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: &[u8]) -> Taken {
    let length = match bytes.first() {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => 1,
    };
    let Some(head) = bytes.get(..length) else {
        return Taken::NeedsMore;
    };
    match std::str::from_utf8(head)
        .ok()
        .and_then(|text| text.chars().next())
    {
        Some(character) => Taken::Key(Key::plain(KeyCode::Char(character)), length),
        None => Taken::Nothing(1),
    }
}

fn after_escape(bytes: &[u8]) -> Taken {
    match bytes.get(1) {
        None => Taken::NeedsMore,
        Some(b'[') => control_sequence(bytes),
        Some(b'O') => match bytes.get(2) {
            None => Taken::NeedsMore,
            Some(&letter) => key_or_nothing(letter_key(letter).map(|code| (code, 0)), 3),
        },
        // Strings that a terminal may answer with: dropped up to their end.
        Some(b']' | b'P' | b'_' | b'^') => terminal_string(bytes),
        Some(0x1b) => {
            // The first one stands alone unless a sequence follows the second (Alt with an arrow key).
            if bytes.len() == 2 {
                Taken::NeedsMore
            } else {
                Taken::Key(Key::plain(KeyCode::Esc), 1)
            }
        }
        Some(_) => match bytes.get(1..).map(first_key) {
            Some(Taken::Key(key, length)) => Taken::Key(key.with_alt(), length + 1),
            Some(Taken::Nothing(length)) => Taken::Nothing(length + 1),
            _ => Taken::NeedsMore,
        },
    }
}

fn terminal_string(bytes: &[u8]) -> Taken {
    let bell = bytes.iter().position(|byte| *byte == 0x07).map(|at| at + 1);
    let terminator = bytes
        .windows(2)
        .skip(1)
        .position(|pair| pair == b"\x1b\\")
        .map(|at| at + 3);
    match bell.into_iter().chain(terminator).min() {
        Some(length) => Taken::Nothing(length),
        None if bytes.len() > LONGEST_STRING => Taken::Nothing(bytes.len()),
        None => Taken::NeedsMore,
    }
}

// CSI (ECMA-48 section 5.4): parameters, then intermediates, then one final byte.
fn control_sequence(bytes: &[u8]) -> Taken {
    // The Linux console's function keys have a second bracket before their letter.
    if bytes.get(2) == Some(&b'[') {
        return if bytes.len() < 4 {
            Taken::NeedsMore
        } else {
            Taken::Nothing(4)
        };
    }
    let Some(end) = bytes
        .iter()
        .skip(2)
        .position(|byte| (0x40..=0x7e).contains(byte))
        .map(|at| at + 2)
    else {
        return if bytes.len() > LONGEST_SEQUENCE {
            Taken::Nothing(bytes.len())
        } else {
            Taken::NeedsMore
        };
    };
    let length = end + 1;
    let (Some(parameters), Some(&last)) = (bytes.get(2..end), bytes.get(end)) else {
        return Taken::Nothing(length);
    };
    // The oldest mouse report carries three more bytes.
    if last == b'M' && parameters.is_empty() {
        return if bytes.len() < length + 3 {
            Taken::NeedsMore
        } else {
            Taken::Nothing(length + 3)
        };
    }
    // Private sequences (`<`, `=`, `>`, `?`) are answers and mouse reports, never keys.
    if parameters
        .first()
        .is_some_and(|first| (b'<'..=b'?').contains(first))
    {
        return Taken::Nothing(length);
    }
    let numbers: Vec<u32> = parameters
        .split(|byte| *byte == b';')
        .map(|number| {
            std::str::from_utf8(number)
                .ok()
                .and_then(|text| text.split(':').next()?.parse().ok())
                .unwrap_or(0)
        })
        .collect();
    let number = |at: usize| numbers.get(at).copied().unwrap_or(0);
    let (key, modifiers) = match last {
        b'~' if number(0) == 27 => (char::from_u32(number(2)).and_then(character_key), number(1)),
        b'~' => (tilde_key(number(0)), number(1)),
        b'u' => (char::from_u32(number(0)).and_then(character_key), number(1)),
        b'Z' => (Some(KeyCode::BackTab), 0),
        letter => (letter_key(letter), number(1)),
    };
    key_or_nothing(key.map(|code| (code, modifiers)), length)
}

// Modifiers arrive as one more than a sum of shift 1, alt 2 and control 4.
fn modified((code, modifiers): (KeyCode, u32)) -> Key {
    let held = modifiers.saturating_sub(1);
    let code = match code {
        KeyCode::Tab if held & 1 != 0 => KeyCode::BackTab,
        KeyCode::Char(letter) if held & 1 != 0 && held & 4 == 0 => {
            KeyCode::Char(letter.to_ascii_uppercase())
        }
        code => code,
    };
    let key = Key::plain(code);
    let key = if held & 2 != 0 { key.with_alt() } else { key };
    if held & 4 != 0 { key.with_ctrl() } else { key }
}

fn key_or_nothing(key: Option<(KeyCode, u32)>, length: usize) -> Taken {
    key.map_or(Taken::Nothing(length), |key| {
        Taken::Key(modified(key), length)
    })
}

fn character_key(character: char) -> Option<KeyCode> {
    Some(match character {
        '\r' | '\n' => KeyCode::Enter,
        '\t' => KeyCode::Tab,
        '\x1b' => KeyCode::Esc,
        '\x7f' | '\x08' => KeyCode::Backspace,
        // The private use area names keys that we do not use.
        control if control.is_control() || ('\u{e000}'..='\u{f8ff}').contains(&control) => {
            return None;
        }
        character => KeyCode::Char(character),
    })
}

fn letter_key(letter: u8) -> Option<KeyCode> {
    Some(match letter {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'H' => KeyCode::Home,
        b'F' => KeyCode::End,
        b'M' => KeyCode::Enter,
        b'P' => KeyCode::F(1),
        b'Q' => KeyCode::F(2),
        b'R' => KeyCode::F(3),
        b'S' => KeyCode::F(4),
        _ => return None,
    })
}

fn tilde_key(number: u32) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        _ => return None,
    })
}
