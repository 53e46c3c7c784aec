//! `/api/interviews/public/{link_token}/`: what the page decides, for whoever holds the token of a link.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::{Api, described, fields};
use crate::support::http::Answer;

async fn link(api: &Api, change: serde_json::Value) -> (String, String) {
    let made = api.ada(change).await.json();
    let token = made["link_token"].as_str().unwrap();
    let id = made["interview"]["id"].as_str().unwrap();
    (
        format!("/api/interviews/public/{token}/"),
        format!("/api/interviews/{id}/"),
    )
}

async fn ask(api: &Api, method: &str, path: &str) -> Answer {
    described::conforms(method, path, api.site.ask(method, path, &[], "").await)
}

#[tokio::test]
async fn the_door_is_told_to_the_second_and_a_post_joins() {
    let api = Api::new().await;
    let meeting = "https://meet.acme.example/ada";
    let (public, path) = link(&api, json!({"meeting_url": meeting})).await;
    let early = ask(&api, "GET", &public).await.json();
    assert_eq!(early["door"], "not_yet_open");
    assert_eq!(early["opens_at"], "2031-05-06T12:45:00Z");
    assert_eq!(early["candidate_name"], "Ada Lovelace");
    assert!(
        early["meeting_url"].is_null(),
        "only who joined is told where"
    );
    let refused = ask(&api, "POST", &public).await;
    assert!(fields(&refused, 403).is_empty());
    assert_eq!(refused.json()["door"], "not_yet_open");
    assert!(api.get(&path).await.json()["joined_at"].is_null());

    api.world.wait_minutes(29 * 60);
    assert_eq!(ask(&api, "GET", &public).await.json()["door"], "open");
    assert!(
        api.get(&path).await.json()["joined_at"].is_null(),
        "looking joins nobody"
    );
    let joined = ask(&api, "POST", &public).await.json();
    assert_eq!(
        (&joined["door"], &joined["meeting_url"]),
        (&json!("joined"), &json!(meeting))
    );
    let since = api.get(&path).await.json()["joined_at"].clone();
    assert!(since.is_string());
    api.world.wait_minutes(1);
    assert_eq!(ask(&api, "POST", &public).await.json()["joined_at"], since);

    api.world.wait_minutes(24 * 60);
    let over = ask(&api, "GET", &public).await;
    assert!(fields(&over, 410).is_empty());
    assert_eq!(over.json()["door"], "expired");
    fields(&ask(&api, "POST", &public).await, 403);
}

#[tokio::test]
async fn incident_11_a_cancelled_interview_admits_nobody_through_the_api() {
    let api = Api::new().await;
    let (public, path) = link(&api, json!({})).await;
    api.world.wait_minutes(29 * 60);
    assert_eq!(ask(&api, "GET", &public).await.json()["door"], "open");
    api.post(&format!("{path}cancel/"), &json!({})).await;
    let gone = ask(&api, "GET", &public).await;
    assert!(fields(&gone, 410).is_empty());
    assert_eq!(gone.json()["door"], "cancelled");
    fields(&ask(&api, "POST", &public).await, 403);
    assert!(api.get(&path).await.json()["joined_at"].is_null());
}

#[tokio::test]
async fn incident_16_a_token_that_was_not_signed_here_opens_nothing() {
    let api = Api::new().await;
    let (public, path) = link(&api, json!({})).await;
    api.world.wait_minutes(29 * 60);
    let token = public.split('/').nth(4).unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(token).unwrap();
    let forged =
        |bytes: &[u8]| format!("/api/interviews/public/{}/", URL_SAFE_NO_PAD.encode(bytes));
    let mut flipped = bytes.clone();
    flipped[47] ^= 1;
    let mut zeros = bytes.clone();
    zeros[16..].fill(0);
    let nobody = [[7; 16].as_slice(), &bytes[16..]].concat();
    let answers = [
        forged(&flipped),
        forged(&zeros),
        forged(&nobody),
        forged(&bytes[..47]),
        forged(&bytes[..16]),
        "/api/interviews/public/x/".to_owned(),
        "/api/interviews/public/%00%ff/".to_owned(),
    ];
    let mut bodies = std::collections::BTreeSet::new();
    for path in &answers {
        let answer = ask(&api, "POST", path).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.body);
        bodies.insert(answer.body);
    }
    // A revoked link is answered no differently.
    api.post(&format!("{path}revoke/"), &json!({})).await;
    bodies.insert(ask(&api, "GET", &public).await.body);
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    assert_eq!(api.world.count("interview WHERE joined_at IS NOT NULL"), 0);
}

#[tokio::test]
async fn who_tries_tokens_has_to_wait_and_a_good_one_never_does() {
    let api = Api::new().await;
    let (public, _) = link(&api, json!({})).await;
    for _ in 0..10 {
        assert_eq!(
            ask(&api, "GET", "/api/interviews/public/x/").await.status,
            404
        );
    }
    let waits = ask(&api, "GET", "/api/interviews/public/x/").await;
    assert!(fields(&waits, 429).is_empty());
    let seconds: u64 = waits.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds));
    // It is the same count as that of the page.
    let page = format!("/interview/?session_key={}", "0".repeat(32));
    assert_eq!(api.site.get(&page).await.status, 429);
    assert_eq!(ask(&api, "GET", &public).await.status, 200);
}

#[tokio::test]
async fn programs_that_ask_are_nobody_who_looks_and_joins_are_written_down() {
    let api = Api::new().await;
    let (public, path) = link(
        &api,
        json!({"meeting_url": "https://meet.acme.example/ada"}),
    )
    .await;
    for _ in 0..5 {
        ask(&api, "GET", &public).await;
        api.site.ask("HEAD", &public, &[], "").await;
    }
    ask(&api, "POST", &public).await;
    api.world.wait_minutes(29 * 60);
    ask(&api, "POST", &public).await;
    api.post(&format!("{path}revoke/"), &json!({})).await;
    ask(&api, "POST", &public).await;
    let Api { site, world, .. } = api;
    site.ended().await;
    let doors: String = world.ask("SELECT group_concat(kind || ' ' || door, ', ') FROM access");
    assert_eq!(doors, "join not_yet_open, join joined, join dead");
}
