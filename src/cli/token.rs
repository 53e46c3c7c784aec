//! `greenroom token`: who may use the API.

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use serde::Serialize;

use super::printer::Printer;
use super::table::Table;
use super::{Exit, Failure};
use crate::app::{ApiToken, App, TokenError};
use crate::domain::ids::TokenId;
use crate::domain::token;
use crate::domain::when;

/// Make, list and revoke the tokens with which other systems use the API
///
/// A token is a password: it is shown once, when it is made, and only a digest of it is kept.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  greenroom token create 'Applicant tracking' --scope read --scope write
  greenroom token list
  greenroom token revoke 01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f")]
pub struct Token {
    #[command(subcommand)]
    deed: Deed,
    /// Print one token a line as JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Deed {
    /// Make a token and print it; it can't be shown again
    Create {
        /// The system that will use it; stands in the timeline of what it does
        #[arg(value_name = "NAME", required_unless_present = "name")]
        system: Option<String>,
        /// The same, for a name that begins with a hyphen
        #[arg(long, allow_hyphen_values = true, conflicts_with = "system")]
        name: Option<String>,
        /// What it allows; may be given twice (read alone unless said)
        #[arg(long, value_name = "SCOPE")]
        scope: Vec<Scope>,
    },
    /// Show the tokens, those that were revoked too
    List,
    /// End a token from this moment on
    Revoke {
        /// The token, by its id
        id: String,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Scope {
    /// Look at interviews, their links and their mail
    Read,
    /// Schedule and change interviews, and mail candidates
    Write,
}

impl From<Scope> for token::Scope {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Read => Self::Read,
            Scope::Write => Self::Write,
        }
    }
}

#[derive(Serialize)]
struct TokenJson<'a> {
    id: String,
    name: &'a str,
    scopes: Vec<&'static str>,
    created_at: Timestamp,
    created_by: &'a str,
    revoked_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

impl Token {
    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        match &self.deed {
            Deed::Create {
                system,
                name,
                scope,
            } => {
                let name = system.as_ref().or(name.as_ref());
                let name = name.map(String::as_str).unwrap_or_default();
                self.create(name, scope, app, printer).await
            }
            Deed::List => self.list(app, printer).await,
            Deed::Revoke { id } => self.revoke(id, app, printer).await,
        }
    }

    async fn create(
        &self,
        name: &str,
        scopes: &[Scope],
        app: &App,
        printer: &mut Printer,
    ) -> Result<Exit, Failure> {
        let scopes: Vec<token::Scope> = scopes.iter().map(|scope| (*scope).into()).collect();
        let made = app.create_token(name, &scopes).await?;
        if self.json {
            printer.json(&json(&made.kept, Some(made.token.expose())));
        } else {
            printer.line(&made.token.expose());
            printer.remark(&format!(
                "The token of {} ({}). Keep it where only that system can read it: it can't be shown again.",
                made.kept.name,
                scopes_of(&made.kept)
            ));
        }
        Ok(Exit::Done)
    }

    async fn list(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let tokens = app.tokens().await?;
        if self.json {
            for token in &tokens {
                printer.json(&json(token, None));
            }
        } else if tokens.is_empty() {
            printer.remark("There are no tokens: no other system can use the API.");
        } else {
            let head = ["NAME", "SCOPES", "MADE", "", "ID"].map(str::to_owned);
            let mut cells = vec![head.to_vec()];
            cells.extend(tokens.iter().map(|token| cells_of(token, app)));
            let mut table = Table::new(&[40, 0, 0, 0, 0]);
            for line in table.lay_out(&cells, |_, _, cell| cell.to_owned()) {
                printer.styled(&line);
            }
        }
        Ok(Exit::Done)
    }

    async fn revoke(&self, id: &str, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let id: TokenId = id
            .parse()
            .map_err(|error| Failure::input(format!("id: {error}")))?;
        let token = app.revoke_token(id).await?;
        if self.json {
            printer.json(&json(&token, None));
        } else {
            printer.line(&format!(
                "{}: {}; it opens nothing any more",
                token.name,
                state(&token, app)
            ));
        }
        Ok(Exit::Done)
    }
}

fn json(token: &ApiToken, shown_once: Option<String>) -> TokenJson<'_> {
    TokenJson {
        id: token.id.to_string(),
        name: &token.name,
        scopes: token.scopes.iter().map(|scope| scope.name()).collect(),
        created_at: token.created_at,
        created_by: &token.created_by,
        revoked_at: token.revoked_at,
        token: shown_once,
    }
}

fn scopes_of(token: &ApiToken) -> String {
    let names: Vec<&str> = token.scopes.iter().map(|scope| scope.name()).collect();
    names.join(", ")
}

fn cells_of(token: &ApiToken, app: &App) -> Vec<String> {
    let made = when::moment_in_full(token.created_at, &app.config().list_zone(), app.now());
    vec![
        token.name.clone(),
        scopes_of(token),
        format!("{made} by {}", token.created_by),
        state(token, app),
        token.id.to_string(),
    ]
}

fn state(token: &ApiToken, app: &App) -> String {
    token.revoked_at.map_or_else(
        || "live".to_owned(),
        |at| {
            let ago = when::moment_in_full(at, &app.config().list_zone(), app.now());
            format!("revoked {ago}")
        },
    )
}

impl From<TokenError> for Failure {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Store(error) => Self::environment(error),
            refused => Self::input(refused.to_string()),
        }
    }
}
