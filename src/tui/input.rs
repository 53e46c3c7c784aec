//! Bytes from the terminal, turned into keys and pastes.
//!
//! Pure: reads no terminal and no clock. It differs from a plain key parser in one thing: a paste whose end never
//! comes is given up after [`PASTE_LIMIT`] instead of swallowing every later key.

use std::time::{Duration, Instant};

use crossterm::event::KeyCode;

use super::key::Key;

/// How long an open paste may be silent before it is taken as finished.
pub const PASTE_LIMIT: Duration = Duration::from_secs(2);
/// How long an `ESC` may stand alone before it is the Escape key rather than the start of a sequence.
pub const ESCAPE_LIMIT: Duration = Duration::from_millis(40);
/// Octets of one paste that are kept; the rest is read and dropped.
const LONGEST_PASTE: usize = 256 * 1024;
/// Octets of an escape sequence; longer ones are noise.
const LONGEST_SEQUENCE: usize = 64;
/// After a paste was given up, a chunk at least this long was not typed by hand: it is more of the paste.
const TOO_FAST_FOR_FINGERS: usize = 8;

const PASTE_BEGINS: &[u8] = b"\x1b[200~";
const PASTE_ENDS: &[u8] = b"\x1b[201~";

/// What the terminal sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key was pressed.
    Key(Key),
    /// A text was pasted.
    Paste(String),
}

/// Collects bytes until they make a key or a paste.
#[derive(Debug, Default)]
pub struct Decoder {
    pending: Vec<u8>,
    paste: Option<Vec<u8>>,
    torn: bool,
    waiting_since: Option<Instant>,
}

impl Decoder {
    /// Takes the bytes that arrived at that moment, and says what they were.
    pub fn feed(&mut self, bytes: &[u8], at: Instant) -> Vec<Input> {
        if self.torn
            && self.paste.is_none()
            && bytes.len() >= TOO_FAST_FOR_FINGERS
            && bytes.first() != Some(&0x1b)
        {
            self.paste = Some(Vec::new());
        }
        self.pending.extend_from_slice(bytes);
        let mut inputs = Vec::new();
        while self.step(&mut inputs) {}
        let waits = self.paste.is_some() || !self.pending.is_empty();
        self.waiting_since = waits.then_some(at);
        inputs
    }

    /// When [`Decoder::expire`] is to be called if nothing more arrives.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let limit = if self.paste.is_some() {
            PASTE_LIMIT
        } else {
            ESCAPE_LIMIT
        };
        self.waiting_since.map(|since| since + limit)
    }

    /// Nothing more came: a lone `ESC` is the Escape key, an open paste is finished, a broken sequence is dropped.
    pub fn expire(&mut self) -> Vec<Input> {
        self.waiting_since = None;
        let rest = std::mem::take(&mut self.pending);
        if let Some(mut text) = self.paste.take() {
            self.torn = true;
            text.extend_from_slice(&rest);
            return vec![pasted(&text)];
        }
        match rest.as_slice() {
            [0x1b] => vec![Input::Key(Key::plain(KeyCode::Esc))],
            [0x1b, 0x1b] => vec![Input::Key(Key::plain(KeyCode::Esc)); 2],
            _ => Vec::new(),
        }
    }

    // Takes one key or a stretch of a paste from the front; false when more bytes are needed.
    fn step(&mut self, inputs: &mut Vec<Input>) -> bool {
        if self.paste.is_some() {
            return self.step_in_paste(inputs);
        }
        if self.pending.is_empty() {
            return false;
        }
        if self.pending.starts_with(PASTE_BEGINS) {
            self.pending.drain(..PASTE_BEGINS.len());
            self.paste = Some(Vec::new());
            return true;
        }
        match first_key(&self.pending) {
            Taken::Key(key, length) => {
                inputs.push(Input::Key(key));
                self.pending.drain(..length);
                true
            }
            Taken::Nothing(length) => {
                if self.pending.starts_with(PASTE_ENDS) {
                    self.torn = false;
                }
                self.pending.drain(..length);
                true
            }
            Taken::NeedsMore => false,
        }
    }

    fn step_in_paste(&mut self, inputs: &mut Vec<Input>) -> bool {
        let Some(paste) = &mut self.paste else {
            return false;
        };
        let end = self
            .pending
            .windows(PASTE_ENDS.len())
            .position(|window| window == PASTE_ENDS);
        // The end marker may arrive in two chunks, so its possible beginning stays pending.
        let taken = end.unwrap_or_else(|| self.pending.len().saturating_sub(PASTE_ENDS.len() - 1));
        let room = LONGEST_PASTE.saturating_sub(paste.len());
        paste.extend(self.pending.drain(..taken).take(room));
        if end.is_none() {
            return false;
        }
        self.pending.drain(..PASTE_ENDS.len());
        self.torn = false;
        if let Some(text) = self.paste.take() {
            inputs.push(pasted(&text));
        }
        true
    }
}

