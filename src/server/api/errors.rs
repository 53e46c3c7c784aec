//! The errors of the use-cases as problems, with the fields as they are called in JSON.

use axum::http::StatusCode;

use super::problem::{Fault, Problem};
use crate::app::{AppError, Nature, ScheduleError, TokenError};
use crate::domain::draft::{Field, Notice, Refusal};

impl Problem {
    // A message of ours that begins with a field (`closes: that has passed`) names it.
    pub(super) fn naming_its_field(status: StatusCode, words: String) -> Self {
        let named = words.split_once(": ").filter(|(field, _)| {
            !field.is_empty()
                && field
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        });
        let fault = named.map(|(field, message)| Fault::new(in_json(field), message));
        Self::new(status, words).blaming(fault.into_iter().collect())
    }
}

// What the command line calls a field, as it is called in JSON.
fn in_json(name: &str) -> String {
    let field = Field::ALL.into_iter().find(|field| field.name() == name);
    field.map_or_else(
        || name.replace('-', "_"),
        |field| json_name(field).to_owned(),
    )
}

const fn json_name(field: Field) -> &'static str {
    match field {
        Field::Candidate => "candidate_name",
        Field::Email => "candidate_email",
        Field::Role => "role",
        Field::At => "starts_at",
        Field::Zone => "zone",
        Field::CandidateZone => "candidate_zone",
        Field::Duration => "duration_minutes",
        Field::Round => "round",
        Field::Kind => "kind",
        Field::Interviewers => "interviewers",
        Field::MeetingUrl => "meeting_url",
        Field::Company => "company",
        Field::Recruiter => "recruiter",
        Field::Note => "note",
    }
}

impl From<&Refusal> for Fault {
    fn from(refusal: &Refusal) -> Self {
        Self::new(json_name(refusal.field), refusal.message.as_str())
    }
}

impl From<&Notice> for Fault {
    fn from(notice: &Notice) -> Self {
        Self::new(json_name(notice.field), notice.message.as_str())
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        let status = match error.nature() {
            Nature::Missing => StatusCode::NOT_FOUND,
            Nature::Input => StatusCode::UNPROCESSABLE_ENTITY,
            Nature::Conflict => StatusCode::CONFLICT,
            Nature::Environment => StatusCode::SERVICE_UNAVAILABLE,
        };
        if status.is_server_error() {
            tracing::error!(%error, "a request could not be answered");
        }
        Self::naming_its_field(status, error.to_string())
    }
}

impl From<ScheduleError> for Problem {
    fn from(error: ScheduleError) -> Self {
        match error {
            ScheduleError::Refused(refusals) => {
                Self::fields(refusals.iter().map(Fault::from).collect())
            }
            ScheduleError::AlreadyThere(id) => {
                let there = format!("this address has an interview at that time already ({id})");
                let detail = format!(
                    "{there}; nothing was saved. Say \"again\": true to schedule it all the same"
                );
                Self::new(StatusCode::CONFLICT, detail)
                    .blaming(vec![Fault::new("candidate_email", there)])
            }
            ScheduleError::KeyReused | ScheduleError::KeyOfRemoved => {
                Self::naming_its_field(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
            }
            ScheduleError::App(error) => error.into(),
        }
    }
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Self {
        tracing::error!(%error, "a token could not be looked up");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
    }
}
