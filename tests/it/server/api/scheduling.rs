//! `POST /api/interviews/`: THE use-case.

use greenroom::domain::token::Scope;
use serde_json::json;

use super::{Api, ada, fields, token};

#[tokio::test]
async fn one_request_makes_interview_link_and_mail() {
    let api = Api::new().await;
    let made = api
        .ada(json!({
            "zone": "Europe/Berlin",
            "candidate_zone": "America/New_York",
            "duration_minutes": 60,
            "round": "first",
            "kind": "technical",
            "interviewers": ["Grace Hopper <grace@acme.example>", "bob@acme.example"],
            "meeting_url": "https://meet.acme.example/ada",
            "company": "Acme",
            "recruiter": "Rita Levi <rita@acme.example>",
            "note": "Bring\nyour engine",
        }))
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let body = made.json();
    let interview = &body["interview"];
    assert_eq!(interview["starts_at"], "2031-05-06T13:00:00Z");
    assert_eq!(interview["zone"], "Europe/Berlin");
    assert_eq!(interview["duration_minutes"], 60);
    assert_eq!(interview["interviewers"].as_array().unwrap().len(), 2);
    assert_eq!(interview["link_state"], "not_yet_open");
    let join_url = interview["join_url"].as_str().unwrap();
    assert!(join_url.ends_with(interview["session_key"].as_str().unwrap()));
    // Kept, queued and not waited for.
    assert_eq!(body["delivery"]["state"], "queued");
    assert_eq!(body["delivery"]["to"], "ada@c.example");
    let location = made.header("location").unwrap();
    assert_eq!(
        location,
        format!("/api/interviews/{}/", interview["id"].as_str().unwrap())
    );
    api.world.deliver().await;
    let letters = api.world.letters();
    assert_eq!(letters.len(), 1);
    assert!(letters[0].text.as_ref().unwrap().contains(join_url));
    let later = api.get(location).await.json();
    assert_eq!(later["mail_state"], "accepted");
    assert_eq!(later["verdict"], "ready");
    let id = interview["id"].as_str().unwrap().parse().unwrap();
    let events = api.world.details(id).await.events;
    assert_eq!(events[0].actor, "Tracking (API)");
}

#[tokio::test]
async fn nobody_is_mailed_when_the_request_says_so() {
    let api = Api::new().await;
    let made = api.ada(json!({"send": false})).await;
    assert_eq!(made.status, 201);
    assert!(made.json()["delivery"].is_null());
    assert_eq!(made.json()["interview"]["verdict"], "not_invited");
    assert_eq!(api.world.count("delivery"), 0);
}

#[tokio::test]
async fn every_field_that_is_wrong_is_named_at_once() {
    let api = Api::new().await;
    let nothing = api.post("/api/interviews/", &json!({})).await;
    assert_eq!(
        fields(&nothing, 422),
        ["candidate_name", "candidate_email", "role", "starts_at"]
    );
    let wrong = json!({
        "candidate_email": "ada",
        "zone": "Mars/Olympus",
        "interviewers": ["Grace <grace>"],
        "meeting_url": "javascript:alert(1)",
        "role": "{{role}}",
    });
    let mut named = fields(&api.ada(wrong).await, 422);
    named.sort();
    assert_eq!(
        named,
        [
            "candidate_email",
            "interviewers",
            "meeting_url",
            "role",
            "zone"
        ]
    );
    let past = api.ada(json!({"starts_at": "2020-01-01T00:00:00Z"})).await;
    assert_eq!(fields(&past, 422), ["starts_at"]);
    for person in ["tomorrow 15:00", "in an hour", "15:00"] {
        let refused = api.ada(json!({"starts_at": person})).await;
        assert_eq!(fields(&refused, 422), ["starts_at"], "{person}");
    }
    let short = api.ada(json!({"duration_minutes": 1})).await;
    assert_eq!(fields(&short, 422), ["duration_minutes"]);
    assert_eq!(api.world.count("interview"), 0);
    assert_eq!(api.world.count("delivery"), 0);
}

