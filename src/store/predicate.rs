//! Predicates as SQL.

use rusqlite::types::Value;

use super::engine;
use super::rows::instant;
use crate::domain::filter::{Predicate, TextColumn};

/// A piece of SQL and its parameters, numbered in the order of their first use.
#[derive(Debug, Default)]
pub(super) struct Sql {
    pub text: String,
    pub parameters: Vec<Value>,
}

impl Sql {
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    pub fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.parameters.push(value.into());
        let number = format!("${}", self.parameters.len());
        self.push(&number)
    }

    pub fn predicate(&mut self, predicate: &Predicate) -> &mut Self {
        use Predicate as P;
        match predicate {
            P::All(all) => self.joined(all, " AND ", "TRUE"),
            P::Any(any) => self.joined(any, " OR ", "FALSE"),
            // Every predicate below is true or false, never unknown, so that its negation is what it says.
            P::Not(inner) => self.push("NOT (").predicate(inner).push(")"),
            P::Status(status) => self.push("status = ").bind(status.name().to_owned()),
            P::StartsIn(from, to) => self
                .push("coalesce(starts_at >= ")
                .bind(instant(*from))
                .push(" AND starts_at < ")
                .bind(instant(*to))
                .push(", FALSE)"),
            P::EndsBefore(at) => self.push("coalesce(ends_at < ").bind(instant(*at)).push(", FALSE)"),
            P::HasStart => self.push("starts_at IS NOT NULL"),
            P::HasAddress => self.push("address IS NOT NULL"),
            P::HasSession => self.push("session_key IS NOT NULL"),
            P::SessionRevoked => self.push("session_revoked = 1"),
            P::Told => self.push("told_at IS NOT NULL"),
            P::ToldTruth => {
                self.push("coalesce(told_key = session_key AND told_starts_at = starts_at AND told_address = address, FALSE)")
            }
            P::Mail(state) => self.push("coalesce(mail_state = ").bind(state.mark().to_owned()).push(", FALSE)"),
            P::HasMail => self.push("mail_state IS NOT NULL"),
            P::Id(id) => self.push("id = ").bind(id.to_string()),
            P::Contains(column, text) => self.push("folded(").push(column_name(*column)).push(") LIKE ").bind(like(text)).push(" ESCAPE '\\'"),
            P::Text(text) => match engine::search_phrase(text) {
                Some(phrase) => self
                    .push("row IN (SELECT rowid FROM interview_search WHERE interview_search MATCH ")
                    .bind(phrase)
                    .push(")"),
                None => self.push("search LIKE ").bind(like(text)).push(" ESCAPE '\\'"),
            },
        }
    }

    fn joined(&mut self, predicates: &[Predicate], between: &str, empty: &str) -> &mut Self {
        if predicates.is_empty() {
            return self.push(empty);
        }
        self.push("(");
        for (index, predicate) in predicates.iter().enumerate() {
            if index > 0 {
                self.push(between);
            }
            self.predicate(predicate);
        }
        self.push(")")
    }
}

const fn column_name(column: TextColumn) -> &'static str {
    match column {
        TextColumn::Role => "role",
        TextColumn::Company => "coalesce(company, '')",
        TextColumn::Recruiter => {
            "coalesce(recruiter_name, '') || ' ' || coalesce(recruiter_email, '')"
        }
    }
}

fn like(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}
