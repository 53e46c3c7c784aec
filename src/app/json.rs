//! Interviews and deliveries as JSON: the contract with whatever reads Greenroom's output.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{App, AppError, Delivery, Row};
use crate::domain::delivery::State;
use crate::domain::session::{JoinLink, LinkToken, SessionCondition};

/// An interview for programs. Holds the session key: print it only where it was asked for.
#[derive(Clone, Serialize, ToSchema)]
#[expect(
    missing_docs,
    reason = "the fields are the contract, in the words of the domain"
)]
pub struct InterviewJson {
    pub id: String,
    pub candidate_name: String,
    pub candidate_email: Option<String>,
    pub role: String,
    pub company: Option<String>,
    pub round: Option<String>,
    pub kind: Option<String>,
    pub status: &'static str,
    pub starts_at: Option<Timestamp>,
    pub zone: String,
    pub candidate_zone: Option<String>,
    pub duration_minutes: u16,
    pub interviewers: Vec<String>,
    pub meeting_url: Option<String>,
    pub session_key: Option<String>,
    pub join_url: Option<String>,
    pub link_state: &'static str,
    pub mail_state: Option<&'static str>,
    pub verdict: &'static str,
    pub verdict_reason: String,
    pub recruiter: Option<String>,
    pub joined_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A delivery for programs.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[expect(
    missing_docs,
    reason = "the fields are the contract, in the words of the domain"
)]
pub struct DeliveryJson {
    pub id: String,
    pub interview_id: String,
    pub kind: &'static str,
    pub to: String,
    pub subject: String,
    pub message_id: String,
    pub sha256: String,
    pub state: &'static str,
    pub attempts: u32,
    pub last_reply: Option<String>,
    pub accepted_at: Option<Timestamp>,
    /// Until when a held mail can be taken back without more ado.
    pub held_until: Option<Timestamp>,
    /// When a mail that was put off is tried again.
    pub next_attempt_at: Option<Timestamp>,
}

impl App {
    /// An interview for programs, as it stands now.
    #[must_use]
    pub fn interview_json(&self, row: &Row) -> InterviewJson {
        let now = self.now();
        let interview = &row.interview;
        let reason = row.reason(&self.policy().window, now);
        // A revoked key leads nowhere, so it is no longer the interview's.
        let key = row
            .facts
            .key
            .filter(|_| row.facts.session == SessionCondition::Live);
        InterviewJson {
            id: interview.id.to_string(),
            candidate_name: interview.candidate_name.clone(),
            candidate_email: interview
                .candidate_email
                .as_ref()
                .map(|email| email.display().to_owned()),
            role: interview.role.clone(),
            company: interview.company.clone(),
            round: interview.round.clone(),
            kind: interview.kind.clone(),
            status: interview.status.name(),
            starts_at: interview.starts_at,
            zone: interview.zone.name().to_owned(),
            candidate_zone: interview
                .candidate_zone
                .as_ref()
                .map(|zone| zone.name().to_owned()),
            duration_minutes: interview.duration.minutes(),
            interviewers: interview
                .interviewers
                .iter()
                .map(crate::domain::address::Mailbox::to_text)
                .collect(),
            meeting_url: interview
                .meeting_url
                .as_ref()
                .map(|url| url.as_str().to_owned()),
            session_key: key.map(crate::domain::session::SessionKey::expose),
            join_url: key.map(|key| JoinLink::new(&self.policy().base, key).expose()),
            link_state: row.link_state(&self.policy().window, now).name(),
            mail_state: row.facts.newest.map(|newest| newest.state.name()),
            verdict: reason.standing().name(),
            verdict_reason: reason.sentence_in_full(&interview.zone, now),
            recruiter: Some(interview.recruiter.label()).filter(|label| !label.is_empty()),
            joined_at: interview.joined_at,
            created_at: interview.created_at,
            updated_at: interview.updated_at,
        }
    }

    /// The token by which the public API knows the live link of an interview, if it has one.
    ///
    /// # Errors
    /// The store's.
    pub async fn link_token(&self, row: &Row) -> Result<Option<LinkToken>, AppError> {
        let Some(link) = self.join_link(row) else {
            return Ok(None);
        };
        Ok(Some(self.link_secret().await?.token(row.id(), link.key())))
    }

    /// The join link of an interview, if it has one that is live.
    #[must_use]
    pub fn join_link(&self, row: &Row) -> Option<JoinLink> {
        let key = row
            .facts
            .key
            .filter(|_| row.facts.session == SessionCondition::Live)?;
        Some(JoinLink::new(&self.policy().base, key))
    }
}

impl From<&Delivery> for DeliveryJson {
    fn from(delivery: &Delivery) -> Self {
        let due_in = |state| delivery.due.filter(|_| delivery.state == state);
        Self {
            id: delivery.id.to_string(),
            interview_id: delivery.interview_id.to_string(),
            kind: delivery.kind.name(),
            to: delivery.address.clone(),
            subject: delivery.subject.clone(),
            message_id: delivery.message_id.clone(),
            sha256: delivery.sha256.clone(),
            state: State::name(delivery.state),
            attempts: delivery.attempts,
            last_reply: delivery.last_reply.clone(),
            accepted_at: delivery.accepted_at,
            held_until: due_in(State::Held),
            next_attempt_at: due_in(State::Deferred),
        }
    }
}
