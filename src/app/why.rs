//! Who somebody is asking about, and why they can or can't get in.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::Timestamp;

use super::{App, AppError, Dossier, Row};
use crate::domain::access::AccessKind;
use crate::domain::filter::{Filter, Sought};
use crate::domain::finding::Finding;
use crate::domain::ids::InterviewId;
use crate::domain::interview::Status;
use crate::domain::session::{LinkToken, Session, SessionKey};
use crate::domain::text::{clip, visible};
use crate::domain::when::{self, Zone};
use crate::store::{Acknowledgement, DeadKey, Place};

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
    /// A key that was dropped at the import: another interview has it too.
    DeadKey,
    /// A key that is known only from a link that the old system mailed.
    MailedKey,
    /// The token of a link that works, or of the old system.
    Token,
    /// The token of a link that was replaced or revoked then.
    FormerToken(Timestamp),
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
            Self::DeadKey => "dead_key",
            Self::MailedKey => "mailed_key",
            Self::Token => "token",
            Self::FormerToken(_) => "former_token",
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
            let filter = Filter::literal(&text);
            if filter.is_empty() {
                return Ok((Vec::new(), false));
            }
            let predicate = self.predicate(&filter);
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
        let Sought { exact, id, .. } = Sought::read(text);
        let secret = self.link_secret().await?;
        self.store()
            .read(move |read| {
                let mut found = Vec::new();
                let token = LinkToken::from_client(exact.clone());
                if let Some(id) = id {
                    let sessions = read.sessions(id)?;
                    let signed = sessions
                        .iter()
                        .find(|session| secret.verifies(&token, id, session.key));
                    found.extend(match signed.map(|session| session.revoked_at) {
                        Some(None) => Some((id, FoundBy::Token)),
                        Some(Some(at)) => Some((id, FoundBy::FormerToken(at))),
                        // A token that nobody signed is worth no more than the id that it claims.
                        None => read.interview(id)?.map(|row| (row.id(), FoundBy::Id)),
                    });
                }
                let old = read.imported_token(&exact)?;
                found.extend(old.map(|id| (id, FoundBy::Token)));
                let elsewhere = read.interviews_called(&exact)?;
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
        let found_by = match (dossier.session_in(text), dossier.dead_key_in(text)) {
            (Some((Names::Key, session)), _) => match session.revoked_at {
                None => FoundBy::Key,
                Some(at) => FoundBy::FormerKey(at),
            },
            (_, Some(dead)) if dead.shared || dead.opens.is_some() => FoundBy::DeadKey,
            (_, Some(_)) => FoundBy::MailedKey,
            (_, None) => found_by,
        };
        let mut sentence = row
            .reason(&self.policy().window, now)
            .sentence_in_full(zone, now);
        let settled = dossier
            .deliveries
            .first()
            .and_then(|mail| mail.settled.as_ref());
        if let Some(settled) = settled {
            let _ = write!(
                sentence,
                " {} said of that mail {}: {}",
                settled.by,
                when::moment_in_full(settled.at, zone, now),
                settled.why
            );
        }
        if let Some(former) = dossier.former_link_in_words(text, zone) {
            sentence = format!("{former} {sentence}");
        } else if dossier.may_hold_an_old_link() {
            let mut elsewhere = dossier
                .dead_keys
                .iter()
                .filter_map(|dead| dead.opens.as_deref());
            match elsewhere.next() {
                Some(whose) => {
                    let _ = write!(
                        sentence,
                        " They hold a link of the old platform that leads to another interview: that of {}.",
                        named(whose)
                    );
                }
                None => sentence.push_str(" They hold a dead link of the old platform."),
            }
        }
        let seen = dossier
            .accesses
            .iter()
            .find(|access| access.kind != AccessKind::Prefetch);
        Why {
            last_seen: seen.map(|access| access.words_in_full(zone, now)),
            sentence,
            found_by,
            dossier,
        }
    }
}

fn named(candidate: &str) -> String {
    clip(&visible(candidate), 80)
}

// Whether a word of a text is that key, a link with it, or as much of it as screens show.
fn names_key(text: &str, key: SessionKey) -> bool {
    let (key, least) = (key.expose(), key.shortened().chars().count() - 1);
    text.split_whitespace().any(|word| {
        let exact = Sought::read(word).folded;
        let beginning = exact.get(..key.len()).unwrap_or(&exact);
        beginning.len() >= least && key.starts_with(beginning)
    })
}

/// How a text names a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    Key,
    Token,
}

impl Dossier {
    fn session_in(&self, text: &str) -> Option<(Names, &Session)> {
        let mut sessions = self.sessions.iter();
        if let Some(named) = sessions.find(|session| names_key(text, session.key)) {
            return Some((Names::Key, named));
        }
        let named = |token: &LinkToken| {
            text.split_whitespace()
                .any(|word| Sought::read(word).exact == token.expose())
        };
        let index = self.tokens.iter().position(named)?;
        Some((Names::Token, self.sessions.get(index)?))
    }

    /// Who said of a finding that it may stay as it is, and why; none if nobody did, or what it is about has changed.
    #[must_use]
    pub fn acknowledged(&self, finding: &Finding) -> Option<&Acknowledgement> {
        self.acknowledgements
            .iter()
            .find(|said| finding.acknowledged && said.code == finding.code)
    }

    fn dead_key_in(&self, text: &str) -> Option<&DeadKey> {
        let mut keys = self.dead_keys.iter();
        keys.find(|dead| names_key(text, dead.key))
    }

    // The old system mailed its links to everybody; only a mail of ours takes the place of that one.
    fn may_hold_an_old_link(&self) -> bool {
        !self.dead_keys.is_empty()
            && self.row.facts.told.is_none()
            && self.row.interview.status == Status::Scheduled
    }

    /// If a text holds a former key of the interview, or the token of a former link: that it was replaced or revoked,
    /// when, and by what. If it holds a key of the old system that leads nowhere: that, and what they should hold.
    #[must_use]
    pub fn former_link_in_words(&self, text: &str, zone: &Zone) -> Option<String> {
        if let Some(dead) = self.dead_key_in(text) {
            let instead = match self.sessions.first() {
                Some(session) if session.revoked_at.is_none() => {
                    format!(
                        "They should hold the link with key {}.",
                        session.key.shortened()
                    )
                }
                _ => "They should hold a new link, and there is none yet.".to_owned(),
            };
            let what = match &dead.opens {
                Some(whose) => format!("This old link leads to another interview: that of {}.", named(whose)),
                None if dead.shared => "This old link leads nowhere: two interviews had its key, so that it was dropped at the import.".to_owned(),
                None => "This old link leads nowhere: its key is known only from what the old system mailed.".to_owned(),
            };
            return Some(format!("{what} {instead}"));
        }
        let (names, session) = self.session_in(text)?;
        let ended = when::day_and_time(session.revoked_at?, zone);
        let what = match names {
            Names::Key => "key",
            Names::Token => "link",
        };
        // A session that ended was replaced where another came after it.
        let newest = self.sessions.first()?;
        Some(if newest.key == session.key {
            format!("This {what} lets nobody in: it was revoked {ended}.")
        } else {
            let today = match newest.revoked_at {
                None => format!("Today's key is {}", newest.key.shortened()),
                Some(_) => "The one that came after it was revoked.".to_owned(),
            };
            format!("This {what} lets nobody in: it was replaced {ended}. {today}")
        })
    }
}
