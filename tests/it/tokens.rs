//! Whom the tokens of the API let in.

use greenroom::app::{Admission, App, MailWish};
use greenroom::domain::ids::TokenId;
use greenroom::domain::token::{BearerToken, Scope};
use uuid::Uuid;

use crate::support::world::request;
use crate::support::{World, draft};

async fn admitted(app: &App, token: &BearerToken, needed: Scope) -> &'static str {
    match app.admit_token(token.clone(), needed).await.unwrap() {
        Admission::Allowed(_) => "allowed",
        Admission::NotAllowed => "not allowed",
        Admission::Unknown => "unknown",
    }
}

#[tokio::test]
async fn a_token_opens_what_its_scopes_say_until_it_is_revoked() {
    let world = World::new().await;
    let made = world.app.create_token("Tracking", &[]).await.unwrap();
    let (app, token) = (&world.app, made.token);
    assert_eq!(admitted(app, &token, Scope::Read).await, "allowed");
    assert_eq!(admitted(app, &token, Scope::Write).await, "not allowed");
    // Writing does not imply reading.
    let writer = app.create_token("Form", &[Scope::Write]).await.unwrap();
    assert_eq!(
        admitted(app, &writer.token, Scope::Read).await,
        "not allowed"
    );
    assert_eq!(admitted(app, &writer.token, Scope::Write).await, "allowed");
    app.revoke_token(token.id()).await.unwrap();
    assert_eq!(admitted(app, &token, Scope::Read).await, "unknown");
}

#[tokio::test]
async fn a_known_id_with_another_secret_opens_nothing() {
    let world = World::new().await;
    let made = world.app.create_token("Tracking", &[]).await.unwrap();
    let other = world.app.create_token("Form", &[]).await.unwrap();
    for secret in [[0; 32], [255; 32]] {
        let forged = BearerToken::new(made.token.id(), secret);
        assert_eq!(admitted(&world.app, &forged, Scope::Read).await, "unknown");
    }
    // The secret of one under the id of the other.
    let text = made.token.expose();
    let crossed = format!("{}{}", &text[..32], &other.token.expose()[32..]);
    let crossed: BearerToken = crossed.parse().unwrap();
    assert_eq!(admitted(&world.app, &crossed, Scope::Read).await, "unknown");
    // Another Greenroom's token.
    let foreign = BearerToken::new(TokenId::new(Uuid::nil()), [7; 32]);
    assert_eq!(admitted(&world.app, &foreign, Scope::Read).await, "unknown");
}

#[tokio::test]
async fn whoever_acts_with_a_token_stands_in_the_timeline_by_its_name() {
    let world = World::new().await;
    let made = world
        .app
        .create_token("Tracking", &[Scope::Write])
        .await
        .unwrap();
    let Admission::Allowed(app) = world
        .app
        .admit_token(made.token, Scope::Write)
        .await
        .unwrap()
    else {
        panic!("its own token");
    };
    let draft = draft("Ada Lovelace <ada@c.example>", "tomorrow 15:00");
    let row = app
        .schedule(request(draft, MailWish::No))
        .await
        .unwrap()
        .row;
    let events = world.details(row.id()).await.events;
    assert!(
        events.iter().all(|event| event.actor == "Tracking (API)"),
        "{events:?}"
    );
}
