//! What an invitation must show, and the questions that every part of it is asked.

use jiff::Timestamp;

use super::{GateError, Part};
use crate::domain::invitable::Invitable;
use crate::domain::when::time_24h;
use crate::domain::words::one_line;

/// What has to stand in the mail.
pub(super) struct Expected {
    pub(super) link: String,
    key: String,
    name: String,
    clock: String,
    pub(super) uid: String,
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
}

impl Expected {
    pub(super) fn of(invitable: &Invitable) -> Self {
        let interview = invitable.interview();
        Self {
            link: invitable.link().expose(),
            key: invitable.link().key().expose(),
            name: unspaced(&one_line(&interview.candidate_name)),
            clock: time_24h(invitable.starts_at(), &interview.zone),
            uid: interview.id.to_string(),
            start: invitable.starts_at(),
            end: invitable.ends_at(),
        }
    }

    /// The link, the start and the name.
    pub(super) fn stands_in(&self, part: Part, text: &str) -> Result<(), GateError> {
        // Layout may break a line anywhere, so spaces do not count.
        let unspaced = unspaced(text);
        if !text.contains(&self.link) {
            return Err(GateError::NoLink(part));
        }
        if !text.contains(&self.clock) {
            return Err(GateError::NoStart(part));
        }
        if self.name.is_empty() || !unspaced.contains(&self.name) {
            return Err(GateError::NoName(part));
        }
        Ok(())
    }

    /// Words, without placeholders and without the key of another session.
    pub(super) fn is_rendered(&self, part: Part, text: &str) -> Result<(), GateError> {
        if text.trim().is_empty() {
            return Err(GateError::Missing(part));
        }
        if text.contains("{{") {
            return Err(GateError::Unrendered(part));
        }
        self.has_no_foreign_key(part, text)
    }

    pub(super) fn has_no_foreign_key(&self, part: Part, text: &str) -> Result<(), GateError> {
        let keys = text.split("session_key=").skip(1);
        let mut keys = keys.map(|rest| {
            rest.chars()
                .take_while(char::is_ascii_hexdigit)
                .collect::<String>()
        });
        if keys.any(|key| key.len() >= 32 && key != self.key) {
            Err(GateError::ForeignKey(part))
        } else {
            Ok(())
        }
    }
}

fn unspaced(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_whitespace())
        .collect()
}
