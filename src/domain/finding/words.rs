//! The sentence of each finding.

use jiff::Timestamp;

use super::{Case, Code};
use crate::domain::address::{EmailAddress, likely_typo};
use crate::domain::delivery::State;
use crate::domain::session::{SessionCondition, SessionKey};
use crate::domain::text::{clip, visible};
use crate::domain::verdict::Told;
use crate::domain::when;

/// Columns of a server's reply in a sentence.
const LONGEST_REPLY: usize = 160;

impl Case<'_> {
    pub(super) fn sentence(self, code: Code) -> String {
        let told = self.facts.told.as_ref();
        match code {
            Code::MissingLink if self.facts.session == SessionCondition::Revoked => {
                "The link was revoked and no other was made; nobody holds one.".to_owned()
            }
            Code::MissingLink => "The interview has no link.".to_owned(),
            Code::NoStart => "The interview has no start time, so nobody can be told when.".to_owned(),
            Code::NoAddress => "The candidate has no address, so nobody can be told.".to_owned(),
            Code::NeverMailed => match told {
                Some(told) => format!(
                    "The address on record was never mailed: the invitation of {} went to {}.",
                    self.clock(told.at),
                    told.address
                ),
                None => "Nobody was mailed.".to_owned(),
            },
            Code::StaleLink if told.is_none() => format!(
                "The link that the old platform mailed them carries the key {}, and the one that works is {}.",
                self.facts.mailed_key.map(SessionKey::shortened).unwrap_or_default(),
                self.facts.key.map(SessionKey::shortened).unwrap_or_default()
            ),
            Code::StaleLink => format!(
                "They hold the key {}, and the one that works is {}.",
                told.map(|told| told.key.shortened()).unwrap_or_default(),
                self.facts.key.map(SessionKey::shortened).unwrap_or_default()
            ),
            Code::StaleTime => self.stale_time(told),
            Code::RevokedButHeld => format!(
                "They hold a link that was revoked (mailed {}).",
                told.map(|told| self.clock(told.at)).unwrap_or_default()
            ),
            Code::Failed => match self.reply() {
                Some(reply) => format!("The mail failed {}: {reply}", self.since()),
                None => format!("The mail failed {}.", self.since()),
            },
            Code::DeferredLate => self.late(),
            Code::Unknown => format!(
                "The connection broke while the mail was leaving {}; nobody knows whether it arrived.",
                self.since()
            ),
            Code::StoredOnly => {
                "The mail never left this machine: it lies in the mailbox here. Set up a mail server (greenroom setup), then resend.".to_owned()
            }
            Code::LocalLink => {
                "The link that they hold leads to this machine or its network only. Set links.base_url, then resend.".to_owned()
            }
            Code::MailedElsewhere => {
                "Their key was imported: the old platform mailed it, and nobody knows with which time.".to_owned()
            }
            Code::ClosesEarly => format!(
                "Their mail says that the link works until {}, but it closes {}.",
                told.and_then(|told| told.closes_at).map(|at| self.clock(at)).unwrap_or_default(),
                self.opens_and_closes().map(|(_, closes)| self.clock(closes)).unwrap_or_default()
            ),
            Code::CancelledButInvited if told.is_none() => {
                "The interview is cancelled, but the old platform had mailed its link, and nobody knows whether it told them.".to_owned()
            }
            Code::CancelledButInvited => format!(
                "The interview was cancelled, and they still hold the invitation of {}.",
                told.map(|told| self.clock(told.at)).unwrap_or_default()
            ),
            Code::SuspectAddress => {
                let address = self.interview.candidate_email.as_ref();
                format!(
                    "{} looks mistyped; did somebody mean {}?",
                    address.map(EmailAddress::display).unwrap_or_default(),
                    address.and_then(likely_typo).unwrap_or_default()
                )
            }
            Code::ImportedConflict => {
                "The imported key stood on another interview too, so that neither kept it; the link in their old mail is dead.".to_owned()
            }
        }
    }

    // What it waits for, and why that is too long.
    fn late(self) -> String {
        let Some(newest) = self.facts.newest else {
            return String::new();
        };
        let leaves = newest.may_leave();
        let waits = match newest.state {
            State::HandingOver | State::Claimed => {
                format!(
                    "The mail began to leave {} and has not arrived yet",
                    self.since()
                )
            }
            State::Deferred if newest.due.is_none() => {
                "The mail was put off, and no next try is planned".to_owned()
            }
            State::Deferred if leaves > self.now => {
                format!(
                    "The mail was put off; the next try is {}",
                    self.clock(leaves)
                )
            }
            State::Deferred => format!(
                "The mail was put off until {} and was not tried since",
                self.clock(leaves)
            ),
            _ if leaves > self.now => format!("The mail is held until {}", self.clock(leaves)),
            _ => format!("The mail has waited to leave since {}", self.clock(leaves)),
        };
        let too_late = match self.opens_and_closes() {
            Some((opens, _)) if opens <= self.now => {
                format!(", and the link opened {}.", self.clock(opens))
            }
            Some((opens, _)) if self.comes_late() => {
                format!(", and the link opens {}.", self.clock(opens))
            }
            _ => ".".to_owned(),
        };
        let why = match self.reply() {
            Some(reply) if newest.state == State::Deferred => {
                format!(" It was put off with: {reply}")
            }
            _ => String::new(),
        };
        format!("{waits}{too_late}{why}")
    }

    fn stale_time(self, told: Option<&Told>) -> String {
        let Some(told) = told else {
            return String::new();
        };
        let today = self.interview.starts_at.map_or_else(
            || "it has no time now".to_owned(),
            |at| format!("it starts {}", self.clock(at)),
        );
        if Some(told.starts_at) == self.interview.starts_at {
            return format!(
                "Its duration or zone changed after their mail of {}; their calendar shows the old one.",
                self.clock(told.at)
            );
        }
        format!(
            "They were told {}, but {today}.",
            self.clock(told.starts_at)
        )
    }

    // The words of a stranger, in one line and not without end.
    fn reply(self) -> Option<String> {
        let reply = self.facts.mail_reply.as_deref()?;
        let line: Vec<&str> = reply.split_whitespace().collect();
        Some(clip(&visible(&line.join(" ")), LONGEST_REPLY)).filter(|reply| !reply.is_empty())
    }

    fn since(self) -> String {
        self.facts
            .newest
            .map(|newest| self.clock(newest.since))
            .unwrap_or_default()
    }

    fn clock(self, at: Timestamp) -> String {
        when::day_and_time(at, &self.interview.zone)
    }
}
