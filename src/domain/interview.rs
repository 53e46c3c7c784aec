//! An interview: one candidate, one role, one start, one status.

use jiff::Timestamp;
use url::Url;

use super::address::{EmailAddress, Mailbox};
use super::draft::{Details, Field};
use super::ids::InterviewId;
use super::session::AccessWindow;
use super::when::{InterviewDuration, Zone};

/// Where an interview stands. Whether its link works follows from this and the clock; it is never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// It is to take place, or is taking place.
    Scheduled,
    /// It took place.
    Completed,
    /// It will not take place.
    Cancelled,
    /// The candidate did not come.
    NoShow,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Scheduled,
        Self::Completed,
        Self::Cancelled,
        Self::NoShow,
    ];

    /// The name used in JSON, in filters and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::NoShow => "no_show",
        }
    }

    /// The status of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// An `http` or `https` address at which the interview is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingUrl(String);

/// The text is not the address of a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write the whole address of the meeting, like https://meet.example.com/abc")]
pub struct NotAMeetingUrl;

impl MeetingUrl {
    /// Accepts absolute `http` and `https` URLs with a host and without a password, and nothing that could run.
    ///
    /// # Errors
    /// Anything else.
    pub fn parse(text: &str) -> Result<Self, NotAMeetingUrl> {
        let url = Url::parse(text.trim()).map_err(|_| NotAMeetingUrl)?;
        let usable =
            matches!(url.scheme(), "http" | "https") && url.has_host() && url.password().is_none();
        if usable && url.as_str().len() <= 2000 {
            Ok(Self(url.into()))
        } else {
            Err(NotAMeetingUrl)
        }
    }

    /// The URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its origin (RFC 6454), as a content security policy names it: `https://meet.example.com:8443`.
    #[must_use]
    pub fn origin(&self) -> String {
        Url::parse(&self.0).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization())
    }

    /// Its host, for people to read.
    #[must_use]
    pub fn host(&self) -> String {
        let url = Url::parse(&self.0).ok();
        url.and_then(|url| url.host_str().map(str::to_owned))
            .unwrap_or_default()
    }
}

/// The person who owns an interview: a name, an address, or both (`Rita Levi <rita@acme.example>`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recruiter {
    /// How the mail calls them.
    pub name: Option<String>,
    /// Where candidates reach them.
    pub email: Option<EmailAddress>,
}

impl Recruiter {
    /// One line for lists and JSON: name and address, or the one that is known.
    #[must_use]
    pub fn label(&self) -> String {
        match (&self.name, &self.email) {
            (Some(name), Some(email)) => format!("{name} <{}>", email.display()),
            (Some(name), None) => name.clone(),
            (None, Some(email)) => email.display().to_owned(),
            (None, None) => String::new(),
        }
    }
}