// Terminals send a pasted line break as a carriage return.
fn pasted(bytes: &[u8]) -> Input {
    Input::Paste(
        String::from_utf8_lossy(bytes)
            .replace("\r\n", "\n")
            .replace('\r', "\n"),
    )
}

enum Taken {
    Key(Key, usize),
    // Understood as nothing that we use: dropped.
    Nothing(usize),
    NeedsMore,
}

fn first_key(bytes: &[u8]) -> Taken {
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
        None if bytes.len() > LONGEST_PASTE => Taken::Nothing(bytes.len()),
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn read(bytes: &[u8]) -> String {
        let mut decoder = Decoder::default();
        let mut inputs = decoder.feed(bytes, Instant::now());
        inputs.extend(decoder.expire());
        said(&inputs)
    }

    fn said(inputs: &[Input]) -> String {
        let name = |input: &Input| match input {
            Input::Key(key) => key.name(),
            Input::Paste(text) => format!("paste({text:?})"),
        };
        inputs.iter().map(name).collect::<Vec<_>>().join(" ")
    }

    #[rstest]
    #[case(b"jG ", "j G Space")]
    #[case("é李👩".as_bytes(), "é 李 👩")]
    #[case(b"\x04\x13\x1a\t\r\x7f", "Ctrl-d Ctrl-s Ctrl-z Tab Enter Backspace")]
    #[case(b"\x1b", "Esc")]
    #[case(b"\x1b[A\x1bOB\x1b[1;5C\x1b[Z", "Up Down Ctrl-Right Shift-Tab")]
    #[case(
        b"\x1b[5~\x1b[6~\x1b[3~\x1b[1~\x1b[F",
        "PageUp PageDown Delete Home End"
    )]
    #[case(b"\x1bx\x1b\r", "Alt-x Alt-Enter")]
    #[case(b"\x1b[115;5u\x1b[27;5;115~\x1b[9;2u", "Ctrl-s Ctrl-s Shift-Tab")]
    #[case(b"\x1b[200~two\rlines\x1b[201~y", "paste(\"two\\nlines\") y")]
    #[case(b"\x1b[<0;12;4M\x1b[I\x1b]11;rgb:0/0/0\x07\x1bP1$r\x1b\\j", "j")]
    #[case(b"\xff\xfe\xc3j", "j")]
    fn bytes_become_keys(#[case] bytes: &[u8], #[case] keys: &str) {
        assert_eq!(read(bytes), keys);
    }

    #[test]
    fn a_sequence_may_arrive_in_pieces() {
        let mut decoder = Decoder::default();
        let now = Instant::now();
        assert_eq!(decoder.feed(b"\x1b", now), []);
        assert_eq!(decoder.deadline(), Some(now + ESCAPE_LIMIT));
        assert_eq!(said(&decoder.feed(b"[B", now)), "Down");
        assert_eq!(decoder.deadline(), None);
        assert_eq!(decoder.feed(b"\x1b[200~Ada\x1b[20", now), []);
        assert_eq!(said(&decoder.feed(b"1~q", now)), "paste(\"Ada\") q");
    }

    #[test]
    fn a_paste_without_an_end_is_given_up_and_what_follows_it_does_not_become_keys() {
        let mut decoder = Decoder::default();
        let now = Instant::now();
        assert_eq!(decoder.feed(b"\x1b[200~half of a", now), []);
        assert_eq!(decoder.deadline(), Some(now + PASTE_LIMIT));
        assert_eq!(said(&decoder.expire()), "paste(\"half of a\")");
        assert_eq!(said(&decoder.feed(b"j", now)), "j", "keys work again");
        assert_eq!(
            said(&decoder.feed(b"R y resend everything", now)),
            "",
            "the late rest is still a paste"
        );
        assert_eq!(
            said(&decoder.feed(b"!\x1b[201~", now)),
            "paste(\"R y resend everything!\")"
        );
        assert_eq!(
            said(&decoder.feed(b"/ada love", now)),
            "/ a d a Space l o v e",
            "and then all is well"
        );
    }

    proptest! {
        #[test]
        fn no_bytes_panic_or_hang(chunks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..8)) {
            let mut decoder = Decoder::default();
            for chunk in chunks {
                decoder.feed(&chunk, Instant::now());
            }
            decoder.expire();
            prop_assert_eq!(said(&decoder.feed(b"j", Instant::now())), "j");
        }
    }
}
