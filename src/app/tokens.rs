//! Tokens with which other systems use the API: made once, shown once, recognised by a digest.

use std::sync::Arc;

use super::App;
use crate::domain::ids::TokenId;
use crate::domain::token::{BearerToken, Scope, token_name};
use crate::store::{ApiToken, StoreError};

/// A token that was just made. Its secret is kept nowhere: this is the only time that it can be shown.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What is kept of it.
    pub kept: ApiToken,
    /// The token itself.
    pub token: BearerToken,
}

/// Why a token was not made or ended. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The name can't be used.
    #[error("name: {0}")]
    Name(String),
    /// A live token has that name.
    #[error("name: there is a token called {0:?} already; revoke it first, or take another name")]
    NameTaken(String),
    /// There is no such token.
    #[error("id: there is no token {0}; greenroom token list shows all")]
    NoToken(TokenId),
    /// The database.
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// Who presents a token, and why nothing is allowed if so.
#[derive(Clone)]
pub enum Admission {
    /// A live token with the scope that is needed: whoever acts with it.
    Allowed(App),
    /// A live token without it.
    NotAllowed,
    /// No token that is known and live.
    Unknown,
}

impl App {
    /// Makes a token of this name with these scopes, or with `read` alone when none is named.
    ///
    /// # Errors
    /// A name that can't be used or that a live token has.
    pub async fn create_token(&self, name: &str, scopes: &[Scope]) -> Result<NewToken, TokenError> {
        let name = token_name(name).map_err(TokenError::Name)?;
        let mut scopes = scopes.to_vec();
        scopes.sort_unstable();
        scopes.dedup();
        if scopes.is_empty() {
            scopes.push(Scope::Read);
        }
        let now = self.now();
        let id = TokenId::new(self.chance().row_id(now));
        let token = BearerToken::new(id, self.chance().secret());
        let kept = ApiToken {
            id,
            name,
            digest: token.digest(),
            scopes,
            created_at: now,
            created_by: self.actor(),
            revoked_at: None,
        };
        self.store()
            .write(move |write| {
                let live = |there: &ApiToken| there.revoked_at.is_none();
                let mut there = write.tokens()?.into_iter();
                if there.any(|there| live(&there) && there.name == kept.name) {
                    return Err(TokenError::NameTaken(kept.name));
                }
                write.add_token(&kept)?;
                Ok(NewToken { kept, token })
            })
            .await
    }

    /// All tokens, oldest first; the revoked ones too.
    ///
    /// # Errors
    /// The store's.
    pub async fn tokens(&self) -> Result<Vec<ApiToken>, TokenError> {
        self.store().read(|read| Ok(read.tokens()?)).await
    }

    /// Ends a token from this moment on. One that was ended before stays as it is.
    ///
    /// # Errors
    /// There is no such token.
    pub async fn revoke_token(&self, id: TokenId) -> Result<ApiToken, TokenError> {
        let (by, now) = (self.actor(), self.now());
        self.store()
            .write(move |write| {
                let _ = write.revoke_token(id, &by, now)?;
                write.token(id)?.ok_or(TokenError::NoToken(id))
            })
            .await
    }

    /// Says whether a token that somebody presents allows this. Writes nothing: looking changes no state.
    ///
    /// # Errors
    /// The store's.
    pub async fn admit_token(
        &self,
        presented: BearerToken,
        needed: Scope,
    ) -> Result<Admission, TokenError> {
        let id = presented.id();
        let kept = self
            .store()
            .read(move |read| Ok::<_, TokenError>(read.token(id)?))
            .await?;
        Ok(match kept {
            Some(kept) if kept.revoked_at.is_none() && kept.digest.is_of(&presented) => {
                if kept.scopes.contains(&needed) {
                    Admission::Allowed(self.acting_as(&format!("{} (API)", kept.name)))
                } else {
                    Admission::NotAllowed
                }
            }
            _ => Admission::Unknown,
        })
    }

    /// The same use-cases, with somebody else's name in the timeline.
    fn acting_as(&self, actor: &str) -> Self {
        Self {
            actor: Some(Arc::from(actor)),
            ..self.clone()
        }
    }
}
