//! The names that page templates may use, and their values. Every name always exists; what is unknown is empty.

use jiff::Timestamp;
use serde::Serialize;

use crate::app::{App, Arrival};
use crate::domain::door::Door;
use crate::domain::interview::{Interview, MeetingUrl, Recruiter, Status};
use crate::domain::session::SessionKey;
use crate::domain::when::{
    Zone, both_clocks, full_day_and_time, range, relative, span_in_words, time_and_zone,
    zone_in_full,
};
use crate::domain::words::{known, note_lines, one_line};

/// How often a page without scripts looks again, in seconds: at the opening, but at least this often.
const LONGEST_REFRESH: i64 = 300;

/// What a page is rendered with.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct View {
    language: String,
    /// Who invites.
    company: Option<String>,
    /// The state of the door, by its name.
    door: &'static str,
    /// Changes whenever the page would.
    stamp: String,
    /// Milliseconds until it opens; empty when it does not open by itself.
    left: String,
    /// Seconds between two looks of a script; empty when there is nothing to look for.
    poll: String,
    /// Seconds until a page without scripts looks again.
    refresh: Option<i64>,
    /// Why joining was refused.
    refused: Option<String>,
    name: String,
    role: String,
    round: Option<String>,
    kind: Option<String>,
    /// `Tuesday 6 May 2031, 14:30–15:15, Europe/Berlin (CEST, UTC+02:00)`.
    when: Option<String>,
    /// The same on the candidate's clock, where it shows something else.
    yours: Option<String>,
    /// The start, for machines (RFC 3339).
    starts: Option<String>,
    /// The zones of `when` and `yours`.
    zones: String,
    duration: String,
    interviewers: Vec<String>,
    note: Vec<String>,
    /// When the link opens, on the candidate's clock where it is known.
    opens: Option<String>,
    /// `in 25 min`.
    opens_in: Option<String>,
    closes: Option<String>,
    joined: Option<String>,
    admitted: Option<String>,
    /// Whether the interview has taken place, as opposed to a link that has closed.
    over: bool,
    /// The host of the meeting.
    meeting: Option<String>,
    recruiter: Person,
    /// Where forms go.
    action: String,
    /// The session key: for forms only.
    key: String,
}

#[derive(Debug, Clone, Default, Serialize)]
struct Person {
    name: Option<String>,
    address: Option<String>,
}

impl From<&Recruiter> for Person {
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

impl View {
    /// A page that knows nobody.
    pub(super) fn nobody(app: &App) -> Self {
        let config = app.config();
        Self {
            language: config.mail.language.clone(),
            company: config.company.name.as_deref().and_then(known),
            door: Door::Dead.name(),
            action: action(app),
            ..Self::default()
        }
    }

    /// The page of an interview.
    pub(super) fn of(app: &App, arrival: &Arrival, key: SessionKey) -> Self {
        let (interview, now) = (&arrival.row.interview, arrival.now);
        let theirs = interview.candidate_zone.as_ref();
        let zone = theirs.unwrap_or(&interview.zone);
        let clock = |at: Timestamp| full_day_and_time(at, zone);
        let (opens, closes) = arrival.window.unzip();
        let door = arrival.door();
        let opens = opens.filter(|_| door == Door::NotYetOpen);
        let times = Times::of(interview);
        let interviewers = interview.interviewers.iter().map(|mailbox| {
            let name = mailbox.name.as_deref().and_then(known);
            name.unwrap_or_else(|| mailbox.address.display().to_owned())
        });
        Self {
            company: interview.company.as_deref().and_then(known),
            door: door.name(),
            stamp: stamp(arrival),
            left: left(arrival).map_or_else(String::new, |left| left.to_string()),
            poll: poll(door).map_or_else(String::new, |poll| poll.to_string()),
            refresh: refresh(arrival),
            name: one_line(&interview.candidate_name),
            role: one_line(&interview.role),
            round: interview.round.as_deref().and_then(known),
            kind: interview.kind.as_deref().and_then(known),
            when: times.when,
            yours: times.yours,
            starts: interview.starts_at.map(|start| start.to_string()),
            zones: times.zones,
            duration: span_in_words(interview.duration.as_std()),
            interviewers: interviewers.collect(),
            note: interview
                .note
                .as_deref()
                .map(note_lines)
                .unwrap_or_default(),
            opens: opens.map(clock),
            opens_in: opens.map(|opens| relative(opens, zone, now)),
            closes: closes.map(clock),
            joined: interview.joined_at.map(|at| time_and_zone(at, zone)),
            admitted: interview.admitted_at.map(|at| time_and_zone(at, zone)),
            over: matches!(interview.status, Status::Completed | Status::NoShow),
            meeting: interview.meeting_url.as_ref().map(MeetingUrl::host),
            recruiter: Person::from(&interview.recruiter),
            key: key.expose(),
            ..Self::nobody(app)
        }
    }

