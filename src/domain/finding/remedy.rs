//! What mends a finding.

use jiff::Timestamp;

use super::{Code, Nearness};
use crate::domain::address::likely_typo;
use crate::domain::delivery::{State, was_given_up};
use crate::domain::ids::InterviewId;
use crate::domain::interview::Interview;
use crate::domain::session::{AccessWindow, SessionCondition};
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

/// The words of a filter: all that have this finding and can still be helped, among those of these words.
#[must_use]
pub fn all_with(code: Code, among: &[String]) -> Vec<String> {
    let mut words = vec![
        format!("finding:{}", code.name().to_lowercase()),
        "-when:past".to_owned(),
    ];
    for word in among {
        if !words.contains(word) {
            words.push(word.clone());
        }
    }
    words
}

/// The command that mends one finding of very many interviews, if one does: of all that these words of a filter let
/// through.
#[must_use]
pub fn remedy_for_all(code: Code, among: &[String]) -> Option<String> {
    // Ids and a filter can't be asked for together; each finding has a command of its own.
    if among.iter().any(|word| word.parse::<InterviewId>().is_ok()) {
        return None;
    }
    let words = all_with(code, among);
    let quoted: Vec<_> = words.iter().map(|word| in_shell(word)).collect();
    mending(code).map(|plan| plan.line(&quoted.join(" ")))
}

// As a shell takes it for one word.
fn in_shell(word: &str) -> String {
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || "-_:@.,/+=".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// What mends a finding of an interview: a plan where a plan does, and what has to be done first where something has.
#[must_use]
pub fn remedy(
    code: Code,
    interview: &Interview,
    facts: &Facts,
    window: &AccessWindow,
    now: Timestamp,
) -> Remedy {
    let id = interview.id;
    let by_hand = |words: String| Remedy { plan: None, words };
    if Nearness::of(interview, window, now) == Nearness::Over {
        return by_hand(format!(
            "it is over: greenroom audit ack {id} {} --reason 'it is over'",
            code.name()
        ));
    }
    let ended = code == Code::MissingLink && facts.session == SessionCondition::Revoked;
    let plan = if ended {
        Some(Mending::Rotate)
    } else {
        mending(code)
    };
    let Some(plan) = plan else {
        return by_hand(without_plan(code, interview, facts, now));
    };
    if interview.starts_at.is_none() {
        return by_hand(anew(interview, "with its time"));
    }
    if interview.candidate_email.is_none() {
        return by_hand(anew(interview, "with their address"));
    }
    let mends = plan.line(&id.to_string());
    // Sent again to the same address, it would be refused again.
    if code == Code::Failed
        && facts.mail_reply.is_some()
        && !was_given_up(facts.mail_reply.as_deref())
    {
        return by_hand(format!(
            "it was refused for good: if the address is wrong, {}; if that was put right where it was refused, {mends}",
            anew(interview, "with the right one")
        ));
    }
    match facts.newest {
        // To settle it as it is means that they have it; so whoever mails anew all the same says so.
        Some(newest) if newest.is_unsettled() => {
            let again = if plan == Mending::Resend {
                " --again"
            } else {
                ""
            };
            by_hand(format!(
                "greenroom outbox settle {id} --reason WHY, then {mends}{again}"
            ))
        }
        // A new link takes the place of what waits; nothing else can be mailed beside it.
        Some(newest) if newest.state.is_unsent() && plan != Mending::Rotate => {
            by_hand("their mail waits to leave: greenroom deliver".to_owned())
        }
        _ => Remedy {
            plan: Some(plan),
            words: mends,
        },
    }
}

// What no plan mends.
fn without_plan(code: Code, interview: &Interview, facts: &Facts, now: Timestamp) -> String {
    let id = interview.id;
    match code {
        Code::DeferredLate => match facts.newest {
            // Its time has come: who carries it is missing.
            Some(newest)
                if matches!(newest.state, State::Claimed | State::HandingOver)
                    || newest.due.is_some_and(|due| due <= now) =>
            {
                "greenroom deliver".to_owned()
            }
            _ => format!("greenroom outbox withdraw {id} && greenroom resend {id}"),
        },
        Code::Unknown if facts.session == SessionCondition::Live => {
            format!("greenroom outbox settle {id} --send-again")
        }
        Code::Unknown => format!("greenroom outbox settle {id} --reason WHY"),
        Code::CancelledButInvited => format!(
            "tell them yourself, since no mail about a cancellation is sent yet; then greenroom audit ack {id} {} --reason 'told by phone'",
            code.name()
        ),
        Code::NoStart => anew(interview, "with its time"),
        Code::SuspectAddress => {
            let meant = interview.candidate_email.as_ref().and_then(likely_typo);
            let meant = meant.as_deref().unwrap_or("the right address");
            format!(
                "if it is wrong, {}; if it is right, greenroom audit ack {id} {} --reason 'asked them'",
                anew(interview, &format!("with {meant}")),
                code.name()
            )
        }
        _ => anew(interview, "with their address"),
    }
}

// What an interview lacks can't be written into it yet.
fn anew(interview: &Interview, with: &str) -> String {
    format!(
        "greenroom cancel {}, and schedule it anew {with}: greenroom new",
        interview.id
    )
}
