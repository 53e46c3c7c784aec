//! A message made ready for the wire. Pure: it knows no connection.

use super::super::reason::Cause;

/// Content as it goes over the wire: dots doubled at line starts, and the final dot
/// (RFC 5321 section 4.5.2), in one buffer so that it leaves in one write.
///
/// A line end that is not CRLF is refused: where a server takes one for a line end and another
/// does not, a dot could end the message early.
pub(super) fn dot_stuffed(message: &[u8]) -> Result<Vec<u8>, Cause> {
    let mut stuffed = Vec::with_capacity(message.len() + message.len() / 64 + 8);
    for line in message.split_inclusive(|&byte| byte == b'\n') {
        let text = match line.strip_suffix(b"\r\n") {
            Some(text) => text,
            // The last line may lack its end; it gets one.
            None if !line.ends_with(b"\n") => line,
            None => return Err(Cause::BareLineEnd),
        };
        if text.contains(&b'\r') {
            return Err(Cause::BareLineEnd);
        }
        if text.starts_with(b".") {
            stuffed.push(b'.');
        }
        stuffed.extend_from_slice(text);
        stuffed.extend_from_slice(b"\r\n");
    }
    stuffed.extend_from_slice(b".\r\n");
    Ok(stuffed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::{Cause, dot_stuffed};

    #[rstest]
    #[case("", ".\r\n")]
    #[case("a", "a\r\n.\r\n")]
    #[case("a\r\n", "a\r\n.\r\n")]
    #[case(".\r\n..\r\na.\r\n", "..\r\n...\r\na.\r\n.\r\n")]
    fn dots_at_line_starts_are_doubled(#[case] message: &str, #[case] wire: &str) {
        assert_eq!(dot_stuffed(message.as_bytes()).unwrap(), wire.as_bytes());
    }

    proptest! {
        #[test]
        fn only_the_end_looks_like_the_end(message in "[.a\r\n]{0,40}") {
            let bare = message.replace("\r\n", "").contains(['\r', '\n']);
            match dot_stuffed(message.as_bytes()) {
                Err(cause) => {
                    prop_assert!(bare);
                    prop_assert_eq!(cause, Cause::BareLineEnd);
                }
                Ok(wire) => {
                    prop_assert!(!bare);
                    let wire = format!("\r\n{}", String::from_utf8(wire).unwrap());
                    prop_assert_eq!(wire.find("\r\n.\r\n"), Some(wire.len() - 5));
                }
            }
        }
    }
}
