//! How far a batch has come, and steering it.

use std::time::Duration;

use greenroom::app::{Action, AppError, Chosen, Selection, Steer, Stop};
use greenroom::domain::batch::{BatchEvent, Progress};
use jiff::SignedDuration;

use super::{batch, candidates};
use crate::support::dashboard::Dashboard;
use crate::support::{Answer, World, words};

async fn progress(world: &World, number: i64) -> Progress {
    world.app.batch(number).await.unwrap().progress
}

#[tokio::test]
async fn progress_is_counted_from_the_outbox_and_the_same_in_every_process() {
    let world = World::new().await;
    let ids = candidates(&world, 4).await;
    let number = batch(&world, &ids, None).await;
    world
        .post
        .answers([Answer::Accept, Answer::Later, Answer::Never, Answer::Lost]);
    world.deliver().await;
    let expected = Progress {
        accepted: 1,
        deferred: 1,
        failed: 1,
        unknown: 1,
        ..Progress::default()
    };
    assert_eq!(progress(&world, number).await, expected);
    let other = world.another("").await;
    assert_eq!(progress(&other, number).await, expected);
    let status = other.app.batch(number).await.unwrap();
    assert_eq!(
        status.words(),
        "1 of 4 sent, 1 put off, 1 failed, 1 of unknown outcome"
    );
    assert!(!status.is_over(), "one is tried again by itself");
}

#[tokio::test]
async fn a_paused_batch_waits_and_nothing_else_does() {
    let world = World::new().await;
    let ids = candidates(&world, 3).await;
    let number = batch(&world, &ids, None).await;
    world.app.steer_batch(number, Steer::Pause).await.unwrap();
    let other = world
        .schedule("Ada <ada@c.example>", "tomorrow 16:00")
        .await;
    world.deliver().await;
    assert_eq!(world.mail_of(other).await, ["accepted"]);
    assert_eq!(world.post.handed().len(), 1);
    let again = world.app.steer_batch(number, Steer::Pause).await;
    assert!(words(again).contains("paused already"));
    world.app.steer_batch(number, Steer::Resume).await.unwrap();
    world.deliver().await;
    assert_eq!(progress(&world, number).await.accepted, 3);
    let over = world.app.steer_batch(number, Steer::Pause).await;
    assert!(matches!(over, Err(AppError::BatchOver(_))));
}

#[tokio::test]
async fn a_command_that_waits_for_its_mails_does_not_wait_for_a_paused_batch() {
    let world = World::new().await;
    let ids = candidates(&world, 2).await;
    let number = batch(&world, &ids, None).await;
    world.app.steer_batch(number, Steer::Pause).await.unwrap();
    let mails = world.app.batch_mails(number).await.unwrap();
    let mails: Vec<_> = mails.iter().map(|mail| mail.delivery.id).collect();
    let settled = world
        .dispatcher()
        .attempt_all(&mails, &Stop::default())
        .await
        .unwrap();
    assert!(settled.iter().all(|mail| mail.paused && mail.attempts == 0));
}

#[tokio::test]
async fn what_was_put_off_stays_paused_with_its_batch() {
    let world = World::new().await;
    let ids = candidates(&world, 1).await;
    let number = batch(&world, &ids, None).await;
    world.post.answers([Answer::Later]);
    world.deliver().await;
    world.app.steer_batch(number, Steer::Pause).await.unwrap();
    world.wait_minutes(120);
    world.deliver().await;
    assert_eq!(world.post.handed().len(), 0);
    assert_eq!(progress(&world, number).await.deferred, 1);
}