#[tokio::test]
async fn a_start_without_an_offset_is_a_wall_time_in_its_zone() {
    let api = Api::new().await;
    let made = api
        .ada(json!({"starts_at": "2031-05-06T15:00", "zone": "Europe/Berlin"}))
        .await;
    assert_eq!(
        made.json()["interview"]["starts_at"],
        "2031-05-06T13:00:00Z"
    );
}

#[tokio::test]
async fn a_repeated_request_is_answered_with_the_first_result() {
    let api = Api::new().await;
    let key = ["Idempotency-Key: 7c1d"];
    let first = api
        .post_with("/api/interviews/", &ada(json!({})), &key)
        .await;
    assert_eq!(first.status, 201);
    api.world.deliver().await;
    let second = api
        .post_with("/api/interviews/", &ada(json!({})), &key)
        .await;
    assert_eq!(second.status, 200);
    assert_eq!(
        first.json()["interview"]["session_key"],
        second.json()["interview"]["session_key"]
    );
    assert_eq!(second.json()["delivery"]["state"], "accepted");
    let other = ada(json!({"role": "Poet"}));
    let reused = api.post_with("/api/interviews/", &other, &key).await;
    assert_eq!(fields(&reused, 422), ["idempotency_key"]);
    let empty = ["Idempotency-Key: "];
    let refused = api.post_with("/api/interviews/", &other, &empty).await;
    assert_eq!(fields(&refused, 422), ["idempotency_key"]);
    assert_eq!(api.world.count("interview"), 1);
    assert_eq!(api.world.letters().len(), 1);
}

#[tokio::test]
async fn the_keys_of_two_systems_do_not_meet() {
    let mut api = Api::new().await;
    let key = ["Idempotency-Key: 1"];
    let first = api
        .post_with("/api/interviews/", &ada(json!({})), &key)
        .await;
    api.token = token(&api.world, "Another", &[Scope::Write]).await;
    let bob = ada(json!({"candidate_email": "bob@c.example"}));
    let second = api.post_with("/api/interviews/", &bob, &key).await;
    assert_eq!((first.status, second.status), (201, 201), "{}", second.body);
}

#[tokio::test]
async fn the_same_address_at_the_same_time_is_a_slip_unless_said() {
    let api = Api::new().await;
    api.ada(json!({})).await;
    let again = api.ada(json!({})).await;
    assert_eq!(fields(&again, 409), ["candidate_email"]);
    assert_eq!(api.ada(json!({"again": true})).await.status, 201);
    assert_eq!(api.world.count("interview"), 2);
}

#[tokio::test]
async fn what_another_system_says_becomes_nobodys_habit() {
    let api = Api::with("schedule.zone = ''").await;
    let before = api.world.app.form_zone().await.unwrap();
    assert_eq!(api.ada(json!({"zone": "Asia/Tokyo"})).await.status, 201);
    assert_eq!(api.world.app.form_zone().await.unwrap(), before);
}

#[tokio::test]
async fn hostile_text_stays_text() {
    let api = Api::new().await;
    let name = "<script>alert(1)</script> O'Hara";
    let made = api.ada(json!({"candidate_name": name})).await;
    assert_eq!(made.json()["interview"]["candidate_name"], name);
    for hostile in [
        "Ada\r\nBcc: x@y.example",
        "Ada\u{1b}[2J",
        "Ada\u{202e}",
        "Ada\u{0}",
    ] {
        let refused = api.ada(json!({"candidate_name": hostile})).await;
        assert_eq!(fields(&refused, 422), ["candidate_name"], "{hostile:?}");
        assert!(!refused.body.contains('\u{1b}'));
    }
    let long = api.ada(json!({"candidate_name": "x".repeat(20_000)})).await;
    assert_eq!(fields(&long, 422), ["candidate_name"]);
    assert!(long.body.len() < 2_000);
}
