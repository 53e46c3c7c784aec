//! What a line of a table means. The words of a refusal are those of the form.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::AmbiguousOffset;

use super::column::Column;
use super::{Arrival, Names, TABLE, own_id};
use crate::domain::address::EmailAddress;
use crate::domain::draft::check::Check;
use crate::domain::draft::{Defaults, Draft, Field};
use crate::domain::ids::InterviewId;
use crate::domain::interview::{Interview, MeetingUrl, Status};
use crate::domain::session::{NotAKey, SessionKey};
use crate::domain::text::{clip, visible};
use crate::domain::verdict::Imported;
use crate::domain::when::{InterviewDuration, Zone};

/// The cells of one line, by column.
#[derive(Debug, Clone, Default)]
pub struct Line([String; Column::COUNT]);

impl Line {
    /// What stands in a column; empty if nothing does.
    #[must_use]
    pub fn get(&self, column: Column) -> &str {
        self.0[column as usize].as_str()
    }

    /// Writes a cell.
    pub fn set(&mut self, column: Column, text: &str) {
        text.clone_into(&mut self.0[column as usize]);
    }

    fn given(&self, column: Column) -> Option<&str> {
        Some(self.get(column).trim()).filter(|text| !text.is_empty())
    }
}

/// With what a line is read.
#[derive(Debug, Clone)]
pub struct Terms {
    /// What an empty cell means.
    pub defaults: Defaults,
    /// Now.
    pub now: Timestamp,
    /// Gives ids to lines without one.
    pub names: Names,
}

impl Line {
    /// The interview that this line means.
    ///
    /// # Errors
    /// Every reason why it can't be taken, each naming its column.
    pub fn arrival(&self, terms: &Terms) -> Result<Arrival, Vec<String>> {
        let draft = self.draft();
        let mut check = Check {
            draft: &draft,
            refusals: Vec::new(),
        };
        let candidate_name = check.required(Field::Candidate, "whom is the interview with?");
        let candidate_email = check.parsed(Field::Email, EmailAddress::parse);
        let role = check.required(Field::Role, "what is the interview for?");
        let zone = check.zone(&terms.defaults);
        let starts_at = check.parsed(Field::At, |text| match &zone {
            Some(zone) => start(text, zone).map(Some),
            // The zone's own refusal stands already.
            None => Ok(None),
        });
        let interview = Interview {
            id: self.id(&terms.names),
            candidate_name: candidate_name.unwrap_or_default(),
            candidate_email,
            role: role.unwrap_or_default(),
            company: check
                .optional(Field::Company)
                .or_else(|| terms.defaults.company.clone()),
            round: check.optional(Field::Round),
            kind: check.optional(Field::Kind),
            status: Status::Scheduled,
            starts_at: starts_at.flatten(),
            zone: zone.unwrap_or_else(Zone::utc),
            candidate_zone: check.parsed(Field::CandidateZone, Zone::parse),
            duration: check
                .parsed(Field::Duration, InterviewDuration::parse)
                .unwrap_or(terms.defaults.duration),
            interviewers: check.interviewers(),
            meeting_url: check.parsed(Field::MeetingUrl, MeetingUrl::parse),
            recruiter: check
                .recruiter()
                .unwrap_or_else(|| terms.defaults.recruiter.clone()),
            note: check.optional(Field::Note),
            sequence: self.sequence().unwrap_or_default(),
            joined_at: None,
            admitted_at: None,
            opens_at: None,
            closes_at: None,
            created_at: terms.now,
            updated_at: terms.now,
        };
        let mut reasons: Vec<String> = check
            .refusals
            .into_iter()
            .map(|refusal| format!("{}: {}", column_of(refusal.field).name(), refusal.message))
            .collect();
        let (status, key, key_mailed) = self.own(&mut reasons);
        if !reasons.is_empty() {
            return Err(reasons);
        }
        Ok(Arrival {
            interview: Interview {
                status,
                ..interview
            },
            imported: Imported {
                source: self.source().to_owned(),
                external_id: self.given(Column::ExternalId).map(str::to_owned),
            },
            key,
            key_mailed,
            mailed_key: None,
            dead_keys: Vec::new(),
            conflict: false,
            token: None,
            cancelled_because: None,
        })
    }

    fn draft(&self) -> Draft {
        let text = |column| self.get(column).to_owned();
        Draft {
            candidate: text(Column::CandidateName),
            email: text(Column::CandidateEmail),
            role: text(Column::Role),
            at: text(Column::StartsAt),
            zone: text(Column::Zone),
            candidate_zone: text(Column::CandidateZone),
            duration: text(Column::DurationMinutes),
            round: text(Column::Round),
            kind: text(Column::Kind),
            interviewers: text(Column::Interviewers),
            meeting_url: text(Column::MeetingUrl),
            company: text(Column::Company),
            recruiter: text(Column::Recruiter),
            note: text(Column::Note).replace("\r\n", "\n"),
            fold: None,
        }
    }

