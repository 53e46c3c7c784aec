//! What `/` finds.

use std::time::Duration;

use greenroom::app::{From, MailWish, Row};
use greenroom::domain::filter::Filter;

use super::found;
use crate::support::world::request;
use crate::support::{World, draft};

#[tokio::test]
async fn search_finds_names_without_accents_links_keys_and_message_ids() {
    let world = World::new().await;
    let jose = world
        .schedule("José Ñáñez <jose@bücher.example>", "tomorrow 15:00")
        .await;
    world
        .schedule("Bob <bob@c.example>", "tomorrow 16:00")
        .await;
    world
        .schedule("100% <per_cent@c.example>", "tomorrow 17:00")
        .await;
    let mail = world.newest(jose).await.message_id;
    let key = world.row(jose).await.facts.key.unwrap().expose();
    for text in [
        "jose",
        "ÑÁÑEZ",
        "nanez jose",
        "jo",
        "bücher",
        "xn--bcher",
        &world.link(jose).await,
        &key,
        &key[..8],
        &mail,
        mail.trim_matches(['<', '>']),
        "engineer jose",
        "jose -bob",
    ] {
        let rows = found(&world.app, text).await;
        assert_eq!(
            rows.iter().map(Row::id).collect::<Vec<_>>(),
            [jose],
            "{text}"
        );
    }
    for (text, count) in [
        ("%", 1),
        ("_", 1),
        ("100%", 1),
        ("\"; DROP", 0),
        ("engineer", 3),
        ("e OR b", 0),
        ("\\", 0),
    ] {
        let filter = Filter::literal(text);
        let rows = world
            .app
            .window(&filter, From::Start, 10)
            .await
            .unwrap()
            .rows;
        assert_eq!(rows.len(), count, "{text}");
    }
}

#[tokio::test]
async fn search_follows_every_change() {
    let world = World::new().await;
    let hold = MailWish::HeldFor(Duration::from_secs(10));
    let id = world
        .schedule_with("Ada Lovelace <ada@c.example>", "tomorrow 15:00", hold)
        .await
        .row
        .id();
    let other = request(
        draft("Grace Hopper <grace@c.example>", "tomorrow 15:00"),
        hold,
    );
    world.app.revise(id, other).await.unwrap();
    assert!(found(&world.app, "lovelace").await.is_empty());
    assert_eq!(found(&world.app, "hopper").await.len(), 1);
    let key = world.row(id).await.facts.key.unwrap().expose();
    assert_eq!(
        found(&world.app, &key).await.len(),
        1,
        "the key is found after a change too"
    );
    world.app.remove(id).await.unwrap();
    assert!(found(&world.app, "hopper").await.is_empty());
    world.tamper("INSERT INTO interview_search (interview_search) VALUES ('integrity-check')");
}
