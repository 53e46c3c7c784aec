//! Who somebody is asking about, and why they can or can't get in.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{App, AppError, Dossier, Row};
use crate::domain::access::AccessKind;
use crate::domain::filter::Filter;
use crate::domain::ids::InterviewId;
use crate::domain::session::{LinkToken, SessionKey};
use crate::domain::when;
use crate::store::Place;

/// An answer about one interview.
#[derive(Debug, Clone)]
pub struct Why {
    /// The interview, with everything that happened to it.
    pub dossier: Dossier,
    /// By what it was found.
    pub found_by: FoundBy,
    /// One sentence: why they can or can't get in.
    pub sentence: String,
    /// What the candidate last saw, if they ever looked.
    pub last_seen: Option<String>,
}

/// By what an interview was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundBy {
    /// Its id.
    Id,
    /// A name, an address, a role, a company, or part of a Message-ID.
    Text,
    /// The key that works.
    Key,
    /// A key that was replaced or revoked then.
    FormerKey(Timestamp),
    /// The token of a link.
    Token,
    /// Its name in the system from which it was imported.
    ExternalId,
}

impl FoundBy {
    /// The name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Text => "text",
            Self::Key => "key",
            Self::FormerKey(_) => "former_key",
            Self::Token => "token",
            Self::ExternalId => "external_id",
        }
    }
}

impl App {
    /// Answers about every interview that a text may mean: a name, an address, a link, a key of now or then, a
    /// Message-ID, an id; at most `limit`, soonest first. `more` says whether there are others.
    ///
    /// # Errors
    /// The store's.
    pub async fn why(&self, text: &str, limit: usize) -> Result<(Vec<Why>, bool), AppError> {
        let text = text.trim().to_owned();
        if text.is_empty() {
            return Ok((Vec::new(), false));
        }
        let exact = self.named_exactly(&text).await?;
        let (found, more) = if exact.is_empty() {
            let predicate = self.predicate(&Filter::literal(&text));
            let horizon = self.horizon();
            let window = self
                .store()
                .read(move |read| {
                    Ok::<_, AppError>(read.window(&predicate, &Place::Start, limit, horizon)?)
                })
                .await?;
            let ids = window.rows.iter().map(Row::id);
            (
                ids.map(|id| (id, FoundBy::Text)).collect(),
                window.more_after,
            )
        } else {
            (exact, false)
        };
        let mut answers = Vec::new();
        for (id, found_by) in found {
            if let Some(dossier) = self.details(id).await? {
                answers.push(self.answer(dossier, found_by, &text));
            }
        }
        Ok((answers, more))
    }

    // Ids, tokens and names elsewhere mean one interview only, and their case counts.
    async fn named_exactly(&self, text: &str) -> Result<Vec<(InterviewId, FoundBy)>, AppError> {
        let last = text.trim_end_matches('/').rsplit('/').next();
        let token = last.unwrap_or_default().to_owned();
        let secret = self.link_secret().await?;
        let text = text.to_owned();
        self.store()
            .read(move |read| {
                let mut found = Vec::new();
                if let Ok(id) = text.parse::<InterviewId>() {
                    found.extend(read.interview(id)?.map(|row| (row.id(), FoundBy::Id)));
                }
                let link = LinkToken::from_client(token.clone());
                if let Some(id) = link.claimed_interview() {
                    let sessions = read.sessions(id)?;
                    let signed = sessions
                        .iter()
                        .any(|session| secret.verifies(&link, id, session.key));
                    found.extend(signed.then_some((id, FoundBy::Token)));
                }
                found.extend(read.imported_token(&token)?.map(|id| (id, FoundBy::Token)));
                let elsewhere = read.interviews_called(&text)?;
                found.extend(elsewhere.into_iter().map(|id| (id, FoundBy::ExternalId)));
                let mut seen = BTreeSet::new();
                found.retain(|(id, _)| seen.insert(id.to_string()));
                Ok(found)
            })
            .await
    }

    fn answer(&self, dossier: Dossier, found_by: FoundBy, text: &str) -> Why {
        let (row, now) = (&dossier.row, self.now());
        let zone = &row.interview.zone;
        let found_by = SessionKey::in_text(text)
            .and_then(|key| {
                let session = dossier.sessions.iter().find(|session| session.key == key)?;
                Some(match session.revoked_at {
                    None => FoundBy::Key,
                    Some(at) => FoundBy::FormerKey(at),
                })
            })
            .unwrap_or(found_by);
        let mut sentence = row.reason(&self.policy().window, now).sentence(zone, now);
        if let FoundBy::FormerKey(at) = found_by {
            let replaced = row.facts.key != SessionKey::in_text(text);
            let what = if replaced { "replaced" } else { "revoked" };
            sentence = format!(
                "This key lets nobody in: it was {what} {}. {sentence}",
                when::day_and_time(at, zone)
            );
        }
        let seen = dossier
            .accesses
            .iter()
            .find(|access| access.kind != AccessKind::Prefetch);
        Why {
            last_seen: seen.map(|access| access.words(zone, now)),
            sentence,
            found_by,
            dossier,
        }
    }
}
