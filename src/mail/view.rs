//! The names that mail templates may use, and their values. Every name always exists; what is unknown is empty.

use std::fmt::Write as _;

use serde::Serialize;

use super::sender::Sender;
use crate::domain::interview::Recruiter;
use crate::domain::invitable::Invitable;
use crate::domain::when::{
    Zone, both_clocks, day, day_and_time, range, span_in_words, time_24h, time_and_zone,
    zone_in_full,
};
use crate::domain::words::{known, note_lines, one_line};

/// What `invitation.*.hbs` is rendered with.
#[derive(Serialize)]
pub(super) struct InvitationView {
    language: String,
    candidate: PersonView,
    role: String,
    company: Option<String>,
    round: Option<String>,
    kind: Option<String>,
    /// On the interview's clock.
    when: ClockView,
    /// On the candidate's clock, where it shows something else.
    yours: Option<ClockView>,
    duration: String,
    interviewers: Vec<PersonView>,
    join: JoinView,
    note: Option<NoteView>,
    recruiter: PersonView,
}

#[derive(Serialize)]
struct PersonView {
    name: Option<String>,
    address: Option<String>,
}

#[derive(Serialize)]
struct ClockView {
    /// `Tuesday 6 May 2031, 14:30–15:15, Europe/Berlin (CEST, UTC+02:00)`.
    text: String,
    /// `Tue 6 May 2031`.
    day: String,
    /// `14:30`.
    start: String,
    /// `15:15`.
    end: String,
    /// `Europe/Berlin`.
    zone: String,
}

#[derive(Serialize)]
struct JoinView {
    url: String,
    /// `14:15 CEST`, with its day when that is not the start's; on the candidate's clock where it is known.
    opens: String,
    closes: String,
    /// `15 minutes`; none when it opens with the start.
    opens_before: Option<String>,
    closes_after: Option<String>,
    /// Whether the candidate may hold another link, which no longer works.
    replaces: bool,
}

#[derive(Serialize)]
struct NoteView {
    lines: Vec<String>,
}

impl InvitationView {
    pub(super) fn new(invitable: &Invitable, sender: &Sender, replaces: bool) -> Self {
        let interview = invitable.interview();
        let start = invitable.starts_at();
        let clock = |zone: &Zone| ClockView {
            text: format!(
                "{}, {}",
                range(start, interview.duration, zone),
                zone_in_full(start, zone)
            ),
            day: day(start, zone),
            start: time_24h(start, zone),
            end: time_24h(invitable.ends_at(), zone),
            zone: zone.name().to_owned(),
        };
        let theirs = interview.candidate_zone.as_ref();
        let theirs = theirs.filter(|theirs| {
            both_clocks(start, &interview.zone, Some(theirs))
                .theirs
                .is_some()
        });
        let interviewers = interview.interviewers.iter().map(|mailbox| PersonView {
            name: mailbox
                .name
                .as_deref()
                .and_then(known)
                .or_else(|| Some(mailbox.address.display().to_owned())),
            address: Some(mailbox.address.display().to_owned()),
        });
        Self {
            language: sender.language().to_owned(),
            candidate: PersonView {
                name: known(&interview.candidate_name),
                address: Some(invitable.address().display().to_owned()),
            },
            role: one_line(&interview.role),
            company: interview.company.as_deref().and_then(known),
            round: interview.round.as_deref().and_then(known),
            kind: interview.kind.as_deref().and_then(known),
            when: clock(&interview.zone),
            yours: theirs.map(clock),
            duration: span_in_words(interview.duration.as_std()),
            interviewers: interviewers.collect(),
            join: JoinView::new(invitable, theirs.unwrap_or(&interview.zone), replaces),
            note: interview
                .note
                .as_deref()
                .map(note_lines)
                .filter(|lines| !lines.is_empty())
                .map(|lines| NoteView { lines }),
            recruiter: PersonView::from(&interview.recruiter),
        }
    }

    /// What a calendar shows as the title of the entry.
    pub(super) fn calendar_title(&self) -> String {
        let company = self
            .company
            .as_ref()
            .map(|company| format!(" at {company}"))
            .unwrap_or_default();
        format!("Interview for {}{company}", self.role)
    }

    /// What a calendar shows as the text of the entry.
    pub(super) fn calendar_text(&self) -> String {
        let join = &self.join;
        let mut text = format!(
            "Join the interview here:\n{}\n\nThe link works from {} to {}.",
            join.url, join.opens, join.closes
        );
        if join.replaces {
            text.push_str(" A link from an earlier mail no longer works.");
        }
        if !self.interviewers.is_empty() {
            let names: Vec<&str> = self
                .interviewers
                .iter()
                .filter_map(|person| person.name.as_deref())
                .collect();
            let _ = write!(text, "\n\nYou will meet: {}", names.join(", "));
        }
        if let Some(note) = &self.note {
            let _ = write!(text, "\n\nWhat to prepare:\n{}", note.lines.join("\n"));
        }
        text
    }
}

impl JoinView {
    fn new(invitable: &Invitable, zone: &Zone, replaces: bool) -> Self {
        let (opens, closes) = invitable.opens_and_closes();
        let start = invitable.starts_at();
        let same_day = |instant| day(instant, zone) == day(start, zone);
        let clock = |instant| {
            if same_day(instant) {
                time_and_zone(instant, zone)
            } else {
                day_and_time(instant, zone)
            }
        };
        let words = |span: jiff::SignedDuration| {
            let span = span.unsigned_abs();
            (!span.is_zero()).then(|| span_in_words(span))
        };
        Self {
            url: invitable.link().expose(),
            opens: clock(opens),
            closes: clock(closes),
            opens_before: words(start.duration_since(opens)),
            closes_after: words(closes.duration_since(invitable.ends_at())),
            replaces,
        }
    }
}

impl From<&Recruiter> for PersonView {
    fn from(recruiter: &Recruiter) -> Self {
        Self {
            name: recruiter.name.as_deref().and_then(known),
            address: recruiter
                .email
                .as_ref()
                .map(|address| address.display().to_owned()),
        }
    }
}
