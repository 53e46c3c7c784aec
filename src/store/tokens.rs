//! The tokens of the API.

use jiff::Timestamp;
use rusqlite::{Row as SqlRow, params};

use super::rows::{an_instant, instant, maybe_instant, parsed};
use super::{Reading, StoreError, Writing, Written};
use crate::domain::ids::TokenId;
use crate::domain::token::{Scope, TokenDigest};

/// What is kept of a token.
#[derive(Debug, Clone)]
pub struct ApiToken {
    /// Its id, part of the token itself.
    pub id: TokenId,
    /// The system that uses it, unique among the live ones.
    pub name: String,
    /// What recognises its secret.
    pub digest: TokenDigest,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
    /// When it was ended, if it was.
    pub revoked_at: Option<Timestamp>,
}

impl Writing<'_> {
    /// Keeps a new token.
    ///
    /// # Errors
    /// The engine's; a second live token of one name is refused by the schema.
    pub fn add_token(&self, token: &ApiToken) -> Result<(), StoreError> {
        let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.name()).collect();
        self.execute(
            "INSERT INTO api_token (id, name, digest, scopes, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6)",
            params![
                token.id.to_string(),
                token.name,
                token.digest.to_text(),
                scopes.join(" "),
                instant(token.created_at),
                token.created_by,
            ],
        )?;
        Ok(())
    }

    /// Ends a live token.
    ///
    /// # Errors
    /// The engine's.
    pub fn revoke_token(
        &self,
        id: TokenId,
        by: &str,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        Ok(self
            .execute(
                "UPDATE api_token SET revoked_at = $1, revoked_by = $2 WHERE id = $3 AND revoked_at IS NULL",
                params![instant(now), by, id.to_string()],
            )?
            .into())
    }
}

impl Reading<'_> {
    /// One token, live or not.
    ///
    /// # Errors
    /// The engine's, or a value that no Greenroom wrote.
    pub fn token(&self, id: TokenId) -> Result<Option<ApiToken>, StoreError> {
        self.one(
            "SELECT * FROM api_token WHERE id = $1",
            [id.to_string()],
            read_token,
        )
    }

    /// All tokens, oldest first; the revoked ones too.
    ///
    /// # Errors
    /// The engine's, or a value that no Greenroom wrote.
    pub fn tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        self.many(
            "SELECT * FROM api_token ORDER BY created_at, id",
            [],
            read_token,
        )
    }
}

fn read_token(row: &SqlRow<'_>) -> Result<ApiToken, StoreError> {
    let scopes: String = row.get("scopes")?;
    Ok(ApiToken {
        id: parsed(row, "id")?,
        name: row.get("name")?,
        digest: parsed(row, "digest")?,
        // A scope that only a newer Greenroom knows allows nothing here.
        scopes: scopes.split(' ').filter_map(Scope::named).collect(),
        created_at: an_instant(row, "created_at")?,
        created_by: row.get("created_by")?,
        revoked_at: maybe_instant(row, "revoked_at")?,
    })
}
