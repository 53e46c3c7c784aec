//! Bytes from the terminal, turned into keys and pastes.
//!
//! Pure: reads no terminal and no clock. It differs from a plain key parser in one thing: a paste whose end never
//! comes is given up after [`PASTE_LIMIT`] instead of swallowing every later key.

mod sequence;

use std::time::{Duration, Instant};

use crossterm::event::KeyCode;

use super::key::Key;
use sequence::{Taken, first_key};

/// How long an open paste may be silent before it is taken as finished.
pub const PASTE_LIMIT: Duration = Duration::from_secs(2);
/// How long an `ESC` may stand alone before it is the Escape key rather than the start of a sequence.
pub const ESCAPE_LIMIT: Duration = Duration::from_millis(40);
/// Octets of one paste that are kept; the rest is read and dropped.
const LONGEST_PASTE: usize = 256 * 1024;
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