    // What the form does not have.
    fn own(&self, reasons: &mut Vec<String>) -> (Status, Option<SessionKey>, bool) {
        let mut own =
            |column: Column, reason: &str| reasons.push(format!("{}: {reason}", column.name()));
        let status = match self.given(Column::Status) {
            None => Status::Scheduled,
            Some(name) => Status::named(&name.to_ascii_lowercase()).unwrap_or_else(|| {
                own(
                    Column::Status,
                    "write scheduled, completed, cancelled or no_show",
                );
                Status::Scheduled
            }),
        };
        let key = self.given(Column::SessionKey).and_then(|key| {
            let read = key.to_ascii_lowercase().parse();
            read.map_err(|error: NotAKey| {
                own(Column::SessionKey, &error.to_string());
            })
            .ok()
        });
        // A key that comes from elsewhere is in an inbox, unless somebody knows better.
        let mailed = match self.given(Column::LinkMailed).map(str::to_ascii_lowercase) {
            None => true,
            Some(text) if text == "yes" => true,
            Some(text) if text == "no" => false,
            Some(_) => {
                own(Column::LinkMailed, "write yes or no");
                true
            }
        };
        if self.sequence().is_none() {
            own(Column::Sequence, "write a whole number, up to a million");
        }
        if self
            .given(Column::Id)
            .is_some_and(|id| own_id(id).is_none())
        {
            own(Column::Id, "is not the id of an interview");
        }
        for column in [Column::ExternalId, Column::Source] {
            let text = self.get(column);
            if text.len() > 200 || visible(text) != text {
                own(
                    column,
                    "is too long, or holds characters that can't be seen",
                );
            }
        }
        (status, key, mailed)
    }

    // How often the calendar entry was changed: a calendar takes no revision that is older than the one it has.
    fn sequence(&self) -> Option<u32> {
        let Some(text) = self.given(Column::Sequence) else {
            return Some(0);
        };
        text.parse().ok().filter(|sequence| *sequence <= 1_000_000)
    }

    fn source(&self) -> &str {
        self.given(Column::Source).unwrap_or(TABLE)
    }

    // The id that an export gave it; else one that follows from the source's own id, or from all that the line says.
    fn id(&self, names: &Names) -> InterviewId {
        if let Some(id) = self.given(Column::Id).and_then(own_id) {
            return id;
        }
        if let Some(external) = self.given(Column::ExternalId) {
            return names.id_of(self.source(), external);
        }
        // What came to be a column later is no part of it: a line keeps the id that it was given before.
        let named = Column::ALL
            .iter()
            .filter(|column| !matches!(column, Column::LinkMailed | Column::Sequence));
        let mut content = String::new();
        for column in named {
            content.push_str(self.get(*column).trim());
            content.push('\u{1F}');
        }
        names.id_of(TABLE, &content)
    }
}

pub(super) fn column_of(field: Field) -> Column {
    match field {
        Field::Candidate => Column::CandidateName,
        Field::Email => Column::CandidateEmail,
        Field::Role => Column::Role,
        Field::At => Column::StartsAt,
        Field::Zone => Column::Zone,
        Field::CandidateZone => Column::CandidateZone,
        Field::Duration => Column::DurationMinutes,
        Field::Round => Column::Round,
        Field::Kind => Column::Kind,
        Field::Interviewers => Column::Interviewers,
        Field::MeetingUrl => Column::MeetingUrl,
        Field::Company => Column::Company,
        Field::Recruiter => Column::Recruiter,
        Field::Note => Column::Note,
    }
}

/// Reads a start: RFC 3339 with its offset, or a date and a time on the clock of `zone`. The past is no refusal.
fn start(text: &str, zone: &Zone) -> Result<Timestamp, String> {
    let unreadable = || {
        format!(
            "{:?} is not a start; write 2031-05-06 15:00, or 2031-05-06T15:00:00+01:00",
            clip(&visible(text), 40)
        )
    };
    if !text.contains(':') {
        return Err(unreadable());
    }
    let at = if let Ok(at) = text.parse::<Timestamp>() {
        at
    } else {
        let wall: DateTime = text.parse().map_err(|_| unreadable())?;
        let ambiguous = zone.time_zone().to_ambiguous_timestamp(wall);
        match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => {}
            AmbiguousOffset::Gap { .. } => {
                return Err(format!(
                    "{wall} does not exist in {zone}: the clocks skip it"
                ));
            }
            AmbiguousOffset::Fold { before, .. } => {
                return Err(format!(
                    "{wall} occurs twice in {zone}; write it with its offset, like {wall}{before}:00"
                ));
            }
        }
        ambiguous.compatible().map_err(|_| unreadable())?
    };
    Timestamp::from_microsecond(at.as_microsecond()).map_err(|_| unreadable())
}