#[tokio::test]
async fn a_stopped_batch_withdraws_what_has_not_left_and_only_that_is_tried_again() {
    let world = World::new().await;
    let ids = candidates(&world, 6).await;
    let number = batch(&world, &ids, None).await;
    world
        .post
        .answers([Answer::Accept, Answer::Never, Answer::Lost, Answer::Later]);
    world.deliver().await;
    // The other two were taken as well; what was put off is all that has not left.
    let stopped = world.app.steer_batch(number, Steer::Stop).await.unwrap();
    assert_eq!(stopped.withdrawn, 1);
    assert_eq!(world.mail_of(ids[3]).await, ["withdrawn"]);
    assert_eq!(
        *world.timeline(ids[3]).await.last().unwrap(),
        "mail_withdrawn"
    );
    let retry = world.app.plan_retry(number).await.unwrap();
    assert_eq!(
        retry.left_out(),
        "left out: 1 refused for good (mend the address first), 1 of unknown outcome (settle them first)"
    );
    assert!(retry.needs_somebody());
    let plan = retry.plan.unwrap();
    assert_eq!(
        plan.rows.iter().map(|row| row.id).collect::<Vec<_>>(),
        [ids[3]]
    );
    let done = world.app.carry_out(&plan, None).await.unwrap();
    assert_eq!(done.batch, Some(number + 1));
    world.deliver().await;
    assert_eq!(world.mail_of(ids[3]).await, ["accepted", "withdrawn"]);
    // What has been mailed again since is no longer the old batch's to try.
    assert_eq!(world.app.plan_retry(number).await.unwrap().plan, None);
}

#[tokio::test]
async fn a_batch_that_is_held_can_be_stopped_before_anything_leaves() {
    let world = World::new().await;
    let ids = candidates(&world, 30).await;
    let number = batch(&world, &ids, Some(Duration::from_secs(30))).await;
    let held = world.app.batch(number).await.unwrap();
    assert_eq!(held.words(), "0 of 30 sent, 30 held");
    let stopped = world.app.steer_batch(number, Steer::Stop).await.unwrap();
    assert_eq!((stopped.withdrawn, stopped.status.progress.left()), (30, 0));
    world.wait_minutes(5);
    world.deliver().await;
    assert_eq!(world.post.handed().len(), 0);
}

#[tokio::test]
async fn a_batch_tells_its_pace_and_what_is_left_takes_as_long() {
    let world = World::with("mail.rate = 10").await;
    let ids = candidates(&world, 20).await;
    let number = batch(&world, &ids, None).await;
    let status = world.app.batch(number).await.unwrap();
    assert_eq!(status.time_left, Some(Duration::from_secs(2)));
    assert_eq!(
        status.words(),
        "0 of 20 sent, 20 waiting, about 2 seconds left"
    );
    let (mut dispatcher, stop) = (world.dispatcher(), Stop::default());
    tokio::select! {
        _ = dispatcher.drain(&stop) => {}
        () = world.time_runs() => {}
    }
    let status = world.app.batch(number).await.unwrap();
    assert_eq!((status.is_over(), status.standing()), (true, "over"));
    assert_eq!(status.words(), "20 of 20 sent");
}

#[tokio::test]
async fn there_is_no_batch_of_another_number() {
    let world = World::new().await;
    let refused = words(world.app.batch(7).await);
    assert_eq!(
        refused,
        "batch: there is no batch 7; greenroom batch shows them"
    );
}

#[tokio::test]
async fn who_paused_resumed_stopped_and_retried_a_batch_stays_on_record() {
    let world = World::new().await;
    let sam = world
        .another("user.name = 'Sam'\nuser.email = 'sam@acme.example'")
        .await;
    let ids = candidates(&world, 3).await;
    let number = batch(&world, &ids, None).await;
    let history = async || {
        let status = world.app.batch(number).await.unwrap();
        let said = |event: &BatchEvent| {
            let who = event.actor.split(" <").next().unwrap();
            format!("{who}: {}", event.words())
        };
        status.history.iter().map(said).collect::<Vec<_>>()
    };
    assert_eq!(history().await, [""; 0]);
    sam.app.steer_batch(number, Steer::Pause).await.unwrap();
    world.wait_minutes(3);
    world.app.steer_batch(number, Steer::Resume).await.unwrap();
    sam.app.steer_batch(number, Steer::Stop).await.unwrap();
    let retry = world.app.plan_retry(number).await.unwrap().plan.unwrap();
    // A plan in a file remembers what it tries again.
    let retry = serde_json::from_str(&serde_json::to_string(&retry).unwrap()).unwrap();
    world.app.carry_out(&retry, None).await.unwrap();
    let all = [
        "Sam: paused",
        "Rita Levi: resumed",
        "Sam: stopped, 3 withdrawn",
        "Rita Levi: retried as batch 2",
    ];
    assert_eq!(history().await, all);
    // A refusal leaves no trace, nor does a plan that was carried out before.
    assert!(sam.app.steer_batch(number, Steer::Pause).await.is_err());
    assert!(world.app.carry_out(&retry, None).await.unwrap().repeated);
    assert_eq!(history().await, all);
    let waited = world.app.batch(number).await.unwrap().history;
    assert_eq!(waited[1].at, waited[0].at + SignedDuration::from_mins(3));
    // And the interview knows who took its mail back, and with which batch it was asked for.
    let events = world.details(ids[0]).await.events;
    let taken = events
        .iter()
        .find(|event| event.kind.name() == "mail_withdrawn");
    let taken = taken.unwrap();
    assert!(taken.actor.starts_with("Sam"), "{}", taken.actor);
    assert!(
        taken.detail.ends_with("(batch 1 was stopped)"),
        "{}",
        taken.detail
    );
    let asked = events
        .iter()
        .find(|event| event.kind.name() == "mail_queued");
    assert!(asked.unwrap().detail.ends_with(" (batch 1)"));
}

