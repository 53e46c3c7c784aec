//! The API for other systems, through the real server: the same use-cases as everywhere, told as JSON.

mod asking;
mod changing;
mod described;
mod incidents;
mod public;
mod scheduling;
mod witness;

use greenroom::domain::token::Scope;
use serde_json::{Value, json};

use crate::support::World;
use crate::support::http::{Answer, Site};

/// A Greenroom that serves, and a token for it.
struct Api {
    world: World,
    site: Site,
    token: String,
}

impl Api {
    async fn new() -> Self {
        Self::with("").await
    }

    async fn with(settings: &str) -> Self {
        let world = World::with(settings).await;
        let site = world.serve().await;
        let token = token(&world, "Tracking", &Scope::ALL).await;
        Self { world, site, token }
    }

    async fn get(&self, path: &str) -> Answer {
        let authorization = format!("Authorization: Bearer {}", self.token);
        described::conforms("GET", path, {
            self.site.ask("GET", path, &[&authorization], "").await
        })
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_with(path, body, &[]).await
    }

    async fn post_with(&self, path: &str, body: &Value, headers: &[&str]) -> Answer {
        let authorization = format!("Authorization: Bearer {}", self.token);
        let mut all = vec![
            authorization.as_str(),
            "Content-Type: application/json; charset=utf-8",
        ];
        all.extend(headers);
        let body = body.to_string();
        described::conforms("POST", path, {
            self.site.ask("POST", path, &all, &body).await
        })
    }

    /// Schedules Ada's interview and gives back what was answered.
    async fn ada(&self, change: Value) -> Answer {
        self.post("/api/interviews/", &ada(change)).await
    }
}

async fn token(world: &World, name: &str, scopes: &[Scope]) -> String {
    let made = world.app.create_token(name, scopes).await.unwrap();
    made.token.expose()
}

/// Ada's interview, with other fields; null takes one away.
#[expect(
    clippy::needless_pass_by_value,
    reason = "callers write the fields where they pass them"
)]
fn ada(change: Value) -> Value {
    let mut body = json!({
        "candidate_name": "Ada Lovelace",
        "candidate_email": "ada@c.example",
        "role": "Engineer",
        "starts_at": "2031-05-06T13:00:00Z",
    });
    for (field, value) in change.as_object().unwrap() {
        if value.is_null() {
            body.as_object_mut().unwrap().remove(field);
        } else {
            body[field] = value.clone();
        }
    }
    body
}

/// The fields that a problem names, after making sure that it is one (RFC 9457).
fn fields(answer: &Answer, status: u16) -> Vec<String> {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    let problem = answer.json();
    assert_eq!(problem["status"], status);
    assert!(
        problem["detail"]
            .as_str()
            .is_some_and(|words| !words.is_empty())
    );
    let errors = problem["errors"].as_array().unwrap();
    errors
        .iter()
        .map(|fault| {
            assert!(
                fault["message"]
                    .as_str()
                    .is_some_and(|words| !words.is_empty())
            );
            fault["field"].as_str().unwrap().to_owned()
        })
        .collect()
}
