//! What a mail server answers, read from bytes as they come (RFC 5321 section 4.2).
//!
//! Pure: it never reads a socket. It takes anything a hostile server may send, in any pieces, and
//! holds a bounded amount of it.

use std::fmt;

use super::super::reason::shown;

/// Octets in one line; the standard allows 512, and some servers write more.
const LONGEST_LINE: usize = 4096;
/// Lines in one reply.
const MOST_LINES: usize = 100;

/// One whole reply of a server: a code from 200 to 599, and its text.
///
/// Shown (`to_string`) as one line of at most about a thousand characters that is safe to print
/// anywhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    code: u16,
    lines: Vec<String>,
}

impl Reply {
    /// A reply of one line, for a transport that does not read it from a connection of its own.
    #[must_use]
    pub fn new(code: u16, text: &str) -> Self {
        Self {
            code,
            lines: vec![text.to_owned()],
        }
    }

    /// The three-digit code, 200 to 599.
    #[must_use]
    pub fn code(&self) -> u16 {
        self.code
    }

    /// The lines after their codes, as the server wrote them: raw, not to be printed.
    pub(super) fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }

    /// The same reply without a secret that the server may have echoed.
    pub(super) fn without(mut self, secret: &str) -> Self {
        if !secret.is_empty() {
            for line in &mut self.lines {
                *line = line.replace(secret, "…");
            }
        }
        self
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        let lines = self.lines.join(" ");
        let words: Vec<&str> = lines.split_whitespace().collect();
        if words.is_empty() {
            return Ok(());
        }
        write!(f, " {}", shown(&words.join(" ")))
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({self})")
    }
}

/// Bytes that are not a reply: a bad code, codes that differ from line to line, or too much text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

/// Bytes that came from the server and are not yet taken as replies.
#[derive(Debug, Default)]
pub(super) struct ReplyBuffer {
    bytes: Vec<u8>,
    /// How many of `bytes` are known to hold no line end.
    searched: usize,
    /// The lines so far of a reply that goes on.
    begun: Option<Reply>,
}

impl ReplyBuffer {
    /// Where the next bytes are to be appended.
    pub(super) fn space(&mut self) -> &mut Vec<u8> {
        self.bytes.reserve(1024);
        &mut self.bytes
    }

    /// Whether everything that came has been taken.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.begun.is_none()
    }

    /// Takes the next whole reply, or `None` until more bytes have come.
    pub(super) fn next(&mut self) -> Result<Option<Reply>, Malformed> {
        while let Some(line) = self.next_line()? {
            let (code, last, text) = read_line(&line)?;
            let reply = self.begun.get_or_insert(Reply {
                code,
                lines: Vec::new(),
            });
            if reply.code != code || reply.lines.len() >= MOST_LINES {
                return Err(Malformed);
            }
            reply.lines.push(text);
            if last {
                return Ok(self.begun.take());
            }
        }
        Ok(None)
    }

    fn next_line(&mut self) -> Result<Option<Vec<u8>>, Malformed> {
        let unsearched = self.bytes.iter().skip(self.searched);
        let Some(found) = unsearched.copied().position(|byte| byte == b'\n') else {
            self.searched = self.bytes.len();
            return if self.searched > LONGEST_LINE {
                Err(Malformed)
            } else {
                Ok(None)
            };
        };
        let mut line: Vec<u8> = self.bytes.drain(..=self.searched + found).collect();
        self.searched = 0;
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        if line.len() > LONGEST_LINE {
            return Err(Malformed);
        }
        Ok(Some(line))
    }
}

/// Splits one line into its code, whether it is the last of its reply, and its text.
fn read_line(line: &[u8]) -> Result<(u16, bool, String), Malformed> {
    let (digits, rest) = line.split_at_checked(3).ok_or(Malformed)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(Malformed);
    }
    let code = digits
        .iter()
        .fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    if !(200..=599).contains(&code) {
        return Err(Malformed);
    }
    let (last, text) = match rest.split_first() {
        None => (true, rest),
        Some((b' ', text)) => (true, text),
        Some((b'-', text)) => (false, text),
        Some(_) => return Err(Malformed),
    };
    Ok((code, last, String::from_utf8_lossy(text).into_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::{Malformed, Reply, ReplyBuffer};

    fn replies_of<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<Reply>, Malformed> {
        let mut buffer = ReplyBuffer::default();
        let mut replies = Vec::new();
        for piece in pieces {
            buffer.space().extend_from_slice(piece);
            while let Some(reply) = buffer.next()? {
                replies.push(reply);
            }
        }
        Ok(replies)
    }

    #[rstest]
    #[case("250 2.0.0 queued as 42\r\n", "250 2.0.0 queued as 42")]
    #[case("250\r\n", "250")]
    #[case(
        "250-mx.acme.example\r\n250-PIPELINING\r\n250 HELP\r\n",
        "250 mx.acme.example PIPELINING HELP"
    )]
    #[case(
        "550 tolerant of a bare line feed\n",
        "550 tolerant of a bare line feed"
    )]
    fn a_reply_is_shown_on_one_line(#[case] bytes: &str, #[case] shown: &str) {
        let replies = replies_of([bytes.as_bytes()]).unwrap();
        assert_eq!(
            replies.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [shown]
        );
    }

    #[rstest]
    #[case("hello\r\n")]
    #[case("25\r\n")]
    #[case("150 too low\r\n")]
    #[case("650 too high\r\n")]
    #[case("2500 four digits\r\n")]
    #[case("250-one\r\n550 another\r\n")]
    #[case("\r\n")]
    fn what_is_not_a_reply_is_malformed(#[case] bytes: &str) {
        assert_eq!(replies_of([bytes.as_bytes()]), Err(Malformed));
    }

    #[test]
    fn an_endless_line_and_an_endless_reply_are_malformed() {
        assert_eq!(replies_of([[b'2'; 5000].as_slice()]), Err(Malformed));
        let endless = "250-more\r\n".repeat(101);
        assert_eq!(replies_of([endless.as_bytes()]), Err(Malformed));
    }

    #[test]
    fn hostile_text_cannot_act_and_is_bounded() {
        let bytes = "550 \u{1b}[2J\u{1b}]0;owned\u{7} \u{202e}evil\u{9b}1m no\0\r\n";
        let shown = replies_of([bytes.as_bytes()])
            .unwrap()
            .remove(0)
            .to_string();
        assert!(!shown.chars().any(char::is_control), "{shown}");
        assert!(
            shown.contains("<U+001B>[2J") && shown.contains("<U+202E>evil"),
            "{shown}"
        );

        let long = format!("550 {}\r\n", "é🎉".repeat(600));
        let shown = replies_of([long.as_bytes()]).unwrap().remove(0).to_string();
        assert!(
            shown.len() <= 1040 && shown.ends_with('…'),
            "{}",
            shown.len()
        );
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_pieces_read_the_same(
            bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'2'), Just(b'5'), Just(b'0'), Just(b' '), Just(b'-'), any::<u8>()], 0..200),
            size in 1_usize..9,
        ) {
            prop_assert_eq!(replies_of([bytes.as_slice()]), replies_of(bytes.chunks(size)));
        }
    }
}