#[tokio::test]
async fn a_pause_is_no_part_of_the_pace() {
    let world = World::new().await;
    let ids = candidates(&world, 30).await;
    let number = batch(&world, &ids, None).await;
    world.post.answers([Answer::Later; 20]);
    world.deliver().await;
    let status = async || {
        let status = world.app.batch(number).await.unwrap();
        (status.last_minute, status.per_minute, status.time_left)
    };
    let half = SignedDuration::from_secs(30);
    world.clock.advance(half);
    // When what was put off leaves is for its next try to say, not for the pace.
    assert_eq!(status().await, (10, Some(20), None));
    let words = world.app.batch(number).await.unwrap().words();
    assert!(words.ends_with("20 put off, 20 a minute"), "{words}");
    world.app.steer_batch(number, Steer::Pause).await.unwrap();
    assert_eq!(status().await, (10, None, None));
    world.clock.advance(SignedDuration::from_secs(5));
    world.app.steer_batch(number, Steer::Resume).await.unwrap();
    assert_eq!(
        status().await,
        (0, None, None),
        "nothing is known of it yet"
    );
}

#[tokio::test]
async fn who_was_mailed_a_moment_ago_can_be_chosen_when_a_batch_is_tried_again() {
    let world = World::new().await;
    let ids = candidates(&world, 2).await;
    batch(&world, &ids, None).await;
    world.deliver().await;
    let (selection, all) = (Selection::Ids(ids.clone()), Chosen::Everybody);
    let again = world
        .app
        .plan_choosing(Action::Resend, &selection, &all)
        .await
        .unwrap();
    let hold = Some(Duration::from_secs(30));
    let second = world.app.carry_out(&again, hold).await.unwrap().batch;
    world
        .app
        .steer_batch(second.unwrap(), Steer::Stop)
        .await
        .unwrap();
    let mut dashboard = Dashboard::open(&world, 120, 30).await;
    dashboard.keys("B").await.keys("Tab").await.keys("r").await;
    let screen = dashboard.screen();
    assert!(screen.contains("0 send · 2 skip"), "{screen}");
    dashboard.keys("Space").await;
    let screen = dashboard.screen();
    assert!(screen.contains("1 send · 1 skip"), "{screen}");
    dashboard.keys("y").await;
    world.clock.advance(SignedDuration::from_secs(31));
    world.deliver().await;
    assert_eq!(world.letters().len(), 3);
}

#[tokio::test]
async fn a_batch_with_nothing_to_try_again_says_so_and_what_is_left_out() {
    let world = World::new().await;
    let ids = candidates(&world, 2).await;
    batch(&world, &ids, None).await;
    world.post.answers([Answer::Never, Answer::Lost]);
    world.deliver().await;
    let mut dashboard = Dashboard::open(&world, 200, 50).await;
    dashboard.keys("B").await.keys("Tab").await.keys("r").await;
    let screen = dashboard.screen();
    let words = "nothing of batch 1 can be sent again; left out: 1 refused for good (mend the address first), 1 of unknown outcome (settle them first)";
    assert!(screen.contains(words), "{screen}");
    dashboard.keys("y").await.keys("Esc").await;
    let screen = dashboard.screen();
    assert!(!screen.contains("retried"), "{screen}");
    assert_eq!(world.app.batches(10).await.unwrap().len(), 1);
}
