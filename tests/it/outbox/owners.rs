//! Several processes: one of them sends, and what one leaves behind another takes up.

use greenroom::app::{Dispatcher, SentBy, Stop};
use greenroom::domain::ids::InterviewId;
use greenroom::store::Owner;
use rstest::rstest;
use uuid::Uuid;

use super::{ADA, TOMORROW};
use crate::support::{Answer, World};

async fn owned_by_another(state: Answer) -> (World, InterviewId) {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world.post.answers([state]);
    let mut doomed = world.dispatcher();
    let sending = tokio::spawn(async move { doomed.drain(&Stop::default()).await });
    world.post.hangs().await;
    // As if the process died: its lock falls, its word in the database stays.
    sending.abort();
    let _ = sending.await;
    (world, ada)
}

#[tokio::test]
async fn claimed_mail_of_a_process_that_ended_is_taken_up() {
    let (world, ada) = owned_by_another(Answer::HangBefore).await;
    assert_eq!(world.mail_of(ada).await, ["claimed"]);
    world.deliver().await;
    assert_eq!(
        (world.mail_of(ada).await, world.post.handed().len()),
        (vec!["accepted"], 1)
    );
}

#[tokio::test]
async fn mail_that_a_process_was_handing_over_when_it_ended_is_unknown() {
    let (world, ada) = owned_by_another(Answer::HangAfter).await;
    assert_eq!(world.mail_of(ada).await, ["handing_over"]);
    world.deliver().await;
    assert_eq!(
        (world.mail_of(ada).await, world.post.offers()),
        (vec!["unknown"], 1)
    );
    let last = world.details(ada).await.events.pop().unwrap();
    assert_eq!(
        (last.kind.name(), last.detail.as_str()),
        ("mail_unknown", "the process that was sending it ended")
    );
}

#[rstest]
#[case("claimed")]
#[case("handing_over")]
#[tokio::test]
async fn a_process_that_merely_stands_still_keeps_its_mail(#[case] mark: &str) {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    let still = Owner::new(Some(&world.data()), Uuid::from_u128(7)).unwrap();
    world.tamper(&format!(
        "UPDATE delivery SET state = '{mark}', due_at = NULL, owner = '{}'",
        still.id()
    ));
    // Hours later it still has it.
    world.wait_minutes(6 * 60);
    world.deliver().await;
    assert_eq!(
        (world.mail_of(ada).await, world.post.offers()),
        (vec![mark], 0)
    );
    drop(still);
    world.deliver().await;
    let then = if mark == "claimed" {
        "accepted"
    } else {
        "unknown"
    };
    assert_eq!(world.mail_of(ada).await, [then]);
}

#[tokio::test]
async fn one_greenroom_sends_at_a_time_and_the_next_takes_over() {
    let here = World::new().await;
    let there = here.another("").await;
    let (first_ends, second_ends) = (Stop::default(), Stop::default());
    let mut sending = here.app.sending();
    let first = tokio::spawn(here.dispatcher().run("dashboard", first_ends.clone()));
    sending
        .wait_for(|sending| sending.by == SentBy::Here)
        .await
        .unwrap();
    let mut waiting = there.app.sending();
    let second = tokio::spawn(there.dispatcher().run("serve", second_ends.clone()));
    let me = format!("dashboard {}", std::process::id());
    waiting
        .wait_for(|sending| sending.by == SentBy::Other(me.clone()))
        .await
        .unwrap();

    first_ends.now();
    first.await.unwrap();
    waiting
        .wait_for(|sending| sending.by == SentBy::Here)
        .await
        .unwrap();
    // And what the first one schedules now leaves through the second.
    let ada = here.schedule(ADA, TOMORROW).await;
    let mut changes = here.app.changes();
    while here.mail_of(ada).await != ["accepted"] {
        changes.changed().await.unwrap();
    }
    second_ends.now();
    second.await.unwrap();
    assert_eq!(there.app.who_sends(), SentBy::Nobody);
}

#[tokio::test]
async fn several_dispatchers_never_send_a_mail_twice() {
    let world = World::new().await;
    for number in 0..30 {
        world
            .schedule(&format!("C{number} <c{number}@c.example>"), TOMORROW)
            .await;
    }
    let others = [world.another("").await, world.another(" ").await];
    let mut tasks = Vec::new();
    for mut dispatcher in [
        world.dispatcher(),
        others[0].dispatcher(),
        others[1].dispatcher(),
    ] {
        tasks.push(tokio::spawn(async move {
            dispatcher.drain(&Stop::default()).await;
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let mut to: Vec<String> = world
        .post
        .handed()
        .iter()
        .map(|mail| mail.envelope.recipient().to_owned())
        .collect();
    to.sort();
    to.dedup();
    assert_eq!((to.len(), world.post.handed().len()), (30, 30));
    assert_eq!(world.count("delivery WHERE state = 'accepted'"), 30);
}

#[tokio::test]
async fn a_dispatcher_can_not_be_made_where_no_lock_can_be_taken() {
    let world = World::new().await;
    std::fs::write(world.data().join("owners"), "in the way").unwrap();
    assert!(Dispatcher::new(world.app.clone(), vec![world.post.transport()]).is_err());
}
