//! What is kept of an import, and when it ends.

use greenroom::app::{Action, MailWish, Selection};
use greenroom::domain::ids::{InterviewId, SessionId};
use greenroom::domain::session::{Session, SessionKey};
use uuid::Uuid;

use super::ADA;
use crate::support::World;

const TOKEN: &str = "b9f6c1f0a3f84f4b9b7a6d5c4e3f2a1b.0123456789abcdef0123456789abcdef";

// An interview as an import leaves it: with the key that the old system mailed, or without one.
async fn imported(world: &World, key: Option<u128>) -> InterviewId {
    let id = world
        .schedule_with(ADA, "tomorrow 15:00", MailWish::No)
        .await
        .row
        .id();
    let external = "0f".repeat(16);
    let conflict = i32::from(key.is_none());
    world.tamper(&format!(
        "DELETE FROM session;
         UPDATE interview SET session_key = NULL, source = 'legacy', external_id = '{external}', import_conflict = {conflict};
         INSERT INTO imported_token (token, interview_id) VALUES ('{TOKEN}', '{id}')"
    ));
    if let Some(key) = key {
        let key = SessionKey::new(Uuid::from_u128(key)).expose();
        world.tamper(&format!(
            "INSERT INTO session (id, interview_id, key, created_at) VALUES ('{}', '{id}', '{key}', 1);
             UPDATE interview SET session_key = '{key}', key_imported = 1",
            Uuid::from_u128(7)
        ));
    }
    id
}

async fn leads_to(world: &World) -> Option<InterviewId> {
    world
        .store
        .read(|read| read.imported_token(TOKEN))
        .await
        .unwrap()
}

#[tokio::test]
async fn whoever_holds_an_imported_key_is_neither_ready_nor_uninvited() {
    let world = World::new().await;
    let id = imported(&world, Some(5)).await;
    let row = world.row(id).await;
    assert!(row.facts.key_imported && !row.facts.import_conflict);
    assert_eq!(world.says(id).await, "invited by the old system");
    assert_eq!(world.app.interview_json(&row).verdict, "in_doubt");
    assert_eq!(leads_to(&world).await, Some(id));
}

#[tokio::test]
async fn a_link_made_here_ends_the_marks_of_the_import() {
    let world = World::new().await;
    let id = imported(&world, None).await;
    assert!(world.row(id).await.facts.import_conflict);
    let plan = world
        .app
        .plan(Action::Repair { send: false }, &Selection::Ids(vec![id]))
        .await
        .unwrap();
    world.app.carry_out(&plan, None).await.unwrap();
    let facts = world.row(id).await.facts;
    assert!(!facts.import_conflict && !facts.key_imported);
    assert_eq!(
        facts.imported.map(|from| from.source).as_deref(),
        Some("legacy")
    );
    assert_eq!(leads_to(&world).await, Some(id), "it leads to the new link");
}

#[tokio::test]
async fn a_token_dies_with_the_session_it_led_to() {
    let world = World::new().await;
    let id = imported(&world, Some(5)).await;
    let at = world.now();
    world.tamper("UPDATE session SET revoked_at = 1");
    world
        .store
        .write(move |write| {
            write.add_session(&Session {
                id: SessionId::new(Uuid::from_u128(8)),
                interview_id: id,
                key: SessionKey::new(Uuid::from_u128(6)),
                created_at: at,
                revoked_at: None,
            })
        })
        .await
        .unwrap();
    assert_eq!(leads_to(&world).await, None);
    assert!(!world.row(id).await.facts.key_imported);
}

#[tokio::test]
async fn one_id_of_one_source_is_one_interview_and_an_unsigned_token_is_refused() {
    let world = World::new().await;
    let id = imported(&world, None).await;
    let there = |source: &'static str| {
        world
            .store
            .read(move |read| read.imported_as(source, &"0f".repeat(16)))
    };
    assert_eq!(there("legacy").await.unwrap(), Some(id));
    assert_eq!(there("csv").await.unwrap(), None);
    let short = world
        .store
        .write(move |write| write.add_imported_token(&"a".repeat(40), id))
        .await;
    assert!(short.is_err());
    let sql = world.sql();
    let again = sql.execute(
        "INSERT INTO interview (id, candidate_name, role, status, zone, duration_minutes, interviewers, sequence,
             created_at, updated_at, search, source, external_id)
         SELECT 'x', candidate_name, role, status, zone, duration_minutes, interviewers, sequence, created_at,
             updated_at, search, source, external_id FROM interview",
        [],
    );
    assert!(again.unwrap_err().to_string().contains("UNIQUE"));
}
