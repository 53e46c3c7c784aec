//! What a person typed about an interview, and the check that turns it into details or names every field that is wrong.

pub(in crate::domain) mod check;

use jiff::Timestamp;

use super::address::{self, EmailAddress, Mailbox};
use super::interview::{Interview, MeetingUrl, Recruiter};
use super::when::{self, Choice, Fold, InterviewDuration, Zone};

/// A field of a draft, under the name that the command line, JSON and error messages use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// The candidate's name.
    Candidate,
    /// The candidate's address.
    Email,
    /// The role.
    Role,
    /// The start.
    At,
    /// The zone of the interview.
    Zone,
    /// The zone of the candidate.
    CandidateZone,
    /// The duration.
    Duration,
    /// The round.
    Round,
    /// The kind of interview.
    Kind,
    /// The interviewers.
    Interviewers,
    /// The meeting URL.
    MeetingUrl,
    /// The company.
    Company,
    /// The recruiter.
    Recruiter,
    /// The note.
    Note,
}

impl Field {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 14] = [
        Self::Candidate,
        Self::Email,
        Self::Role,
        Self::At,
        Self::Zone,
        Self::CandidateZone,
        Self::Duration,
        Self::Round,
        Self::Kind,
        Self::Interviewers,
        Self::MeetingUrl,
        Self::Company,
        Self::Recruiter,
        Self::Note,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Candidate => "candidate",
            Self::Email => "email",
            Self::Role => "role",
            Self::At => "at",
            Self::Zone => "zone",
            Self::CandidateZone => "candidate-zone",
            Self::Duration => "duration",
            Self::Round => "round",
            Self::Kind => "kind",
            Self::Interviewers => "interviewer",
            Self::MeetingUrl => "meeting-url",
            Self::Company => "company",
            Self::Recruiter => "recruiter",
            Self::Note => "note",
        }
    }

    // Characters, not bytes. Generous for people, small enough for a mail header or a table cell.
    const fn longest(self) -> usize {
        match self {
            Self::Note => 4000,
            Self::Interviewers | Self::MeetingUrl => 2000,
            _ => 200,
        }
    }
}

/// What a person typed: text only, empty where nothing was said. The form and the command line both fill one in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// The candidate's name.
    pub candidate: String,
    /// The candidate's address.
    pub email: String,
    /// The role.
    pub role: String,
    /// The start, as [`when::read`] reads it.
    pub at: String,
    /// The zone of the interview; empty for the default.
    pub zone: String,
    /// The zone of the candidate; empty if unknown.
    pub candidate_zone: String,
    /// The duration; empty for the default.
    pub duration: String,
    /// The round.
    pub round: String,
    /// The kind of interview.
    pub kind: String,
    /// `Name <address>`, separated by commas.
    pub interviewers: String,
    /// The meeting URL.
    pub meeting_url: String,
    /// The company; empty for the default.
    pub company: String,
    /// The recruiter; empty for the default.
    pub recruiter: String,
    /// What to prepare; may hold line breaks.
    pub note: String,
    /// Which one is meant when a wall time occurs twice.
    pub fold: Option<Fold>,
}

/// What an empty field means.
#[derive(Debug, Clone)]
pub struct Defaults {
    /// The zone, where one is known.
    pub zone: Option<Zone>,
    /// The duration.
    pub duration: InterviewDuration,
    /// The company.
    pub company: Option<String>,
    /// The recruiter.
    pub recruiter: Recruiter,
}

/// The checked details of an interview: everything that a person decides about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// The candidate's name.
    pub candidate_name: String,
    /// The candidate's address.
    pub candidate_email: EmailAddress,
    /// The role.
    pub role: String,
    /// The start: in the future when it was checked.
    pub starts_at: Timestamp,
    /// The zone of the interview.
    pub zone: Zone,
    /// The zone of the candidate.
    pub candidate_zone: Option<Zone>,
    /// The duration.
    pub duration: InterviewDuration,
    /// The round.
    pub round: Option<String>,
    /// The kind of interview.
    pub kind: Option<String>,
    /// The interviewers.
    pub interviewers: Vec<Mailbox>,
    /// The meeting URL.
    pub meeting_url: Option<MeetingUrl>,
    /// The company.
    pub company: Option<String>,
    /// The recruiter.
    pub recruiter: Recruiter,
    /// What to prepare.
    pub note: Option<String>,
}

/// Why a field can't stand as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", field.name())]
pub struct Refusal {
    /// The field.
    pub field: Field,
    /// What is wrong and what to write instead.
    pub message: String,
    /// Where the text has several readings: what the person can choose between.
    pub choices: Vec<Choice>,
}

/// Something worth a second look that does not stop anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The field.
    pub field: Field,
    /// What was noticed.
    pub message: String,
}

