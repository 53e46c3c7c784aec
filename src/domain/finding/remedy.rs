//! What mends a finding.

use super::Code;
use crate::domain::address::likely_typo;
use crate::domain::interview::Interview;
use crate::domain::session::SessionCondition;
use crate::domain::verdict::Facts;

/// What mends a finding: a command, and the key of the dashboard that does the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// The command line.
    pub command: String,
    /// The key.
    pub key: &'static str,
}

/// What mends one finding of very many interviews, if one command does.
#[must_use]
pub fn remedy_for_all(code: Code) -> Option<String> {
    let command = match code {
        Code::MissingLink | Code::ImportedConflict => "repair",
        Code::RevokedButHeld => "rotate",
        Code::NeverMailed
        | Code::StaleLink
        | Code::StaleTime
        | Code::Failed
        | Code::StoredOnly
        | Code::LocalLink
        | Code::MailedElsewhere
        | Code::ClosesEarly => "resend",
        Code::CancelledButInvited => "correct",
        Code::NoStart
        | Code::NoAddress
        | Code::SuspectAddress
        | Code::DeferredLate
        | Code::Unknown => return None,
    };
    let send = if command == "repair" { " --send" } else { "" };
    let name = code.name().to_lowercase();
    Some(format!("greenroom {command} finding:{name}{send}"))
}

/// What mends a finding of an interview.
#[must_use]
pub fn remedy(code: Code, interview: &Interview, facts: &Facts) -> Remedy {
    let id = interview.id;
    let (command, key) = match code {
        Code::MissingLink if facts.session == SessionCondition::Revoked => {
            (format!("greenroom rotate {id}"), "N")
        }
        Code::MissingLink | Code::ImportedConflict => {
            (format!("greenroom repair {id} --send"), "F")
        }
        Code::RevokedButHeld => (format!("greenroom rotate {id}"), "N"),
        Code::NoStart => (format!("greenroom reschedule {id} --at WHEN"), "e"),
        Code::NoAddress => (format!("greenroom edit {id} --email ADDRESS"), "e"),
        Code::SuspectAddress => {
            let meant = interview.candidate_email.as_ref().and_then(likely_typo);
            let meant = meant.as_deref().unwrap_or("ADDRESS");
            (format!("greenroom edit {id} --email {meant}"), "e")
        }
        Code::NeverMailed
        | Code::StaleLink
        | Code::StaleTime
        | Code::Failed
        | Code::StoredOnly
        | Code::LocalLink
        | Code::MailedElsewhere
        | Code::ClosesEarly => (format!("greenroom resend {id}"), "R"),
        Code::DeferredLate => (
            format!("greenroom outbox withdraw {id} && greenroom resend {id}"),
            "B",
        ),
        Code::Unknown => (format!("greenroom outbox settle {id} --send-again"), "B"),
        Code::CancelledButInvited => (format!("greenroom correct {id}"), "x"),
    };
    Remedy { command, key }
}
