//! Mail that waits, and mail that is taken back.

use std::time::Duration;

use greenroom::app::{MailWish, Stop, TakenBack};
use greenroom::domain::delivery::State;

use super::{ADA, TEN_SECONDS, TOMORROW};
use crate::support::world::request;
use crate::support::{Answer, World, draft};

#[tokio::test]
async fn held_mail_leaves_after_its_hold_and_not_before() {
    let world = World::new().await;
    let ada = world
        .schedule_with(ADA, TOMORROW, TEN_SECONDS)
        .await
        .row
        .id();
    assert_eq!(world.mail_of(ada).await, ["held"]);
    world
        .clock
        .advance(jiff::SignedDuration::from_micros(9_999_999));
    world.deliver().await;
    assert_eq!(
        (world.mail_of(ada).await, world.post.offers()),
        (vec!["held"], 0)
    );
    world.clock.advance(jiff::SignedDuration::from_micros(1));
    world.deliver().await;
    assert_eq!(world.mail_of(ada).await, ["accepted"]);
}

#[tokio::test]
async fn held_mail_can_be_taken_back_and_then_never_leaves() {
    let world = World::new().await;
    let made = world.schedule_with(ADA, TOMORROW, TEN_SECONDS).await;
    let taken = world
        .app
        .take_back(made.delivery.unwrap().id)
        .await
        .unwrap();
    assert!(matches!(taken, TakenBack::Withdrawn(row) if row.id() == made.row.id()));
    world.wait_minutes(5);
    world.deliver().await;
    assert_eq!(
        (world.mail_of(made.row.id()).await, world.post.offers()),
        (vec!["withdrawn"], 0)
    );
    assert_eq!(
        world.timeline(made.row.id()).await.last(),
        Some(&"mail_withdrawn")
    );
}

#[tokio::test]
async fn mail_that_has_left_can_not_be_taken_back() {
    let world = World::new().await;
    let made = world.schedule_with(ADA, TOMORROW, MailWish::Now).await;
    world.deliver().await;
    let left = world.now();
    world.wait_minutes(1);
    let late = world
        .app
        .take_back(made.delivery.unwrap().id)
        .await
        .unwrap();
    assert!(matches!(late, TakenBack::TooLate { state: State::Accepted, since } if since == left));
}

#[tokio::test]
async fn mail_taken_back_while_the_server_thinks_does_not_leave() {
    let world = World::new().await;
    let made = world.schedule_with(ADA, TOMORROW, MailWish::Now).await;
    let id = made.delivery.unwrap().id;
    world.post.answers([Answer::HangBefore]);
    let mut dispatcher = world.dispatcher();
    let sending =
        tokio::spawn(async move { dispatcher.attempt_all(&[id], &Stop::default()).await });
    world.post.hangs().await;
    assert_eq!(world.mail_of(made.row.id()).await, ["claimed"]);
    assert!(matches!(
        world.app.take_back(id).await.unwrap(),
        TakenBack::Withdrawn(_)
    ));
    world.post.let_go();
    let settled = sending.await.unwrap().unwrap();
    assert_eq!(settled[0].state, State::Withdrawn);
    assert!(world.post.handed().is_empty());
}

#[tokio::test]
async fn mail_refused_after_it_was_taken_back_stays_taken_back() {
    let world = World::new().await;
    let made = world.schedule_with(ADA, TOMORROW, MailWish::Now).await;
    let id = made.delivery.unwrap().id;
    world.post.answers([Answer::HangThenLater]);
    let mut dispatcher = world.dispatcher();
    let sending =
        tokio::spawn(async move { dispatcher.attempt_all(&[id], &Stop::default()).await });
    world.post.hangs().await;
    world.app.take_back(id).await.unwrap();
    world.post.let_go();
    assert_eq!(sending.await.unwrap().unwrap()[0].state, State::Withdrawn);
    assert_eq!(
        world.timeline(made.row.id()).await.last(),
        Some(&"mail_withdrawn")
    );
}

#[tokio::test]
async fn mail_whose_content_is_leaving_can_not_be_taken_back() {
    let world = World::new().await;
    let made = world.schedule_with(ADA, TOMORROW, MailWish::Now).await;
    let id = made.delivery.unwrap().id;
    world.post.answers([Answer::HangAfter]);
    let mut dispatcher = world.dispatcher();
    let sending =
        tokio::spawn(async move { dispatcher.attempt_all(&[id], &Stop::default()).await });
    world.post.hangs().await;
    let late = world.app.take_back(id).await.unwrap();
    assert!(matches!(
        late,
        TakenBack::TooLate {
            state: State::HandingOver,
            ..
        }
    ));
    assert!(
        world
            .app
            .revise(
                made.row.id(),
                request(draft(ADA, "tomorrow 17:00"), MailWish::Now)
            )
            .await
            .is_err()
    );
    assert!(world.app.remove(made.row.id()).await.is_err());
    world.post.let_go();
    assert_eq!(sending.await.unwrap().unwrap()[0].state, State::Accepted);
}

#[tokio::test]
async fn what_is_held_can_be_sent_at_once_before_the_program_ends() {
    let world = World::new().await;
    let ada = world
        .schedule_with(ADA, TOMORROW, TEN_SECONDS)
        .await
        .row
        .id();
    let stop = Stop::default();
    let running = tokio::spawn(world.dispatcher().run("dashboard", stop.clone()));
    world
        .app
        .send_held_now(Duration::from_secs(10))
        .await
        .unwrap();
    assert_eq!(world.mail_of(ada).await, ["accepted"]);
    stop.now();
    running.await.unwrap();
}

#[tokio::test]
async fn a_fixed_clock_lets_holds_run_on() {
    // `GREENROOM_NOW` fixes what is decided and shown, not the hold.
    use greenroom::app::{Clock, FixedClock};
    let clock = FixedClock::at("2031-05-05T08:00:00Z".parse().unwrap());
    let before = clock.running();
    while clock.running() <= before {
        std::hint::spin_loop();
    }
    assert_eq!(clock.now().to_string(), "2031-05-05T08:00:00Z");
}
