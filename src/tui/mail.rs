//! A mail taken apart for the screen.

use super::model::mail::Part;

/// The parts of one mail, as text. Nothing in them is harmless yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MailParts {
    /// Where it comes from: as it left, as it would be, or with a sample key.
    pub origin: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The headers.
    pub headers: String,
    /// The calendar part.
    pub calendar: String,
    /// The whole source.
    pub source: String,
}

impl MailParts {
    /// The text of a part; for the rendered one, the HTML.
    #[must_use]
    pub fn part(&self, part: Part) -> &str {
        match part {
            Part::Rendered | Part::Html => &self.html,
            Part::Text => &self.text,
            Part::Headers => &self.headers,
            Part::Calendar => &self.calendar,
            Part::Source => &self.source,
        }
    }
}
