//! What mends a finding.

use super::Code;
use crate::domain::address::likely_typo;
use crate::domain::interview::Interview;
use crate::domain::session::SessionCondition;
use crate::domain::verdict::Facts;

/// A plan that mends findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mending {
    /// The link is made, and mailed.
    Repair,
    /// The invitation is mailed once more.
    Resend,
    /// The link is replaced, and the new one mailed.
    Rotate,
}

impl Mending {
    const fn command(self) -> &'static str {
        match self {
            Self::Repair => "repair",
            Self::Resend => "resend",
            Self::Rotate => "rotate",
        }
    }

    fn line(self, whom: &str) -> String {
        let send = if self == Self::Repair { " --send" } else { "" };
        format!("greenroom {} {whom}{send}", self.command())
    }
}

/// What mends a finding of one interview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// The plan that does, if one does.
    pub plan: Option<Mending>,
    /// The command line; with what is to be done by hand, where no command does all of it.
    pub words: String,
}

/// The plan that mends all findings of a code, if one does.
#[must_use]
pub const fn mending(code: Code) -> Option<Mending> {
    Some(match code {
        Code::MissingLink | Code::ImportedConflict => Mending::Repair,
        Code::RevokedButHeld => Mending::Rotate,
        Code::NeverMailed
        | Code::StaleLink
        | Code::StaleTime
        | Code::Failed
        | Code::StoredOnly
        | Code::LocalLink
        | Code::MailedElsewhere
        | Code::ClosesEarly => Mending::Resend,
        Code::NoStart
        | Code::NoAddress
        | Code::SuspectAddress
        | Code::DeferredLate
        | Code::Unknown
        | Code::CancelledButInvited => return None,
    })
}

/// The filter of all that have this finding and can still be helped.
#[must_use]
pub fn all_with(code: Code) -> String {
    format!("finding:{} -when:past", code.name().to_lowercase())
}

/// The command that mends one finding of very many interviews, if one does.
#[must_use]
pub fn remedy_for_all(code: Code) -> Option<String> {
    mending(code).map(|plan| plan.line(&all_with(code)))
}

/// What mends a finding of an interview.
#[must_use]
pub fn remedy(code: Code, interview: &Interview, facts: &Facts) -> Remedy {
    let id = interview.id;
    let ended = code == Code::MissingLink && facts.session == SessionCondition::Revoked;
    let plan = if ended {
        Some(Mending::Rotate)
    } else {
        mending(code)
    };
    let words = match (plan, code) {
        (Some(plan), _) => plan.line(&id.to_string()),
        (None, Code::DeferredLate) => {
            format!("greenroom outbox withdraw {id} && greenroom resend {id}")
        }
        (None, Code::Unknown) if facts.session == SessionCondition::Live => {
            format!("greenroom outbox settle {id} --send-again")
        }
        (None, Code::Unknown) => format!("greenroom outbox settle {id} --reason WHY"),
        (None, Code::CancelledButInvited) => format!(
            "tell them yourself, since no mail about a cancellation is sent yet; then greenroom audit ack {id} {} --reason 'told by phone'",
            code.name()
        ),
        (None, Code::NoStart) => anew(interview, "with its time"),
        (None, Code::SuspectAddress) => {
            let meant = interview.candidate_email.as_ref().and_then(likely_typo);
            let meant = meant.as_deref().unwrap_or("the right address");
            format!(
                "if it is wrong, {}; if it is right, greenroom audit ack {id} {} --reason 'asked them'",
                anew(interview, &format!("with {meant}")),
                code.name()
            )
        }
        (None, _) => anew(interview, "with their address"),
    };
    Remedy { plan, words }
}

// What an interview lacks can't be written into it yet.
fn anew(interview: &Interview, with: &str) -> String {
    format!(
        "greenroom cancel {}, and schedule it anew {with}: greenroom new",
        interview.id
    )
}
