//! Who may ask, and what is answered to what can't be understood.

use greenroom::domain::token::Scope;
use serde_json::json;

use super::{Api, ada, fields, token};

#[tokio::test]
async fn without_a_live_token_nothing_is_looked_at() {
    let api = Api::new().await;
    let id = api.ada(json!({})).await.json()["interview"]["id"].clone();
    let path = format!("/api/interviews/{}/", id.as_str().unwrap());
    let nobody = api.site.get(&path).await;
    assert!(fields(&nobody, 401).is_empty());
    assert_eq!(
        nobody.header("www-authenticate"),
        Some(r#"Bearer realm="greenroom""#)
    );
    for wrong in [
        "Bearer",
        "Bearer x",
        "Basic cml0YTpyaXRh",
        "Bearer greenroom_AAAA",
    ] {
        let header = format!("Authorization: {wrong}");
        let answer = api.site.ask("GET", &path, &[&header], "").await;
        assert_eq!(answer.status, 401, "{wrong}");
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(
            challenge.contains(r#"error="invalid_token""#),
            "{challenge}"
        );
    }
    // Also before the path or the body is looked at.
    let answer = api
        .site
        .ask("POST", "/api/interviews/x/cancel/", &[], "{")
        .await;
    assert_eq!(answer.status, 401);
    let made = api.world.app.create_token("Gone", &[]).await.unwrap();
    api.world.app.revoke_token(made.kept.id).await.unwrap();
    let header = format!("Authorization: Bearer {}", made.token.expose());
    assert_eq!(api.site.ask("GET", &path, &[&header], "").await.status, 401);
}

#[tokio::test]
async fn a_token_goes_as_far_as_its_scopes() {
    let mut api = Api::new().await;
    api.token = token(&api.world, "Reader", &[Scope::Read]).await;
    assert_eq!(api.get("/api/interviews/").await.status, 200);
    let refused = api.ada(json!({})).await;
    assert!(fields(&refused, 403).is_empty());
    let challenge = refused.header("www-authenticate").unwrap();
    assert!(
        challenge.contains(r#"error="insufficient_scope", scope="write""#),
        "{challenge}"
    );
    assert_eq!(api.world.count("interview"), 0);
    api.token = token(&api.world, "Writer", &[Scope::Write]).await;
    assert_eq!(api.get("/api/interviews/").await.status, 403);
    assert_eq!(api.ada(json!({})).await.status, 201);
}

#[tokio::test]
async fn every_refusal_is_a_problem() {
    let api = Api::new().await;
    let authorization = format!("Authorization: Bearer {}", api.token);
    let json_type = "Content-Type: application/json";
    let ask = |method, path, headers: &[&str], body: &str| {
        let mut all: Vec<String> = vec![authorization.clone()];
        all.extend(headers.iter().map(|header| (*header).to_owned()));
        let (site, body) = (&api.site, body.to_owned());
        async move {
            let all: Vec<&str> = all.iter().map(String::as_str).collect();
            site.ask(method, path, &all, &body).await
        }
    };
    let interviews = "/api/interviews/";
    assert!(fields(&ask("GET", "/api/nowhere", &[], "").await, 404).is_empty());
    assert_eq!(fields(&api.get("/api/interviews/x/").await, 404), ["id"]);
    let nobody = "/api/interviews/01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f/";
    assert_eq!(fields(&api.get(nobody).await, 404), ["id"]);
    let not_allowed = ask("DELETE", interviews, &[], "").await;
    fields(&not_allowed, 405);
    assert_eq!(not_allowed.header("allow"), Some("GET,HEAD,POST"));
    fields(&ask("POST", interviews, &[], "{}").await, 415);
    fields(
        &ask("POST", interviews, &["Content-Type: text/plain"], "{}").await,
        415,
    );
    for no_json in ["{", "{} {}", "nonsense"] {
        fields(&ask("POST", interviews, &[json_type], no_json).await, 400);
    }
    let large = format!("{{\"note\": \"{}\"}}", "x".repeat(70_000));
    fields(&ask("POST", interviews, &[json_type], &large).await, 413);
    let list = ask("POST", interviews, &[json_type], "[]").await;
    assert_eq!(fields(&list, 422).len(), 1);
    let wrong = ask(
        "POST",
        interviews,
        &[json_type],
        r#"{"duration_minutes": "long"}"#,
    )
    .await;
    assert_eq!(fields(&wrong, 422), ["duration_minutes"]);
    let unknown = api.post(interviews, &json!({"candidate": "Ada"})).await;
    assert_eq!(fields(&unknown, 422), ["candidate"]);
    // A page is no problem document.
    let page = ask("GET", "/nowhere", &[], "").await;
    assert_ne!(
        page.header("content-type"),
        Some("application/problem+json")
    );
}

#[tokio::test]
async fn a_missing_slash_at_the_end_is_no_obstacle() {
    let api = Api::new().await;
    let made = api.post("/api/interviews", &ada(json!({}))).await;
    assert_eq!(made.status, 201);
    let location = made.header("location").unwrap().trim_end_matches('/');
    assert_eq!(api.get(location).await.status, 200);
    let listed = api.get("/api/interviews?limit=1").await;
    assert_eq!(listed.json()["interviews"].as_array().unwrap().len(), 1);
    let again = api.post(&format!("{location}/cancel"), &json!({})).await;
    assert_eq!(again.status, 200);
}

#[tokio::test]
async fn the_list_is_filtered_and_goes_on_where_it_ended() {
    let api = Api::new().await;
    for hour in 8..18 {
        let start = format!("2031-05-06T{hour:02}:00:00Z");
        let role = if hour % 2 == 0 { "Even" } else { "Odd" };
        let made = api.ada(json!({"starts_at": start, "role": role})).await;
        assert_eq!(made.status, 201, "{}", made.body);
    }
    let all = api.get("/api/interviews/").await.json();
    assert_eq!(all["interviews"].as_array().unwrap().len(), 10);
    assert!(all["next"].is_null());
    let mut seen = Vec::new();
    let mut path = "/api/interviews/?filter=role:even&limit=2".to_owned();
    loop {
        let answer = api.get(&path).await;
        let part = answer.json();
        seen.extend(part["interviews"].as_array().unwrap().iter().map(|one| {
            assert_eq!(one["role"], "Even");
            one["starts_at"].as_str().unwrap().to_owned()
        }));
        let link = answer.header("link");
        let Some(next) = part["next"].as_str() else {
            assert!(link.is_none());
            break;
        };
        let link = link.unwrap();
        assert!(
            link.ends_with("; rel=\"next\"") && link.contains(next),
            "{link}"
        );
        path = format!("/api/interviews/{}", &link[1..link.find('>').unwrap()]);
    }
    assert_eq!(seen.len(), 5);
    assert!(seen.is_sorted(), "{seen:?}");
    for (query, field) in [
        ("filter=colour:red", "filter"),
        ("cursor=nonsense", "cursor"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=many", "limit"),
        ("page=2", "page"),
    ] {
        let refused = api.get(&format!("/api/interviews/?{query}")).await;
        assert_eq!(fields(&refused, 422), [field], "{query}");
    }
}

#[tokio::test]
async fn looking_changes_nothing() {
    let api = Api::new().await;
    let made = api.ada(json!({})).await;
    let path = made.header("location").unwrap();
    let tables = [
        "interview",
        "session",
        "delivery",
        "event",
        "setting",
        "idempotency",
        "api_token",
    ];
    let state = |world: &crate::support::World| {
        let sql = world.sql();
        let mut values = Vec::new();
        for table in tables {
            let mut statement = sql.prepare(&format!("SELECT * FROM {table}")).unwrap();
            let columns = statement.column_count();
            let mut rows = statement.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                for column in 0..columns {
                    values.push(row.get::<_, rusqlite::types::Value>(column).unwrap());
                }
            }
        }
        values
    };
    let before = state(&api.world);
    for _ in 0..20 {
        api.get(path).await;
        api.get("/api/interviews/").await;
        api.site.head(path).await;
    }
    assert!(state(&api.world) == before);
}
