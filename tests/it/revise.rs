//! What taking an invitation back leads to: the same interview, changed or removed.

use std::time::Duration;

use greenroom::app::{AppError, MailWish, Schedule, ScheduleError};
use greenroom::domain::draft::Draft;
use rstest::rstest;

use crate::support::world::request;
use crate::support::{Answer, World, draft, words};

const ADA: &str = "Ada Lovelace <ada@c.example>";
const TOMORROW: &str = "tomorrow 15:00";
const HELD: MailWish = MailWish::HeldFor(Duration::from_secs(10));

#[tokio::test]
async fn a_revised_interview_is_the_same_one_with_the_same_link() {
    let world = World::new().await;
    let made = world.schedule_with(ADA, TOMORROW, HELD).await;
    let (id, link) = (made.row.id(), world.link(made.row.id()).await);
    let other = Draft {
        role: "Architect".to_owned(),
        ..draft(ADA, "2031-05-09 11:00")
    };
    let revised = world
        .app
        .revise(id, request(other, MailWish::Now))
        .await
        .unwrap();
    assert_eq!((revised.row.id(), revised.row.interview.sequence), (id, 1));
    assert_eq!(world.link(id).await, link);
    assert_eq!(world.mail_of(id).await, ["queued", "withdrawn"]);
    assert_eq!(
        world.timeline(id).await[3..],
        ["mail_withdrawn", "edited", "mail_queued"]
    );
    let edited = world
        .details(id)
        .await
        .events
        .into_iter()
        .find(|event| event.kind.name() == "edited");
    assert_eq!(
        edited.unwrap().detail,
        "role, at",
        "fields, not what stands in them"
    );
    world.deliver().await;
    let letter = world.letters().remove(0);
    assert!(
        letter.header("In-Reply-To").is_none(),
        "the candidate never saw the first mail"
    );
    assert!(letter.calendar.unwrap().contains("SEQUENCE:1"));
    assert_eq!(world.count("interview"), 1);
}

#[tokio::test]
async fn what_a_draft_of_an_interview_says_is_that_interview() {
    let world = World::new().await;
    let full = Draft {
        candidate_zone: "America/New_York".to_owned(),
        duration: "90m".to_owned(),
        round: "final".to_owned(),
        interviewers: "Bob <bob@acme.example>, Eve O'Hara <eve@acme.example>".to_owned(),
        meeting_url: "https://meet.acme.example/x".to_owned(),
        note: "Bring\nquestions".to_owned(),
        ..draft("José Ñáñez <jose@bücher.example>", TOMORROW)
    };
    let made = world.try_schedule(full, MailWish::No).await.unwrap();
    let before = made.row.interview;
    let same = world
        .app
        .revise(before.id, request(Draft::of(&before), MailWish::No))
        .await
        .unwrap();
    assert_eq!(same.row.interview, before);
}

#[rstest]
#[case::waits(None, true)]
#[case::failed(Some(Answer::Never), true)]
#[case::deferred(Some(Answer::Later), true)]
#[case::accepted(Some(Answer::Accept), false)]
#[case::stored(Some(Answer::Store), false)]
#[case::unknown(Some(Answer::Lost), false)]
#[tokio::test]
async fn only_an_interview_that_nobody_was_mailed_about_changes_without_a_word(
    #[case] answer: Option<Answer>,
    #[case] changes: bool,
) {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    if let Some(answer) = answer {
        world.post.answers([answer]);
        world.deliver().await;
    }
    let before = world.details(ada).await;
    let revised = world
        .app
        .revise(ada, request(draft(ADA, "tomorrow 17:00"), MailWish::Now))
        .await;
    let removed = world.app.remove(ada).await;
    if changes {
        assert!(revised.is_ok() && removed.is_ok());
        assert_eq!(
            world.count("interview") + world.count("session") + world.count("delivery"),
            0
        );
        assert_eq!(
            world.count("event WHERE kind = 'removed'"),
            1,
            "the timeline stays"
        );
    } else {
        assert!(matches!(
            revised,
            Err(ScheduleError::App(AppError::AlreadyMailed(_)))
        ));
        assert!(matches!(removed, Err(AppError::AlreadyMailed(_))));
        let after = world.details(ada).await;
        assert_eq!(
            (after.row, after.events, after.deliveries),
            (before.row, before.events, before.deliveries)
        );
    }
}

#[tokio::test]
async fn a_refused_revision_leaves_everything_as_it_was() {
    let world = World::new().await;
    let id = world.schedule_with(ADA, TOMORROW, HELD).await.row.id();
    let bad = Draft {
        email: "nobody".to_owned(),
        ..draft(ADA, "yesterday")
    };
    let said = words(world.app.revise(id, request(bad, MailWish::Now)).await);
    assert!(said.contains("email: ") && said.contains("at: "), "{said}");
    assert_eq!(
        world.mail_of(id).await,
        ["held"],
        "the mail that waited still waits"
    );
}

#[tokio::test]
async fn a_revision_has_an_idempotency_key_of_its_own() {
    let world = World::new().await;
    let keyed = |at: &str, key: &str| Schedule {
        idempotency_key: Some(key.to_owned()),
        ..request(draft(ADA, at), HELD)
    };
    let id = world
        .app
        .schedule(keyed(TOMORROW, "k1"))
        .await
        .unwrap()
        .row
        .id();
    let first = world
        .app
        .revise(id, keyed("tomorrow 17:00", "k2"))
        .await
        .unwrap();
    let again = world
        .app
        .revise(id, keyed("tomorrow 17:00", "k2"))
        .await
        .unwrap();
    assert!(!first.repeated && again.repeated);
    assert_eq!(world.count("delivery"), 2);
    // The key of the first action is not a key to change it.
    assert!(matches!(
        world.app.revise(id, keyed(TOMORROW, "k1")).await,
        Err(ScheduleError::KeyReused)
    ));
}

#[tokio::test]
async fn a_revision_to_the_time_of_another_interview_of_that_address_must_be_meant() {
    let world = World::new().await;
    let other = world.schedule(ADA, "tomorrow 17:00").await;
    let id = world.schedule_with(ADA, TOMORROW, HELD).await.row.id();
    let clash = world
        .app
        .revise(id, request(draft(ADA, "tomorrow 17:00"), MailWish::Now))
        .await;
    assert!(matches!(clash, Err(ScheduleError::AlreadyThere(there)) if there == other));
    // It is no clash with itself.
    world
        .app
        .revise(id, request(draft(ADA, TOMORROW), HELD))
        .await
        .unwrap();
}
