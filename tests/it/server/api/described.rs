//! `/openapi.json` and what is really answered are the same thing.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::Api;
use crate::support::http::Answer;

static DESCRIPTION: LazyLock<Value> =
    LazyLock::new(|| serde_json::to_value(greenroom::server::api::description()).unwrap());

/// The answer, after making sure that the description foresees it: its status, its media type and its schema.
pub fn conforms(method: &str, path: &str, answer: Answer) -> Answer {
    let path = path.split('?').next().unwrap();
    let Some((template, operation)) = operation(method, path) else {
        return answer;
    };
    let said = format!("{method} {template} answered {}", answer.status);
    let responses = &operation["responses"];
    let expected = &responses[answer.status.to_string()];
    assert!(
        expected.is_object(),
        "{said}, which is not described: {}",
        answer.body
    );
    let media = answer.header("content-type").unwrap_or_default();
    let content = &expected["content"][media.split(';').next().unwrap()];
    assert!(
        content.is_object(),
        "{said} as {media}, which is not described"
    );
    let mut schema = content["schema"].clone();
    schema["components"] = DESCRIPTION["components"].clone();
    let validator: Validator = jsonschema::validator_for(&schema).unwrap();
    let body = answer.json();
    let faults: Vec<String> = validator
        .iter_errors(&body)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{said}: {faults:#?}");
    answer
}

fn operation(method: &str, path: &str) -> Option<(String, Value)> {
    let paths = DESCRIPTION["paths"].as_object().unwrap();
    let matches = |template: &str| {
        let wanted: Vec<&str> = path.trim_end_matches('/').split('/').collect();
        let parts: Vec<&str> = template.trim_end_matches('/').split('/').collect();
        let same = |(part, wanted): (&&str, &&str)| part.starts_with('{') || part == wanted;
        wanted.len() == parts.len() && parts.iter().zip(&wanted).all(same)
    };
    // What is named beats what is a parameter.
    let found = paths.keys().filter(|template| matches(template));
    let template = found.min_by_key(|template| template.matches('{').count())?;
    let operation = paths[template].get(method.to_lowercase())?;
    Some((template.clone(), operation.clone()))
}

#[tokio::test]
async fn what_is_served_is_the_description_and_says_what_it_is() {
    let api = Api::new().await;
    let served = api.site.get("/openapi.json").await;
    assert_eq!(served.status, 200);
    assert_eq!(served.header("content-type"), Some("application/json"));
    assert_eq!(served.json(), *DESCRIPTION);
    assert!(
        served.json()["openapi"]
            .as_str()
            .unwrap()
            .starts_with("3.1")
    );
    assert_eq!(served.json()["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[tokio::test]
async fn every_path_and_method_of_the_description_is_answered_and_no_other() {
    let api = Api::new().await;
    let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    for (path, described) in DESCRIPTION["paths"].as_object().unwrap() {
        let described: BTreeSet<String> = described
            .as_object()
            .unwrap()
            .keys()
            .map(|method| method.to_uppercase())
            .collect();
        for method in methods {
            let answer = api.site.ask(method, path, &[], "").await;
            let is_there = answer.status != 405;
            assert_eq!(is_there, described.contains(method), "{method} {path}");
            if is_there {
                // Without a token nothing is looked at; the public part knows no such link.
                let expected = if path.contains("/public/") { 404 } else { 401 };
                assert_eq!(answer.status, expected, "{method} {path}");
            }
        }
    }
    // What the design promises is there.
    for (path, method) in [
        ("/api/interviews/", "get"),
        ("/api/interviews/", "post"),
        ("/api/interviews/{id}/", "get"),
        ("/api/interviews/{id}/generate-link/", "post"),
        ("/api/interviews/{id}/resend/", "post"),
    ] {
        assert!(
            DESCRIPTION["paths"][path][method].is_object(),
            "{method} {path}"
        );
    }
}

#[test]
fn every_operation_says_who_may_and_names_itself() {
    let mut ids = BTreeSet::new();
    for (path, operations) in DESCRIPTION["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{id} stands there twice");
            assert!(operation["summary"].is_string(), "{method} {path}");
            let public = path.contains("/public/");
            let bearer = operation["security"] == json!([{ "bearer": [] }]);
            assert_eq!(bearer, !public, "{method} {path}");
        }
    }
    assert!(ids.len() >= 11, "{ids:?}");
}
