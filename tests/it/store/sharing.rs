//! Two Greenrooms on one database.

use std::time::Duration;

use greenroom::app::MailWish;

use super::ADA;
use super::sudden_ends::assert_whole;
use crate::support::world::request;
use crate::support::{World, draft};

#[tokio::test]
async fn a_change_by_one_greenroom_is_seen_by_the_other() {
    let here = World::new().await;
    let there = here.another("").await;
    let mut changes = there.app.changes();
    changes.mark_unchanged();
    let ada = here.schedule(ADA, "tomorrow 15:00").await;
    tokio::time::timeout(Duration::from_secs(1), changes.changed())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        there.row(ada).await.interview.candidate_name,
        "Ada Lovelace"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_interviews_of_two_greenrooms_interleave() {
    let here = World::new().await;
    let there = here.another("").await;
    let mut tasks = Vec::new();
    for number in 0..1000 {
        let app = if number % 2 == 0 {
            &here.app
        } else {
            &there.app
        }
        .clone();
        let candidate = format!("C{number} <c{number}@c.example>");
        tasks.push(tokio::spawn(async move {
            app.schedule(request(draft(&candidate, "tomorrow 15:00"), MailWish::Now))
                .await
        }));
    }
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_whole(&here.sql(), 1000);
}
