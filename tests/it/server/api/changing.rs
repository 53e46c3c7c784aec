//! Links, mail and ends of interviews that are there.

use serde_json::{Value, json};

use super::{Api, fields};

async fn scheduled(api: &Api, change: Value) -> String {
    let made = api.ada(change).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.header("location").unwrap().to_owned()
}

#[tokio::test]
async fn a_link_is_made_once_and_answered_from_then_on() {
    let api = Api::new().await;
    let path = scheduled(&api, json!({"send": false})).await;
    api.world
        .tamper("DELETE FROM session; UPDATE interview SET session_key = NULL");
    assert_eq!(api.get(&path).await.json()["link_state"], "missing");
    let made = api.post(&format!("{path}generate-link/"), &json!({})).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let (key, token) = (
        made.json()["interview"]["session_key"].clone(),
        made.json()["link_token"].clone(),
    );
    assert!(key.is_string() && token.is_string());
    assert!(made.json()["delivery"].is_null());
    // Without a body too.
    let authorization = format!("Authorization: Bearer {}", api.token);
    let again = format!("{path}generate-link/");
    let again = api.site.ask("POST", &again, &[&authorization], "").await;
    assert_eq!(again.json()["interview"]["session_key"], key);
    assert_eq!(again.json()["link_token"], token);
    assert_eq!(api.world.count("session"), 1);
    assert_eq!(api.world.count("delivery"), 0);
}

#[tokio::test]
async fn a_link_can_be_made_and_mailed_in_one_request() {
    let api = Api::new().await;
    let path = scheduled(&api, json!({"send": false})).await;
    api.world
        .tamper("DELETE FROM session; UPDATE interview SET session_key = NULL");
    let made = api
        .post(&format!("{path}generate-link/"), &json!({"send": true}))
        .await;
    assert_eq!(made.json()["delivery"]["state"], "queued", "{}", made.body);
    api.world.deliver().await;
    assert_eq!(api.get(&path).await.json()["verdict"], "ready");
}

#[tokio::test]
async fn an_invitation_is_sent_again_unless_one_waits_or_just_left() {
    let api = Api::new().await;
    let path = scheduled(&api, json!({})).await;
    let resend = format!("{path}resend/");
    let waiting = api.post(&resend, &json!({})).await;
    assert!(fields(&waiting, 409).is_empty());
    assert!(waiting.body.contains("already waiting"), "{}", waiting.body);
    api.world.deliver().await;
    let recent = api.post(&resend, &json!({})).await;
    fields(&recent, 409);
    assert!(
        recent.body.contains(r#"\"again\": true"#),
        "{}",
        recent.body
    );
    let again = api.post(&resend, &json!({"again": true})).await;
    assert_eq!(
        again.json()["delivery"]["state"],
        "queued",
        "{}",
        again.body
    );
    // Without mail nothing is left to do.
    let quiet = api.post(&resend, &json!({"send": false})).await;
    assert_eq!(quiet.status, 200);
    assert!(quiet.json()["delivery"].is_null());
    api.world.deliver().await;
    assert_eq!(api.world.letters().len(), 2);
}

#[tokio::test]
async fn a_base_url_that_only_this_machine_reaches_is_no_mail() {
    let api = Api::with("links.base_url = 'http://127.0.0.1:8000'").await;
    let refused = api.ada(json!({})).await;
    assert!(refused.status >= 400);
    assert!(
        refused.body.contains("is this machine itself"),
        "{}",
        refused.body
    );
    assert_eq!(api.world.count("interview"), 0, "nothing was saved");
}

#[tokio::test]
async fn an_interview_is_cancelled_once_and_nobody_is_mailed() {
    let api = Api::new().await;
    let path = scheduled(&api, json!({})).await;
    let cancel = format!("{path}cancel/");
    let done = api.post(&cancel, &json!({"reason": "filled"})).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert_eq!(done.json()["interview"]["status"], "cancelled");
    let message = done.json()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("Nobody was mailed"), "{message}");
    assert_eq!(
        fields(&api.post(&cancel, &json!({})).await, 409),
        ["status"]
    );
    let long = json!({"reason": "x".repeat(5_000)});
    let path = scheduled(&api, json!({"again": true})).await;
    let refused = api.post(&format!("{path}cancel/"), &long).await;
    assert_eq!(fields(&refused, 422), ["reason"]);
    api.world.deliver().await;
    assert_eq!(
        api.world.letters().len(),
        1,
        "what had not left was taken back"
    );
}

#[tokio::test]
async fn a_revoked_link_is_gone() {
    let api = Api::new().await;
    let path = scheduled(&api, json!({})).await;
    let done = api.post(&format!("{path}revoke/"), &json!({})).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert_eq!(done.json()["interview"]["link_state"], "revoked");
    assert!(done.json()["interview"]["session_key"].is_null());
    assert!(done.json()["link_token"].is_null());
    fields(&api.post(&format!("{path}revoke/"), &json!({})).await, 409);
}

#[tokio::test]
async fn ends_and_longer_windows_go_through_the_one_state_machine() {
    let api = Api::new().await;
    let path = scheduled(&api, json!({})).await;
    let early = api.post(&format!("{path}complete/"), &json!({})).await;
    assert_eq!(fields(&early, 409), ["starts_at"]);
    let extend = format!("{path}extend/");
    assert_eq!(
        fields(&api.post(&extend, &json!({})).await, 422),
        ["closes"]
    );
    let unread = api.post(&extend, &json!({"closes": "never"})).await;
    assert_eq!(fields(&unread, 422), ["closes"]);
    let open = api.post(&extend, &json!({"opens": "now"})).await;
    assert_eq!(
        open.json()["interview"]["link_state"],
        "open",
        "{}",
        open.body
    );
    // Nobody waits yet.
    fields(&api.post(&format!("{path}admit/"), &json!({})).await, 409);
    let key = open.json()["interview"]["session_key"]
        .as_str()
        .unwrap()
        .to_owned();
    api.world.app.join(key.parse().unwrap()).await.unwrap();
    let admitted = api.post(&format!("{path}admit/"), &json!({})).await;
    assert_eq!(admitted.status, 200, "{}", admitted.body);
    assert!(admitted.json()["interview"]["joined_at"].is_string());
    api.world.wait_minutes(60 * 30);
    let missed = api.post(&format!("{path}no-show/"), &json!({})).await;
    assert_eq!(
        missed.json()["interview"]["status"],
        "no_show",
        "{}",
        missed.body
    );
    let held = api.post(&format!("{path}complete/"), &json!({})).await;
    assert_eq!(held.json()["interview"]["status"], "completed");
    for deed in [
        "extend", "cancel", "revoke", "complete", "no-show", "admit", "resend",
    ] {
        let nobody = format!("/api/interviews/01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f/{deed}/");
        let body = if deed == "extend" {
            json!({"closes": "1h"})
        } else {
            json!({})
        };
        assert_eq!(
            fields(&api.post(&nobody, &body).await, 404),
            ["id"],
            "{deed}"
        );
    }
}

#[tokio::test]
async fn a_body_of_null_says_no_more_than_none() {
    let api = Api::new().await;
    let path = scheduled(&api, json!({"send": false})).await;
    let revoked = api.post(&format!("{path}revoke/"), &Value::Null).await;
    assert_eq!(revoked.status, 200, "{}", revoked.body);
}
