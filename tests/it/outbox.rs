//! The outbox and the dispatcher: what leaves, what waits, and what never leaves.

mod again;
mod bulk_kills;
mod holds;
mod kills;
mod lanes;
mod owners;
mod pause;
mod sinks;
mod truth;

use std::time::Duration;

use greenroom::app::MailWish;
use greenroom::domain::delivery::State;
use rstest::rstest;
use sha2::{Digest, Sha256};

use crate::support::{Answer, World};

const ADA: &str = "Ada Lovelace <ada@c.example>";
const TOMORROW: &str = "tomorrow 15:00";
/// So many candidates, each with a mail in the outbox.
async fn queue(world: &World, count: usize) {
    for number in 0..count {
        world
            .schedule(&format!("C{number} <c{number}@c.example>"), TOMORROW)
            .await;
    }
}

const TEN_SECONDS: MailWish = MailWish::HeldFor(Duration::from_secs(10));

#[tokio::test]
async fn incident_19_accepted_keeps_the_reply_and_its_time() {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world.deliver().await;
    let mail = world.newest(ada).await;
    assert_eq!(mail.state, State::Accepted);
    assert_eq!(mail.last_reply.as_deref(), Some("250 2.0.0 queued as 1"));
    assert_eq!(
        (mail.accepted_at, mail.attempts, mail.due),
        (Some(world.now()), 1, None)
    );
    assert_eq!(world.timeline(ada).await.last(), Some(&"mail_accepted"));
}

#[tokio::test]
async fn incident_19_mail_kept_on_this_machine_is_never_ready() {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world.post.answers([Answer::Store]);
    world.deliver().await;
    let mail = world.newest(ada).await;
    assert_eq!((mail.state, mail.accepted_at), (State::Stored, None));
    assert_eq!(world.says(ada).await, "stored on this machine");
}

#[tokio::test]
async fn incident_25_bytes_digest_link_and_reply_of_every_mail_are_kept() {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    let previewed = world.bytes(ada).await;
    world.deliver().await;
    let mail = world.newest(ada).await;
    let digest = Sha256::digest(&previewed)
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    assert_eq!(mail.sha256, digest);
    assert_eq!(
        world.ask::<String>("SELECT link FROM delivery"),
        world.link(ada).await
    );
    assert_eq!(mail.last_reply.as_deref(), Some("250 2.0.0 queued as 1"));
    assert!(
        world.post.handed()[0].bytes == previewed,
        "invariant 5: the same bytes"
    );
}

#[tokio::test]
async fn deferred_mail_is_tried_again_when_its_time_comes_and_stays_the_same_mail() {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world
        .post
        .answers([Answer::Later, Answer::LaterAfterContent]);
    world.deliver().await;
    let first = world.newest(ada).await;
    assert_eq!((first.state, first.attempts), (State::Deferred, 1));
    assert_eq!(
        first.last_reply.as_deref(),
        Some("RCPT: the server refused: 451 4.7.1 try again later")
    );
    assert_eq!(world.says(ada).await, "next try 10:01");

    // Not before its time, however often it is asked for.
    world.deliver().await;
    assert_eq!(world.post.offers(), 1);

    world.wait_minutes(1);
    world.deliver().await;
    assert_eq!(world.newest(ada).await.state, State::Deferred);
    world.wait_minutes(2);
    world.deliver().await;
    let last = world.newest(ada).await;
    assert_eq!(
        (last.state, last.attempts, &last.message_id),
        (State::Accepted, 3, &first.message_id)
    );
    let handed = world.post.handed();
    assert!(handed.len() == 2 && handed[0] == handed[1]);
    assert_eq!(
        world.timeline(ada).await[2..],
        [
            "mail_queued",
            "mail_deferred",
            "mail_deferred",
            "mail_accepted"
        ]
    );
}

