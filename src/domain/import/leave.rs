//! An interview as a line of a table: what an import of it reads back.

use super::Line;
use super::column::Column;
use super::table::column_of;
use crate::domain::address::Mailbox;
use crate::domain::draft::{Draft, Field};
use crate::domain::interview::{Interview, Recruiter};
use crate::domain::session::SessionKey;
use crate::domain::verdict::Imported;

/// The source of an interview that was made here, once it has gone elsewhere.
const HERE: &str = "greenroom";

impl Line {
    /// The line of an interview, from which an import makes the same one. The key is a secret: give it only where it was
    /// asked for.
    #[must_use]
    pub fn of(interview: &Interview, imported: Option<&Imported>, key: Option<SessionKey>) -> Self {
        let mut line = Self::default();
        let draft = Draft::of(interview);
        for field in Field::ALL {
            line.set(column_of(field), draft.text(field));
        }
        // The form's time and duration are for people; these are for whatever reads tables.
        let start = interview.starts_at.map(|at| {
            let offset = interview.zone.time_zone().to_offset(at);
            at.display_with_offset(offset).to_string()
        });
        line.set(Column::StartsAt, &start.unwrap_or_default());
        let minutes = interview.duration.minutes().to_string();
        line.set(Column::DurationMinutes, &minutes);
        line.set(Column::Recruiter, &recruiter(&interview.recruiter));
        line.set(Column::Status, interview.status.name());
        line.set(Column::Id, &interview.id.to_string());
        let source = imported.map_or(HERE, |imported| imported.source.as_str());
        line.set(Column::Source, source);
        let external = imported.and_then(|imported| imported.external_id.as_deref());
        line.set(Column::ExternalId, external.unwrap_or_default());
        if let Some(key) = key {
            line.set(Column::SessionKey, &key.expose());
        }
        line
    }
}

// A name with a comma or a colon in it is quoted, so that it is read as a name.
fn recruiter(recruiter: &Recruiter) -> String {
    match &recruiter.email {
        Some(address) => Mailbox {
            name: recruiter.name.clone(),
            address: address.clone(),
        }
        .to_text(),
        None => recruiter.label(),
    }
}