impl Draft {
    /// The text that would produce an interview again: for the form that changes it.
    #[must_use]
    pub fn of(interview: &Interview) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let at = interview
            .starts_at
            .map(|start| when::exact(start, &interview.zone))
            .unwrap_or_default();
        Self {
            candidate: interview.candidate_name.clone(),
            email: interview
                .candidate_email
                .as_ref()
                .map(|email| email.display().to_owned())
                .unwrap_or_default(),
            role: interview.role.clone(),
            at,
            zone: interview.zone.name().to_owned(),
            candidate_zone: interview
                .candidate_zone
                .as_ref()
                .map(|zone| zone.name().to_owned())
                .unwrap_or_default(),
            duration: interview.duration.to_string(),
            round: text(&interview.round),
            kind: text(&interview.kind),
            interviewers: interview
                .interviewers
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", "),
            meeting_url: interview
                .meeting_url
                .as_ref()
                .map(|url| url.as_str().to_owned())
                .unwrap_or_default(),
            company: text(&interview.company),
            recruiter: interview.recruiter.label(),
            note: text(&interview.note),
            fold: None,
        }
    }

    /// The text of a field.
    #[must_use]
    pub fn text(&self, field: Field) -> &str {
        match field {
            Field::Candidate => &self.candidate,
            Field::Email => &self.email,
            Field::Role => &self.role,
            Field::At => &self.at,
            Field::Zone => &self.zone,
            Field::CandidateZone => &self.candidate_zone,
            Field::Duration => &self.duration,
            Field::Round => &self.round,
            Field::Kind => &self.kind,
            Field::Interviewers => &self.interviewers,
            Field::MeetingUrl => &self.meeting_url,
            Field::Company => &self.company,
            Field::Recruiter => &self.recruiter,
            Field::Note => &self.note,
        }
    }

    /// The text of a field, to be changed.
    pub const fn text_mut(&mut self, field: Field) -> &mut String {
        match field {
            Field::Candidate => &mut self.candidate,
            Field::Email => &mut self.email,
            Field::Role => &mut self.role,
            Field::At => &mut self.at,
            Field::Zone => &mut self.zone,
            Field::CandidateZone => &mut self.candidate_zone,
            Field::Duration => &mut self.duration,
            Field::Round => &mut self.round,
            Field::Kind => &mut self.kind,
            Field::Interviewers => &mut self.interviewers,
            Field::MeetingUrl => &mut self.meeting_url,
            Field::Company => &mut self.company,
            Field::Recruiter => &mut self.recruiter,
            Field::Note => &mut self.note,
        }
    }

    /// Turns the text into details, or names every field that stands in the way.
    ///
    /// # Errors
    /// All refusals at once, in the order of the form; never an empty list.
    pub fn check(&self, defaults: &Defaults, now: Timestamp) -> Result<Details, Vec<Refusal>> {
        let mut check = check::Check {
            draft: self,
            refusals: Vec::new(),
        };
        let candidate_name = check.required(Field::Candidate, "whom is the interview with?");
        let candidate_email = check.email();
        let role = check.required(Field::Role, "what is the interview for?");
        let zone = check.zone(defaults);
        let candidate_zone = check.parsed(Field::CandidateZone, Zone::parse);
        let starts_at = check.start(zone.as_ref(), candidate_zone.as_ref(), now);
        let duration = check
            .parsed(Field::Duration, InterviewDuration::parse)
            .unwrap_or(defaults.duration);
        let round = check.optional(Field::Round);
        let kind = check.optional(Field::Kind);
        let interviewers = check.interviewers();
        let meeting_url = check.parsed(Field::MeetingUrl, MeetingUrl::parse);
        let company = check
            .optional(Field::Company)
            .or_else(|| defaults.company.clone());
        let recruiter = check
            .recruiter()
            .unwrap_or_else(|| defaults.recruiter.clone());
        let note = check.optional(Field::Note);

        let mut refusals = check.refusals;
        match (candidate_name, candidate_email, role, starts_at, zone) {
            (
                Some(candidate_name),
                Some(candidate_email),
                Some(role),
                Some(starts_at),
                Some(zone),
            ) if refusals.is_empty() => Ok(Details {
                candidate_name,
                candidate_email,
                role,
                starts_at,
                zone,
                candidate_zone,
                duration,
                round,
                kind,
                interviewers,
                meeting_url,
                company,
                recruiter,
                note,
            }),
            _ => {
                refusals.sort_by_key(|refusal| {
                    Field::ALL.iter().position(|field| *field == refusal.field)
                });
                Err(refusals)
            }
        }
    }

    /// What is worth a second look: today, addresses that look mistyped.
    #[must_use]
    pub fn notices(&self) -> Vec<Notice> {
        EmailAddress::parse(self.email.trim())
            .ok()
            .and_then(|address| address::likely_typo(&address))
            .map(|meant| Notice {
                field: Field::Email,
                message: format!("did you mean {meant}?"),
            })
            .into_iter()
            .collect()
    }
}

#[cfg(test)]
mod tests;
