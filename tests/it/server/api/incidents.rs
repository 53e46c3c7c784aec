//! Incidents 1 to 3 through the API: no mail without a key, no silence about it, no invented start.

use serde_json::json;

use super::{Api, fields};

#[tokio::test]
async fn incident_01_what_the_api_mails_carries_the_key_that_it_keeps() {
    let api = Api::new().await;
    let made = api.ada(json!({})).await.json();
    api.world.deliver().await;
    let key = made["interview"]["session_key"].as_str().unwrap();
    let letter = api.world.letters().remove(0);
    let link = format!("https://interviews.acme.example/interview/?session_key={key}");
    assert!(letter.text.unwrap().contains(&link));
    assert_eq!(made["interview"]["join_url"], link);
    let stored: String = api.world.ask("SELECT key FROM session");
    assert_eq!(stored, key);
    // A link that went missing is made before anything is mailed.
    api.world.tamper(
        "DELETE FROM delivery; DELETE FROM session;
         UPDATE interview SET session_key = NULL, told_at = NULL, told_key = NULL, mail_state = NULL",
    );
    let path = format!(
        "/api/interviews/{}/resend/",
        made["interview"]["id"].as_str().unwrap()
    );
    let resent = api.post(&path, &json!({})).await;
    assert_eq!(resent.status, 200, "{}", resent.body);
    api.world.deliver().await;
    let key = resent.json()["interview"]["session_key"]
        .as_str()
        .unwrap()
        .to_owned();
    let letters = api.world.letters();
    assert!(letters[1].text.as_ref().unwrap().contains(&key));
}

#[tokio::test]
async fn incident_02_the_api_never_leaves_an_interview_without_a_key_in_silence() {
    let api = Api::new().await;
    for send in [true, false] {
        let made = api.ada(json!({"send": send, "again": true})).await;
        assert_eq!(made.status, 201);
        let key = made.json()["interview"]["session_key"].clone();
        assert_eq!(key.as_str().map(str::len), Some(32), "send {send}");
    }
    // Without a start there is a key all the same.
    api.world.tamper(
        "DELETE FROM delivery; DELETE FROM session;
         UPDATE interview SET session_key = NULL, starts_at = NULL, ends_at = NULL",
    );
    let list = api.get("/api/interviews/").await.json();
    for interview in list["interviews"].as_array().unwrap() {
        let path = format!(
            "/api/interviews/{}/generate-link/",
            interview["id"].as_str().unwrap()
        );
        let made = api.post(&path, &json!({})).await;
        assert_eq!(made.status, 200, "{}", made.body);
        assert_eq!(made.json()["interview"]["link_state"], "unscheduled");
        assert!(made.json()["interview"]["session_key"].is_string());
    }
}

#[tokio::test]
async fn incident_03_the_api_invents_no_start_and_names_what_is_missing() {
    let api = Api::new().await;
    let refused = api.ada(json!({"starts_at": null})).await;
    assert_eq!(fields(&refused, 422), ["starts_at"]);
    let empty = api.ada(json!({"starts_at": ""})).await;
    assert_eq!(fields(&empty, 422), ["starts_at"]);
    assert_eq!(api.world.count("interview"), 0);
    // One that lost its start, as an import may bring it.
    let made = api.ada(json!({"send": false})).await.json();
    api.world
        .tamper("UPDATE interview SET starts_at = NULL, ends_at = NULL");
    let id = made["interview"]["id"].as_str().unwrap();
    let resent = api
        .post(&format!("/api/interviews/{id}/resend/"), &json!({}))
        .await;
    assert_eq!(fields(&resent, 409), ["starts_at"]);
    let interview = api.get(&format!("/api/interviews/{id}/")).await.json();
    assert!(interview["starts_at"].is_null(), "nothing was made up");
    assert_eq!(api.world.count("delivery"), 0);
    api.world.deliver().await;
    assert!(api.world.letters().is_empty());
}