#[rstest]
#[case::before_the_content(Answer::Never)]
#[case::after_the_content(Answer::NeverAfterContent)]
#[tokio::test]
async fn what_is_refused_for_good_is_not_tried_again(#[case] answer: Answer) {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world.post.answers([answer]);
    world.deliver().await;
    assert_eq!(world.says(ada).await, "mail failed");
    let events = world.details(ada).await.events;
    assert!(
        !events.iter().any(|event| event.detail.contains("ada@")),
        "the timeline names nobody"
    );
    world.wait_minutes(24 * 60);
    world.deliver().await;
    assert_eq!(
        (world.mail_of(ada).await, world.post.offers()),
        (vec!["failed"], 1)
    );
}

#[tokio::test]
async fn a_lost_mail_is_unknown_and_never_tried_again() {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world.post.answers([Answer::Lost]);
    world.deliver().await;
    assert_eq!(world.says(ada).await, "outcome unknown");
    world.wait_minutes(60);
    world.deliver().await;
    assert_eq!(
        (world.mail_of(ada).await, world.post.offers()),
        (vec!["unknown"], 1)
    );
}

#[tokio::test]
async fn mail_is_given_up_when_the_interview_has_begun() {
    let world = World::new().await;
    let ada = world.schedule(ADA, "today 11:00").await;
    world.post.answers([Answer::Later; 50]);
    for _ in 0..50 {
        world.deliver().await;
        world.wait_minutes(10);
    }
    let mail = world.newest(ada).await;
    assert_eq!(mail.state, State::Failed);
    let said = mail.last_reply.unwrap();
    assert!(
        said.starts_with("given up: the interview has begun") && said.contains("451"),
        "{said}"
    );
}

#[tokio::test]
async fn one_refused_mail_does_not_keep_the_others() {
    let world = World::new().await;
    let mut all = Vec::new();
    for hour in 10..15 {
        all.push(
            world
                .schedule(
                    &format!("C{hour} <c{hour}@c.example>"),
                    &format!("tomorrow {hour}:00"),
                )
                .await,
        );
    }
    world
        .post
        .answers([Answer::Accept, Answer::Never, Answer::Later, Answer::Lost]);
    world.deliver().await;
    let mut states = Vec::new();
    for id in all {
        states.extend(world.mail_of(id).await);
    }
    assert_eq!(
        states,
        ["accepted", "failed", "deferred", "unknown", "accepted"]
    );
}

#[tokio::test]
async fn a_row_that_can_not_be_read_does_not_keep_the_others() {
    let world = World::new().await;
    let bad = world.schedule(ADA, TOMORROW).await;
    let good = world.schedule("Bob <bob@c.example>", TOMORROW).await;
    world.tamper(&format!(
        "UPDATE interview SET zone = 'Mars/Olympus' WHERE id = '{bad}'"
    ));
    world.deliver().await;
    assert_eq!(world.mail_of(good).await, ["accepted"]);
    assert_eq!(world.post.offers(), 1);
}

#[tokio::test]
async fn incident_28_the_timeline_says_what_happened_in_order() {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world.post.answers([Answer::Later]);
    world.deliver().await;
    world.wait_minutes(1);
    world.deliver().await;
    let events = world.details(ada).await.events;
    let lines: Vec<String> = events
        .iter()
        .map(|event| format!("{} {} {}", event.at, event.kind.name(), event.detail))
        .collect();
    let mail = world.newest(ada).await.message_id;
    assert_eq!(
        lines,
        [
            "2031-05-05T08:00:00Z scheduled ".to_owned(),
            "2031-05-05T08:00:00Z link_made ".to_owned(),
            format!("2031-05-05T08:00:00Z mail_queued {mail}"),
            "2031-05-05T08:00:00Z mail_deferred RCPT: the server refused: 451 4.7.1 try again later".to_owned(),
            "2031-05-05T08:01:00Z mail_accepted 250 2.0.0 queued as 1".to_owned(),
        ]
    );
}
