//! Content lines: escaping (RFC 5545 section 3.3.11), quoting (3.2) and folding (3.1).

use std::fmt::Write as _;

use crate::domain::address::{EmailAddress, Mailbox};

/// Octets of a line without its CRLF.
const LONGEST: usize = 75;

/// A calendar object being written.
#[derive(Debug, Default)]
pub(super) struct Lines(String);

impl Lines {
    /// Adds a line whose value needs no escaping: a date, a URI, a word. Control characters are left out all the same.
    pub(super) fn raw(&mut self, name: &str, value: &str) {
        let mut room = LONGEST;
        let line = name
            .chars()
            .chain(std::iter::once(':'))
            .chain(value.chars());
        for character in line.filter(|character| !character.is_control()) {
            if character.len_utf8() > room {
                self.0.push_str("\r\n ");
                // The space that marks a continuation counts.
                room = LONGEST - 1;
            }
            room -= character.len_utf8();
            self.0.push(character);
        }
        self.0.push_str("\r\n");
    }

    /// Adds a line whose value is text from anywhere.
    pub(super) fn text(&mut self, name: &str, value: &str) {
        let mut escaped = String::with_capacity(value.len());
        for character in value.replace("\r\n", "\n").chars() {
            match character {
                '\\' | ';' | ',' => escaped.extend(['\\', character]),
                '\n' | '\r' => escaped.push_str("\\n"),
                '\t' => escaped.push(' '),
                _ => escaped.push(character),
            }
        }
        self.raw(name, &escaped);
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// `;CN="…"`, or nothing without a name. A caret is doubled, since RFC 6868 gives it a meaning.
pub(super) fn common_name(mailbox: &Mailbox) -> String {
    let Some(name) = mailbox
        .name
        .as_deref()
        .map(str::trim)
        .filter(|name| !name.is_empty())
    else {
        return String::new();
    };
    let name = name
        .replace('"', "'")
        .replace('^', "^^")
        .replace(char::is_control, " ");
    format!(";CN=\"{name}\"")
}

/// The address as a URI (RFC 6068): what could be taken for a part of the URI is percent-encoded.
pub(super) fn mailto(address: &EmailAddress) -> String {
    let mut uri = "mailto:".to_owned();
    for byte in address.ascii().bytes() {
        if byte.is_ascii_alphanumeric() || b"@.-_~+!$'*".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}
