//! Predicates as SQL.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::types::Value;

use super::engine;
use super::rows::instant;
use crate::domain::filter::{Predicate, Sought, TextColumn};
use crate::domain::finding::{Code, OVERDUE};
use crate::domain::interview::Status;

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
            P::Opened {
                starts_before,
                early_before,
            } => self
                .push("coalesce(starts_at < ")
                .bind(instant(*starts_before))
                .push(" OR (starts_at IS NOT NULL AND opens_at < ")
                .bind(instant(*early_before))
                .push("), FALSE)"),
            P::Closed {
                ends_before,
                late_before,
            } => self
                .push("coalesce(ends_at < ")
                .bind(instant(*ends_before))
                .push(" AND coalesce(closes_at < ")
                .bind(instant(*late_before))
                .push(", TRUE), FALSE)"),
            P::Joined => self.push("joined_at IS NOT NULL"),
            P::Waits => {
                self.push("(joined_at IS NOT NULL AND admitted_at IS NULL AND meeting_url IS NULL)")
            }
            P::HasStart => self.push("starts_at IS NOT NULL"),
            P::HasSession => self.push("session_key IS NOT NULL"),
            P::SessionRevoked => self.push("session_revoked = 1"),
            P::Standing(standing) => self.push("standing = ").bind((*standing).to_owned()),
            P::Mail(state) => self
                .push("coalesce(mail_state = ")
                .bind(state.mark().to_owned())
                .push(", FALSE)"),
            P::Found(code) => self
                .push("(found & ")
                .bind(i64::from(code.bit()))
                .push(") <> 0"),
            P::LeavesLate { opens_before, now } => self.leaves_late(*opens_before, *now),
            P::ClosesEarly { closes_after } => self.closes_early(*closes_after),
            P::Id(id) => self.push("id = ").bind(id.to_string()),
            P::AnyOf(ids) => {
                let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
                self.push("id IN ")
                    .push(engine::BEFORE_ELEMENTS)
                    .bind(serde_json::Value::from(ids).to_string())
                    .push(engine::AFTER_ELEMENTS)
            }
            P::Contains(column, text) => self
                .push("folded(")
                .push(column_name(*column))
                .push(") LIKE ")
                .bind(like(text))
                .push(" ESCAPE '\\'"),
            P::Text(text) => self.text(text),
        }
    }

    // A word of a name or an address, the beginning of a key or of a Message-ID, or all of what names an interview.
    fn text(&mut self, sought: &Sought) -> &mut Self {
        let Some(phrase) = engine::search_phrase(&sought.folded) else {
            return self
                .push("(search LIKE ")
                .bind(like(&sought.folded))
                .push(" ESCAPE '\\' OR coalesce(external_id = ")
                .bind(sought.exact.clone())
                .push(", FALSE))");
        };
        self.push("row IN (SELECT rowid FROM interview_search WHERE interview_search MATCH ")
            .bind(phrase);
        for (table, column, beginning) in [
            ("session", "key", sought.folded.clone()),
            ("dead_key", "key", sought.folded.clone()),
            ("delivery", "message_id", format!("<{}", sought.folded)),
        ] {
            let after = format!("{beginning}\u{10FFFF}");
            self.push(" UNION SELECT interview.row FROM interview JOIN ")
                .push(table)
                .push(" ON interview_id = interview.id WHERE ");
            self.push(column)
                .push(" >= ")
                .bind(beginning)
                .push(" AND ")
                .push(column)
                .push(" < ")
                .bind(after);
        }
        self.push(" UNION SELECT row FROM interview WHERE external_id = ")
            .bind(sought.exact.clone())
            .push(" UNION SELECT interview.row FROM interview JOIN imported_token ON interview_id = interview.id WHERE token = ")
            .bind(sought.exact.clone());
        if let Some(id) = sought.id {
            self.push(" UNION SELECT row FROM interview WHERE id = ")
                .bind(id.to_string());
        }
        self.push(")")
    }

    // At the first instant at which the link is open, a mail is late.
    fn leaves_late(&mut self, opens_before: Duration, now: Timestamp) -> &mut Self {
        let before = i64::try_from(opens_before.as_micros()).unwrap_or(i64::MAX);
        let overdue = now.saturating_sub(OVERDUE).unwrap_or(Timestamp::MIN);
        self.push("coalesce(coalesce(mail_due, mail_since) <= ")
            .bind(instant(overdue))
            .push(" OR max(coalesce(mail_due, mail_since), ")
            .bind(instant(now))
            .push(") >= CASE WHEN coalesce(opens_at < starts_at - ")
            .bind(before)
            .push(", FALSE) THEN opens_at ELSE starts_at - ")
            .bind(before)
            .push(" END, FALSE)")
    }

    fn closes_early(&mut self, closes_after: Duration) -> &mut Self {
        let after = i64::try_from(closes_after.as_micros()).unwrap_or(i64::MAX);
        let bit = i64::from(Code::ClosesEarly.bit());
        self.push("(status <> ")
            .bind(Status::Cancelled.name().to_owned())
            .push(" AND session_revoked = 0 AND told_grace IS NOT NULL AND told_grace > ")
            .bind(after)
            .push(" AND coalesce(closes_at IS NULL OR told_closes_at > closes_at, FALSE) AND (acknowledged & ")
            .bind(bit)
            .push(") = 0)")
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

/// How the engine goes about a statement, step by step.
#[cfg(test)]
pub(super) async fn explained(sql: Sql) -> Vec<String> {
    let store = super::Store::in_memory().unwrap();
    let steps = store.read(move |read| {
        let question = format!("EXPLAIN QUERY PLAN {}", sql.text);
        read.many(
            &question,
            rusqlite::params_from_iter(sql.parameters),
            |row| Ok(row.get::<_, String>("detail")?),
        )
    });
    steps.await.unwrap()
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