    pub(super) const SAMPLE_KEY: &str = "00000000000040008000000000000000";

    /// Everything that is optional, or nothing of it: what templates are tried on.
    pub(super) fn sample(full: bool) -> Self {
        let some = |text: &str| full.then(|| text.to_owned());
        Self {
            language: "en".to_owned(),
            company: some("Acme"),
            door: Door::Open.name(),
            refresh: full.then_some(60),
            refused: some("You can't join yet."),
            name: "Ada Lovelace".to_owned(),
            role: "Compiler Engineer".to_owned(),
            round: some("second"),
            kind: some("technical"),
            when: some("Tuesday 6 May 2031, 14:30–15:15, Europe/Berlin (CEST, UTC+02:00)"),
            yours: some("Tuesday 6 May 2031, 08:30–09:15, America/New_York (EDT, UTC-04:00)"),
            starts: some("2031-05-06T12:30:00Z"),
            duration: "45 minutes".to_owned(),
            interviewers: some("Grace Hopper").into_iter().collect(),
            note: some("Bring a laptop.").into_iter().collect(),
            opens: some("Tuesday 6 May 2031 14:15 CEST"),
            opens_in: some("in 25 min"),
            closes: some("Tuesday 6 May 2031 17:15 CEST"),
            joined: some("14:28 CEST"),
            admitted: some("14:30 CEST"),
            over: full,
            meeting: some("meet.example.com"),
            recruiter: Person {
                name: some("Rita Levi"),
                address: some("rita@acme.example"),
            },
            action: "/interview/".to_owned(),
            key: Self::SAMPLE_KEY.to_owned(),
            ..Self::default()
        }
    }

    /// The same page for a request that was refused; it is not looked at again by itself, since it is no page of its own.
    pub(super) fn refused(mut self, why: &str) -> Self {
        self.refused = Some(why.to_owned());
        self.refresh = None;
        self
    }
}

struct Times {
    when: Option<String>,
    yours: Option<String>,
    zones: String,
}

impl Times {
    fn of(interview: &Interview) -> Self {
        let Some(start) = interview.starts_at else {
            return Self {
                when: None,
                yours: None,
                zones: String::new(),
            };
        };
        let clock = |zone: &Zone| {
            let range = unbroken(range(start, interview.duration, zone));
            format!("{range}, {}", zone_in_full(start, zone))
        };
        let theirs = interview.candidate_zone.as_ref();
        let differs = both_clocks(start, &interview.zone, theirs).theirs.is_some();
        let zones = [Some(&interview.zone), theirs].into_iter().flatten();
        Self {
            when: Some(clock(&interview.zone)),
            yours: theirs.filter(|_| differs).map(clock),
            zones: zones.map(Zone::name).collect::<Vec<_>>().join(" "),
        }
    }
}

/// The same, and a narrow screen breaks no line within `12:00–12:45`: word joiners (U+2060) hold it together. A range over
/// midnight has spaces, where it may break.
fn unbroken(range: String) -> String {
    if range.contains(" – ") {
        range
    } else {
        range.replace('–', "\u{2060}–\u{2060}")
    }
}

/// Where forms of the page go.
pub(super) fn action(app: &App) -> String {
    format!("{}/interview/", app.config().links.base_url.path())
}

/// Changes whenever the interview does.
pub(super) fn stamp(arrival: &Arrival) -> String {
    arrival
        .row
        .interview
        .updated_at
        .as_microsecond()
        .to_string()
}

/// Milliseconds until the door opens by itself.
pub(super) fn left(arrival: &Arrival) -> Option<i64> {
    let (opens, _) = arrival.window?;
    let left = opens.duration_since(arrival.now).as_millis();
    (arrival.door() == Door::NotYetOpen).then(|| i64::try_from(left).unwrap_or(i64::MAX))
}

const fn poll(door: Door) -> Option<u32> {
    match door {
        Door::Waiting => Some(3),
        Door::Admitted => Some(5),
        Door::NotYetOpen | Door::Open | Door::Joined | Door::Unscheduled => Some(60),
        Door::Dead | Door::Cancelled | Door::Expired => None,
    }
}

fn refresh(arrival: &Arrival) -> Option<i64> {
    match arrival.door() {
        Door::NotYetOpen => left(arrival).map(|left| (left / 1000 + 1).clamp(1, LONGEST_REFRESH)),
        Door::Waiting => Some(5),
        Door::Admitted => Some(15),
        _ => None,
    }
}
