//! Tries templates on sample interviews when they are loaded, so that one that can't make an invitation is refused
//! before anybody waits for it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::compose::{ComposeError, invitation};
use super::identity::{MailIdentity, MessageId};
use super::sender::Sender;
use crate::domain::address::{EmailAddress, Mailbox};
use crate::domain::base_url::BaseUrl;
use crate::domain::ids::{InterviewId, SessionId};
use crate::domain::interview::{Interview, Recruiter, Status};
use crate::domain::invitable::{Invitable, LinkPolicy, MailReach};
use crate::domain::session::{AccessWindow, Session, SessionKey};
use crate::domain::when::{InterviewDuration, Zone};
use crate::render::templates::Templates;

/// Composes sample invitations, with everything that is optional and with nothing of it, to a first link and to one that
/// replaces another, and reads them back.
///
/// # Errors
/// Names the template and what is wrong with it.
pub fn check_templates(templates: &Templates) -> Result<(), ComposeError> {
    for (full, replaces_link) in [(true, false), (false, false), (false, true)] {
        // The samples are constants that a test checks; without one there is nothing to try.
        let Some((sender, invitable, identity)) = sample(full) else {
            continue;
        };
        let identity = MailIdentity {
            replaces_link,
            ..identity
        };
        invitation(templates, &sender, &invitable, &identity)?;
    }
    Ok(())
}

/// Ada Lovelace's interview: in London, her clock in New York, everything known, or as little as there can be.
pub(super) fn sample(full: bool) -> Option<(Sender, Invitable, MailIdentity)> {
    let now = Timestamp::from_second(1_935_000_000).ok()?;
    let interview = interview(full, now)?;
    let session = Session {
        id: SessionId::new(Uuid::from_u128(2)),
        interview_id: interview.id,
        key: SessionKey::SAMPLE,
        created_at: now,
        revoked_at: None,
    };
    let policy = LinkPolicy {
        base: BaseUrl::parse("https://interviews.acme.example").ok()?,
        window: AccessWindow {
            opens_before: Duration::from_mins(15),
            closes_after: Duration::from_hours(2),
        },
        allow_local: false,
        mail: MailReach::Anywhere,
    };
    let from = Mailbox::parse("Acme Recruiting <jobs@acme.example>").ok()?;
    let sender = Sender::new(from, None, Vec::new(), "en").ok()?;
    let message_id = MessageId::new(
        Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001),
        &sender,
    );
    let invitable = Invitable::check(&interview, Some(&session), &policy, now).ok()?;
    Some((
        sender,
        invitable,
        MailIdentity {
            message_id,
            date: now,
            in_reply_to: None,
            replaces_link: false,
        },
    ))
}

fn interview(full: bool, now: Timestamp) -> Option<Interview> {
    let optional = |text: &str| full.then(|| text.to_owned());
    let interviewers = ["Grace Hopper <grace@acme.example>", "alan@acme.example"];
    let interviewers: Vec<Mailbox> = interviewers
        .iter()
        .filter_map(|text| Mailbox::parse(text).ok())
        .collect();
    Some(Interview {
        id: InterviewId::new(Uuid::from_u128(1)),
        candidate_name: "Ada Lovelace".to_owned(),
        candidate_email: Some(EmailAddress::parse("ada@example.org").ok()?),
        role: "Compiler Engineer".to_owned(),
        company: optional("Acme"),
        round: optional("second"),
        kind: optional("technical"),
        status: Status::Scheduled,
        starts_at: now.checked_add(SignedDuration::from_hours(72)).ok(),
        zone: Zone::parse("Europe/London").ok()?,
        candidate_zone: full.then(|| Zone::parse("America/New_York").ok()).flatten(),
        duration: InterviewDuration::from_minutes(45).ok()?,
        interviewers: if full { interviewers } else { Vec::new() },
        meeting_url: None,
        recruiter: Recruiter {
            name: optional("Rita Levi"),
            email: full
                .then(|| EmailAddress::parse("rita@acme.example").ok())
                .flatten(),
        },
        note: optional(
            "Bring a laptop.\n\nWe will read code together, <b>no</b> puzzles & no tricks.",
        ),
        sequence: 0,
        opens_at: None,
        closes_at: None,
        joined_at: None,
        admitted_at: None,
        created_at: now,
        updated_at: now,
    })
}
