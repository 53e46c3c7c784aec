//! Invariant 9, at the claim: a mail that stopped being true never leaves.

use greenroom::app::MailWish;
use greenroom::domain::delivery::State;
use rstest::rstest;

use super::{ADA, TEN_SECONDS, TOMORROW};
use crate::support::world::request;
use crate::support::{World, draft};

#[rstest]
#[case::revoked(
    "UPDATE session SET revoked_at = 1; UPDATE interview SET session_revoked = 1",
    "link: the link was revoked"
)]
#[case::moved(
    "UPDATE interview SET starts_at = starts_at + 60000000, ends_at = ends_at + 60000000",
    "at: the mail names another start"
)]
#[case::readdressed(
    "UPDATE interview SET candidate_email = 'x@y.example', address = 'x@y.example'",
    "email: the mail goes to another address"
)]
#[case::cancelled(
    "UPDATE interview SET status = 'cancelled'",
    "status: the interview is cancelled"
)]
#[case::unscheduled(
    "UPDATE interview SET starts_at = NULL, ends_at = NULL",
    "at: the interview has no start time"
)]
#[case::rekeyed(
    "UPDATE session SET key = '0123456789abcdef0123456789abcdef'",
    "link: the mail carries another link"
)]
#[tokio::test]
async fn invariant_09_a_mail_that_stopped_being_true_never_leaves(
    #[case] change: &str,
    #[case] reason: &str,
) {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world.tamper(change);
    world.deliver().await;
    let mail = world.newest(ada).await;
    assert_eq!((mail.state, world.post.offers()), (State::Withdrawn, 0));
    assert!(
        mail.last_reply.as_ref().unwrap().starts_with(reason),
        "{:?}",
        mail.last_reply
    );
    assert_eq!(
        world.timeline(ada).await[3..],
        ["send_refused", "mail_withdrawn"]
    );
}

#[rstest]
#[case::another_host(
    "links.base_url = 'https://join.acme.example'",
    "link: the mail carries another link"
)]
#[case::this_machine(
    "links.base_url = 'http://localhost:8000'",
    "links.base_url: http://localhost:8000 is this machine itself"
)]
#[tokio::test]
async fn invariant_09_a_base_url_that_changed_stops_the_mail_by_its_name(
    #[case] setting: &str,
    #[case] reason: &str,
) {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world.another(setting).await.deliver().await;
    let mail = world.newest(ada).await;
    assert_eq!((mail.state, world.post.offers()), (State::Withdrawn, 0));
    assert!(
        mail.last_reply.as_ref().unwrap().starts_with(reason),
        "{:?}",
        mail.last_reply
    );
}

#[tokio::test]
async fn incident_05_what_stopped_a_mail_stands_in_the_timeline_by_its_name() {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world.tamper("UPDATE interview SET status = 'completed'");
    world.deliver().await;
    let events = world.details(ada).await.events;
    let refused = events
        .iter()
        .find(|event| event.kind.name() == "send_refused")
        .unwrap();
    assert_eq!(
        refused.detail,
        "status: the interview is completed, so nobody is invited to it"
    );
    assert_eq!(refused.actor, "greenroom");
}

#[tokio::test]
async fn incident_12_after_a_change_of_start_no_mail_shows_the_old_time() {
    let world = World::new().await;
    let made = world.schedule_with(ADA, TOMORROW, TEN_SECONDS).await;
    let moved = request(draft(ADA, "2031-05-07 16:30"), MailWish::Now);
    world.app.revise(made.row.id(), moved).await.unwrap();
    world.wait_minutes(1);
    world.deliver().await;
    assert_eq!(
        world.mail_of(made.row.id()).await,
        ["accepted", "withdrawn"]
    );
    let letters = world.letters();
    assert_eq!(letters.len(), 1);
    for part in [&letters[0].text, &letters[0].html] {
        let part = part.as_ref().unwrap();
        assert!(part.contains("16:30") && !part.contains("15:00"), "{part}");
    }
    assert!(
        letters[0]
            .calendar
            .as_ref()
            .unwrap()
            .contains("20310507T163000")
    );
}
