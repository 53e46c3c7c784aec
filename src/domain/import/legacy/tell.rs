//! Writes down what is wrong with one old row, and reads from it what can be believed.

use jiff::{SignedDuration, Timestamp};

use super::LegacyTerms;
use super::known::Known;
use super::link::{self, OldLink};
use super::rows::{CandidateRow, InterviewRow, SlotRow, UserRow};
use super::skew::apart_in_words;
use super::times::{Recorded, Times, near, unreadable_slot, utc, within};
use crate::domain::address::{self, EmailAddress};
use crate::domain::import::{Defect, Finding, Report};
use crate::domain::interview::{Interview, Recruiter, Status};
use crate::domain::session::SessionKey;
use crate::domain::text::{acts_in_mail, clip};
use crate::domain::when;

/// Characters of a text that are kept.
const LONGEST: usize = 200;
/// How late a candidate may have begun what is no longer scheduled.
const LATE: SignedDuration = SignedDuration::from_hours(1);
/// How long after the end an old link may have lived.
const LINK_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// Where the findings of one row go.
pub(super) struct Teller<'a> {
    pub report: &'a mut Report,
    pub at: &'a str,
    pub who: &'a str,
    pub terms: &'a LegacyTerms,
}

impl Teller<'_> {
    pub fn say(&mut self, defect: Defect, detail: String) {
        self.report.notice(defect, || Finding {
            at: clip(self.at, LONGEST),
            who: clip(self.who, LONGEST),
            detail,
        });
    }

    fn shown(&self, at: Timestamp) -> String {
        when::day_and_time(at, &self.terms.zone)
    }

    /// What names a time and can't be read, and slots that are not there.
    pub fn places(&mut self, row: &InterviewRow, known: &Known<'_>) {
        for id in known.missing_slots(row) {
            self.say(
                Defect::NoSlot,
                format!("slot_id names {}, and there is no such slot", clip(id, 40)),
            );
        }
        let mut slots: Vec<&SlotRow> = known.slots(row).into_iter().flatten().collect();
        slots.dedup_by_key(|slot| slot.id.as_deref());
        for slot in slots {
            if let Some(written) = unreadable_slot(slot, &self.terms.zone) {
                self.say(
                    Defect::TimeUnreadable,
                    format!("the slot says {}", clip(&written, 60)),
                );
            }
        }
        let session = known.session(row);
        for (name, written) in [
            ("started_at", row.started_at.as_deref()),
            (
                "the session's scheduled_at",
                session.and_then(|session| session.scheduled_at.as_deref()),
            ),
            ("scheduled_time", row.scheduled_time.as_deref()),
            ("link_expires_at", row.link_expires_at.as_deref()),
            ("created_at", row.created_at.as_deref()),
        ] {
            if let Some(written) = written.filter(|written| utc(Some(written)).is_none()) {
                self.say(
                    Defect::TimeUnreadable,
                    format!("{name} says {}", clip(written, 60)),
                );
            }
        }
    }

    pub fn start(&mut self, times: &Times) -> Option<Timestamp> {
        if times.invented {
            let (name, at) = match times.scheduled_time {
                Some(at) => ("scheduled_time", Some(at)),
                None => (Recorded::Session.words(), times.session_at),
            };
            let written = at.map(|at| self.shown(at)).unwrap_or_default();
            self.say(
                Defect::InventedTime,
                format!("{name} says {written}, an hour after created_at"),
            );
        }
        let zone = &self.terms.zone;
        let (place, start) = match &self.report.skew {
            Some(skew) => skew.start(times, zone, self.terms.skew)?,
            None => *times.recorded.first()?,
        };
        let slot = times.slot();
        let unlike = |at: Option<Timestamp>, other: Option<Timestamp>| {
            at.is_some() && other.is_some() && !near(at, other)
        };
        if let Some(apart) = times.skew_of(times.scheduled_time, zone) {
            self.say(
                Defect::WallClockAsUtc,
                format!(
                    "scheduled_time is exactly {} than the slot",
                    apart_in_words(apart)
                ),
            );
        }
        let is_scheduled = times
            .recorded
            .iter()
            .any(|(place, _)| *place == Recorded::StartedAt);
        if unlike(times.started_at, slot) && (is_scheduled || !within(times.started_at, slot, LATE))
        {
            let detail = self.unlike("started_at", times.started_at, "the slot", slot, times);
            self.say(Defect::StartedUnlikeSlot, detail);
        }
        if unlike(times.session_at, Some(start)) {
            let detail = self.unlike(
                "the session",
                times.session_at,
                place.words(),
                Some(start),
                times,
            );
            self.say(Defect::SessionUnlikeStart, detail);
        }
        // What has no name of its own: two slots, or a recorded time that is off by anything else.
        for (other, at) in &times.recorded {
            let named = matches!(other, Recorded::StartedAt if slot.is_some())
                || *other == Recorded::Session
                || times.skew_of(Some(*at), zone).is_some();
            if !named
                && *other != place
                && unlike(Some(*at), times.recorded.first().map(|first| first.1))
            {
                let detail =
                    self.unlike(other.words(), Some(*at), place.words(), Some(start), times);
                self.say(Defect::TimesDisagree, detail);
            }
        }
        Some(start)
    }

    fn unlike(
        &self,
        one: &str,
        at: Option<Timestamp>,
        other: &str,
        than: Option<Timestamp>,
        times: &Times,
    ) -> String {
        let shown = |at: Option<Timestamp>| at.map(|at| self.shown(at)).unwrap_or_default();
        let off = times
            .skew_of(at, &self.terms.zone)
            .map_or_else(String::new, |apart| {
                format!(": exactly {} than the slot", apart_in_words(apart))
            });
        format!(
            "{one} says {}, {other} says {}{off}",
            shown(at),
            shown(than)
        )
    }

    pub fn key(
        &mut self,
        row: &InterviewRow,
        known: &Known<'_>,
        old: &OldLink,
    ) -> Option<SessionKey> {
        let Some(text) = row.session_key.as_deref() else {
            self.say(Defect::NoKey, "session_key is empty".to_owned());
            if row.interview_link.is_some() {
                let detail = "interview_link is filled in, session_key is empty";
                self.say(Defect::KeyOrLinkAlone, detail.to_owned());
            }
            return None;
        };
        if known.is_shared(text) {
            let other = known.other_with(text, row).unwrap_or_default();
            self.say(
                Defect::SharedKey,
                format!("its key is also that of {other}"),
            );
        }
        if known.lacks_session(row) {
            let detail = "no session has its session_key";
            self.say(Defect::KeyWithoutSession, detail.to_owned());
        }
        if row.interview_link.is_none() {
            let detail = "session_key is filled in, interview_link is empty";
            self.say(Defect::KeyOrLinkAlone, detail.to_owned());
        }
        let Some(key) = link::key(text) else {
            let detail = match text.chars().count() {
                32 => "session_key holds other characters than 0-9 and a-f".to_owned(),
                count => format!("session_key has {count} characters"),
            };
            self.say(Defect::KeyUnreadable, detail);
            return None;
        };
        if let Some(other) = old.key.filter(|other| *other != key) {
            let whose = known
                .other_with(&other.expose(), row)
                .map_or_else(String::new, |whose| format!(": that of {whose}"));
            let detail = format!("interview_link carries another key than session_key{whose}");
            self.say(Defect::LinkOfAnotherKey, detail);
        }
        (!known.is_shared(text)).then_some(key)
    }

    pub fn address(&mut self, candidate: Option<&CandidateRow>) -> Option<EmailAddress> {
        let Some(text) = candidate.and_then(|one| one.email.as_deref()) else {
            let detail = candidate.map_or("there is no such candidate", |_| "email is empty");
            self.say(Defect::Address, detail.to_owned());
            return None;
        };
        match EmailAddress::parse(text) {
            Ok(address) => {
                if let Some(meant) = address::likely_typo(&address) {
                    self.say(
                        Defect::Address,
                        format!("email says {address}; did you mean {meant}?"),
                    );
                }
                Some(address)
            }
            Err(error) => {
                self.say(
                    Defect::Address,
                    format!(
                        "email says {}: {error}; they come in without one",
                        clip(text, 80)
                    ),
                );
                None
            }
        }
    }

    pub fn recruiter(&mut self, user: &UserRow) -> Recruiter {
        Recruiter {
            name: self.text("recruiter", user.full_name.as_deref()),
            email: user
                .email
                .as_deref()
                .and_then(|email| EmailAddress::parse(email).ok()),
        }
    }

    // Text that may go into a mail: nothing in it acts, and it is no longer than what a person may type.
    pub fn text(&mut self, what: &str, text: Option<&str>) -> Option<String> {
        let text = text?;
        let plain: String = text
            .chars()
            .map(|character| {
                if matches!(character, '\n' | '\r' | '\t') {
                    ' '
                } else {
                    character
                }
            })
            .filter(|character| !acts_in_mail(*character))
            .collect();
        let plain: String = plain.replace("{{", "{ {").chars().take(LONGEST).collect();
        let plain = plain.trim().to_owned();
        if plain != text.trim() {
            self.say(Defect::TextChanged, what.to_owned());
        }
        Some(plain).filter(|plain| !plain.is_empty())
    }

    // What depends on the start that counts.
    pub fn clocks(
        &mut self,
        interview: &Interview,
        row: &InterviewRow,
        times: &Times,
        known: &Known<'_>,
    ) {
        let Some(start) = interview.starts_at else {
            return;
        };
        let ends_at = interview.ends_at().unwrap_or(start);
        if let Some(expiry) = utc(row.link_expires_at.as_deref()) {
            let latest = ends_at.checked_add(LINK_LIFE).unwrap_or(Timestamp::MAX);
            if expiry <= start || expiry > latest {
                let detail = format!(
                    "link_expires_at says {}, the start is {}",
                    self.shown(expiry),
                    self.shown(start)
                );
                self.say(Defect::LinkExpiry, detail);
            }
        }
        let expired = known
            .session(row)
            .and_then(|session| session.status.as_deref())
            .is_some_and(|status| status.eq_ignore_ascii_case("expired"));
        if expired && start > self.terms.now {
            let detail = format!(
                "the session's status is EXPIRED, the start is {}",
                self.shown(start)
            );
            self.say(Defect::ExpiredTooEarly, detail);
        }
        if interview.status == Status::Scheduled && ends_at < self.terms.now && !times.invented {
            let detail = format!("the start was {}", self.shown(start));
            self.say(Defect::InThePast, detail);
        }
    }
}
