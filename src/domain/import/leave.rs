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
    /// asked for, with whether the link with it was mailed.
    #[must_use]
    pub fn of(
        interview: &Interview,
        imported: Option<&Imported>,
        key: Option<(SessionKey, bool)>,
    ) -> Self {
        let mut line = Self::default();
        let draft = Draft::of(interview);
        for field in Field::ALL {
            line.set(column_of(field), draft.text(field));
        }
        // The form's time and duration are for people; these are for whatever reads tables.
        let start = interview.starts_at.map(|at| {
            let offset = interview.zone.time_zone().to_offset(at);
            // An offset is written in whole minutes (RFC 3339 section 4.2), which those of old are not.
            if offset.seconds() % 60 == 0 {
                at.display_with_offset(offset).to_string()
            } else {
                at.to_string()
            }
        });
        line.set(Column::StartsAt, &start.unwrap_or_default());
        let minutes = interview.duration.minutes().to_string();
        line.set(Column::DurationMinutes, &minutes);
        line.set(Column::Recruiter, &recruiter(&interview.recruiter));
        line.set(Column::Status, interview.status.name());
        line.set(Column::Sequence, &interview.sequence.to_string());
        line.set(Column::Id, &interview.id.to_string());
        let source = imported.map_or(HERE, |imported| imported.source.as_str());
        line.set(Column::Source, source);
        let external = imported.and_then(|imported| imported.external_id.as_deref());
        line.set(Column::ExternalId, external.unwrap_or_default());
        if let Some((key, mailed)) = key {
            line.set(Column::SessionKey, &key.expose());
            line.set(Column::LinkMailed, if mailed { "yes" } else { "no" });
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::draft::Defaults;
    use crate::domain::import::{Column, Names, Terms};
    use crate::domain::interview::Status;
    use crate::domain::session::LinkSecret;

    const NOW: &str = "2031-05-05T08:00:00Z";
    const ZONES: [&str; 5] = [
        "UTC",
        "Asia/Kolkata",
        "Europe/London",
        "America/St_Johns",
        "Australia/Lord_Howe",
    ];

    fn terms() -> Terms {
        Terms {
            defaults: Defaults {
                zone: None,
                duration: crate::domain::when::InterviewDuration::from_minutes(45).unwrap(),
                company: None,
                recruiter: Recruiter::default(),
            },
            now: NOW.parse().unwrap(),
            names: Names::of(&LinkSecret::new([7; 32])),
        }
    }

    prop_compose! {
        fn lines()(
            texts in prop::collection::vec("[A-Za-z'=+@,;\"Ö❤ ]{0,16}", 4),
            start in -2_000_000_000_i64..4_000_000_000,
            has in prop::collection::vec(any::<bool>(), 9),
            zones in (0..ZONES.len(), 0..ZONES.len()),
            minutes in 5_u64..=480,
            status in 0..Status::ALL.len(),
            sequence in 0_u32..50,
            key in "[0-9a-f]{32}",
            note in "[a-z='\"\n,;]{0,20}",
        ) -> (Line, Terms) {
            let mut line = Line::default();
            let some = |at: usize, text: &str| if has[at] { text.to_owned() } else { String::new() };
            line.set(Column::CandidateName, &format!("A{}", texts[0]));
            line.set(Column::CandidateEmail, &some(0, "ada@c.example"));
            line.set(Column::Role, &format!("R{}", texts[1]));
            let start = jiff::Timestamp::from_second(start).unwrap();
            line.set(Column::StartsAt, &some(1, &start.to_string()));
            line.set(Column::Zone, ZONES[zones.0]);
            line.set(Column::CandidateZone, &some(2, ZONES[zones.1]));
            line.set(Column::DurationMinutes, &minutes.to_string());
            line.set(Column::Company, &texts[2]);
            line.set(Column::Round, &texts[3]);
            line.set(Column::Kind, &some(3, "technical"));
            line.set(Column::Interviewers, &some(4, "\"Levi, Rita\" <r@c.example>, b@c.example"));
            line.set(Column::MeetingUrl, &some(5, "https://meet.example/a,b"));
            line.set(Column::Note, &note);
            line.set(Column::Recruiter, &some(6, "\"Ö, Eve\" <eve@c.example>"));
            line.set(Column::Status, Status::ALL[status].name());
            line.set(Column::Sequence, &sequence.to_string());
            line.set(Column::ExternalId, &some(7, "ats-7"));
            line.set(Column::Source, "tracker");
            if has[8] {
                line.set(Column::SessionKey, &key);
                line.set(Column::LinkMailed, if has[0] { "yes" } else { "no" });
            }
            (line, terms())
        }
    }

    proptest! {
        // Whatever an interview has that is a column comes back, each of them.
        #[test]
        fn every_column_comes_back_as_it_left((line, terms) in lines()) {
            let Ok(first) = line.arrival(&terms) else {
                // What the form refuses is in no database.
                return Err(TestCaseError::reject("refused"));
            };
            let key = first.key.map(|key| (key, first.key_mailed));
            let left = Line::of(&first.interview, Some(&first.imported), key);
            let again = left.arrival(&terms).map_err(|why| TestCaseError::fail(why.join("; ")))?;
            prop_assert_eq!(&again.interview, &first.interview);
            prop_assert_eq!(&again.imported, &first.imported);
            prop_assert_eq!((again.key, again.key_mailed), (first.key, first.key_mailed));
            let second = Line::of(&again.interview, Some(&again.imported), key);
            for column in Column::ALL {
                prop_assert_eq!(second.get(*column), left.get(*column), "{}", column.name());
                // Nothing that was said is lost.
                prop_assert!(
                    line.get(*column).trim().is_empty() || !left.get(*column).is_empty(),
                    "{}",
                    column.name()
                );
            }
        }
    }
}