/// An interview as it is kept. A new one always has an address and a start; an imported one may lack either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interview {
    /// Its identifier.
    pub id: InterviewId,
    /// Whom it is with.
    pub candidate_name: String,
    /// Where the invitation goes.
    pub candidate_email: Option<EmailAddress>,
    /// What it is for.
    pub role: String,
    /// Who is hiring.
    pub company: Option<String>,
    /// Which round of interviews ("first", "final").
    pub round: Option<String>,
    /// What kind of interview ("technical", "behavioral").
    pub kind: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// The instant at which it starts. Every other time is derived from it.
    pub starts_at: Option<Timestamp>,
    /// The zone in which it was planned.
    pub zone: Zone,
    /// The candidate's zone, where it is known.
    pub candidate_zone: Option<Zone>,
    /// How long it takes.
    pub duration: InterviewDuration,
    /// Who holds it.
    pub interviewers: Vec<Mailbox>,
    /// Where it is held.
    pub meeting_url: Option<MeetingUrl>,
    /// Who owns it.
    pub recruiter: Recruiter,
    /// What the candidate should prepare: the words go into the mail.
    pub note: Option<String>,
    /// The iTIP revision (RFC 5546 section 2.1.4): rises with each change that calendars must follow.
    pub sequence: u32,
    /// From when the link works, where somebody opened it before its time. See [`AccessWindow::of`].
    pub opens_at: Option<Timestamp>,
    /// Until when the link works, where somebody gave it longer. See [`AccessWindow::of`].
    pub closes_at: Option<Timestamp>,
    /// When the candidate first pressed the button.
    pub joined_at: Option<Timestamp>,
    /// When the recruiter let them in.
    pub admitted_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Interview {
    /// A scheduled interview of checked details.
    #[must_use]
    pub fn new(id: InterviewId, details: Details, now: Timestamp) -> Self {
        Self {
            id,
            candidate_name: details.candidate_name,
            candidate_email: Some(details.candidate_email),
            role: details.role,
            company: details.company,
            round: details.round,
            kind: details.kind,
            status: Status::Scheduled,
            starts_at: Some(details.starts_at),
            zone: details.zone,
            candidate_zone: details.candidate_zone,
            duration: details.duration,
            interviewers: details.interviewers,
            meeting_url: details.meeting_url,
            recruiter: details.recruiter,
            note: details.note,
            sequence: 0,
            opens_at: None,
            closes_at: None,
            joined_at: None,
            admitted_at: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// The same interview with other details. Raises the iTIP sequence when something that calendars show has changed.
    ///
    /// A link that was opened early or kept open longer was so for the old start: with another start the usual
    /// window holds again. Who joined has joined the new one too if that is open already, and else has not.
    #[must_use]
    pub fn changed_to(&self, details: Details, window: &AccessWindow, now: Timestamp) -> Self {
        let mut changed = Self {
            status: self.status,
            opens_at: self.opens_at,
            closes_at: self.closes_at,
            joined_at: self.joined_at,
            admitted_at: self.admitted_at,
            created_at: self.created_at,
            sequence: self.sequence,
            ..Self::new(self.id, details, now)
        };
        let moved = (changed.starts_at, changed.duration, &changed.zone)
            != (self.starts_at, self.duration, &self.zone);
        if moved {
            changed.sequence = self.sequence.saturating_add(1);
        }
        if changed.starts_at != self.starts_at {
            (changed.opens_at, changed.closes_at) = (None, None);
            if !window.is_open(&changed, now) {
                (changed.joined_at, changed.admitted_at) = (None, None);
            }
        }
        changed
    }

    /// The same interview once its link was replaced. Calendars show the link, so the iTIP sequence rises.
    #[must_use]
    pub fn with_new_link(self, now: Timestamp) -> Self {
        Self {
            sequence: self.sequence.saturating_add(1),
            updated_at: now,
            ..self
        }
    }

    /// The field that holds a placeholder which no template ever filled in (`{{first_name}}`), if one does. A draft is
    /// refused for it; what was imported may hold one.
    #[must_use]
    pub fn unfilled(&self) -> Option<Field> {
        let optional = |text: &Option<String>| text.as_deref().is_some_and(is_unfilled);
        let named = |mailbox: &Mailbox| optional(&mailbox.name);
        if is_unfilled(&self.candidate_name) {
            Some(Field::Candidate)
        } else if is_unfilled(&self.role) {
            Some(Field::Role)
        } else if optional(&self.company) {
            Some(Field::Company)
        } else if optional(&self.round) {
            Some(Field::Round)
        } else if optional(&self.kind) {
            Some(Field::Kind)
        } else if optional(&self.recruiter.name) {
            Some(Field::Recruiter)
        } else if self.interviewers.iter().any(named) {
            Some(Field::Interviewers)
        } else if optional(&self.note) {
            Some(Field::Note)
        } else {
            None
        }
    }

    /// When it ends, if it has a start.
    #[must_use]
    pub fn ends_at(&self) -> Option<Timestamp> {
        self.starts_at.map(|start| {
            start
                .saturating_add(self.duration.as_std())
                .unwrap_or(Timestamp::MAX)
        })
    }
}

/// Whether a text holds a placeholder of a template.
pub(super) fn is_unfilled(text: &str) -> bool {
    text.contains("{{")
}
