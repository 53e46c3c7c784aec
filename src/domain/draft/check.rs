//! The check of each field of a draft. Collects refusals and goes on, so that all of them are reported at once.

use jiff::Timestamp;

use super::{Defaults, Draft, Field, Refusal};
use crate::domain::address::{self, EmailAddress, Mailbox};
use crate::domain::interview::{Recruiter, is_unfilled};
use crate::domain::text::acts_in_mail;
use crate::domain::when::{self, Zone};

/// A check in progress: what was found wrong so far.
pub(in crate::domain) struct Check<'a> {
    pub draft: &'a Draft,
    pub refusals: Vec<Refusal>,
}

impl Check<'_> {
    fn refuse(&mut self, field: Field, message: impl Into<String>) {
        self.refusals.push(Refusal {
            field,
            message: message.into(),
            choices: Vec::new(),
        });
    }

    // The text of a field if there is any and nothing in it could act on a screen, a header or a template.
    pub fn optional(&mut self, field: Field) -> Option<String> {
        let text = self.draft.text(field).trim();
        if text.is_empty() {
            return None;
        }
        if text.chars().nth(field.longest()).is_some() {
            self.refuse(
                field,
                format!("is longer than {} characters", field.longest()),
            );
            return None;
        }
        if is_unfilled(text) {
            self.refuse(
                field,
                "contains {{, which looks like a template that was never filled in",
            );
            return None;
        }
        let breaks_allowed = field == Field::Note;
        let acting = text
            .chars()
            .find(|&character| acts_in_mail(character) && !(breaks_allowed && character == '\n'));
        if let Some(character) = acting {
            self.refuse(
                field,
                format!(
                    "contains the invisible character U+{:04X}; type it again without",
                    u32::from(character)
                ),
            );
            return None;
        }
        Some(text.to_owned())
    }

    pub fn required(&mut self, field: Field, question: &str) -> Option<String> {
        if self.draft.text(field).trim().is_empty() {
            self.refuse(field, format!("is missing: {question}"));
            return None;
        }
        self.optional(field)
    }

    pub fn parsed<T, E: std::fmt::Display>(
        &mut self,
        field: Field,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.optional(field)?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(error) => {
                self.refuse(field, error.to_string());
                None
            }
        }
    }

    pub fn email(&mut self) -> Option<EmailAddress> {
        self.required(Field::Email, "where does the invitation go?")?;
        self.parsed(Field::Email, EmailAddress::parse)
    }

    pub fn zone(&mut self, defaults: &Defaults) -> Option<Zone> {
        if self.draft.zone.trim().is_empty() {
            if defaults.zone.is_none() {
                self.refuse(
                    Field::Zone,
                    "is missing: in which time zone is the interview? (for example Europe/London)",
                );
            }
            return defaults.zone.clone();
        }
        self.parsed(Field::Zone, Zone::parse)
    }

    pub fn start(
        &mut self,
        zone: Option<&Zone>,
        theirs: Option<&Zone>,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let text = self.required(Field::At, "when does the interview start?")?;
        // Without a zone nothing can be read; the zone's own refusal stands already.
        match when::read(&text, now, zone?, theirs, self.draft.fold) {
            Ok(reading) => Some(reading.instant),
            Err(error) => {
                let choices = error.choices();
                self.refusals.push(Refusal {
                    field: Field::At,
                    message: error.to_string(),
                    choices,
                });
                None
            }
        }
    }

    pub fn interviewers(&mut self) -> Vec<Mailbox> {
        let Some(text) = self.optional(Field::Interviewers) else {
            return Vec::new();
        };
        let mut interviewers = Vec::new();
        for part in address::split_list(&text) {
            match Mailbox::parse(part) {
                Ok(mailbox) => interviewers.push(mailbox),
                Err(error) => self.refuse(Field::Interviewers, format!("{part:?}: {error}")),
            }
        }
        interviewers
    }

    // "Name <address>", an address alone, or a name alone.
    pub fn recruiter(&mut self) -> Option<Recruiter> {
        let text = self.optional(Field::Recruiter)?;
        if !text.contains('@') {
            return Some(Recruiter {
                name: Some(text),
                email: None,
            });
        }
        match Mailbox::parse(&text) {
            Ok(mailbox) => Some(Recruiter {
                name: mailbox.name,
                email: Some(mailbox.address),
            }),
            Err(error) => {
                self.refuse(Field::Recruiter, error.to_string());
                None
            }
        }
    }
}
