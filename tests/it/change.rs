//! What links depend on changes: in one transaction with its event, mailing nobody, withdrawing what is no longer true.

use greenroom::app::{AppError, Changed, Join, MailWish};
use greenroom::domain::change::Extension;
use greenroom::domain::filter::Filter;
use greenroom::domain::ids::InterviewId;
use greenroom::domain::session::LinkState;
use jiff::{SignedDuration, Timestamp};
use rstest::rstest;

use crate::support::world::{request, words};
use crate::support::{Answer, World, draft};

const ADA: &str = "Ada <ada@c.example>";

async fn link_state(world: &World, id: InterviewId) -> LinkState {
    let row = world.row(id).await;
    row.link_state(&world.app.access_window(), world.now())
}

/// In Berlin at 12:00, that is at 10:00 UTC; two hours after the world's now.
async fn ada(world: &World) -> InterviewId {
    world.schedule(ADA, "today 12:00").await
}

fn at_noon(world: &World) {
    world.clock.set("2031-05-05T10:00:00Z".parse().unwrap());
}

#[derive(Debug, Clone, Copy)]
enum Deed {
    Cancel,
    Complete,
    NoShow,
    Revoke,
    Extend,
}

async fn carry_out(deed: Deed, world: &World, id: InterviewId) -> Result<Changed, AppError> {
    let later = Extension {
        closes: Some(world.now() + SignedDuration::from_hours(8)),
        ..Extension::default()
    };
    match deed {
        Deed::Cancel => world.app.cancel(id, "the role was filled").await,
        Deed::Complete => world.app.complete(id).await,
        Deed::NoShow => world.app.no_show(id).await,
        Deed::Revoke => world.app.revoke(id).await,
        Deed::Extend => world.app.extend(id, later).await,
    }
}

#[rstest]
#[case(Deed::Cancel, "cancelled", LinkState::Cancelled)]
#[case(Deed::Complete, "completed", LinkState::Expired)]
#[case(Deed::NoShow, "no_show", LinkState::Expired)]
#[case(Deed::Revoke, "link_revoked", LinkState::Revoked)]
#[tokio::test]
async fn invariant_09_a_mail_that_stopped_being_true_is_withdrawn_with_the_change(
    #[case] deed: Deed,
    #[case] event: &str,
    #[case] state: LinkState,
) {
    let world = World::new().await;
    let id = ada(&world).await;
    at_noon(&world);
    let changed = carry_out(deed, &world, id).await.unwrap();
    assert_eq!(changed.withdrawn, 1);
    assert_eq!(link_state(&world, id).await, state);
    assert_eq!(world.timeline(id).await[3..], ["mail_withdrawn", event]);
    world.deliver().await;
    assert_eq!(world.mail_of(id).await, ["withdrawn"]);
    assert!(world.letters().is_empty(), "nobody was mailed");
    let said = world.app.aftermath(&changed);
    assert!(
        said.contains(
            "Nobody was mailed; they hold no invitation. A mail that had not left was taken back."
        ),
        "{said}"
    );
}

#[rstest]
#[case(Deed::Cancel)]
#[case(Deed::Complete)]
#[case(Deed::NoShow)]
#[case(Deed::Revoke)]
#[tokio::test]
async fn a_change_happens_once_and_says_why_not_the_second_time(#[case] deed: Deed) {
    let world = World::new().await;
    let id = ada(&world).await;
    world.deliver().await;
    at_noon(&world);
    carry_out(deed, &world, id).await.unwrap();
    let (events, row) = (world.timeline(id).await, world.row(id).await);
    let why = words(carry_out(deed, &world, id).await);
    assert!(why.contains("already"), "{why}");
    assert_eq!(
        (world.timeline(id).await, world.row(id).await),
        (events, row)
    );
}

#[rstest]
#[case(Deed::Cancel, "cancelled")]
#[case(Deed::Complete, "completed")]
#[case(Deed::NoShow, "no_show")]
#[case(Deed::Revoke, "link_revoked")]
#[case(Deed::Extend, "extended")]
#[tokio::test]
async fn invariant_08_without_its_event_nothing_changes(#[case] deed: Deed, #[case] event: &str) {
    let world = World::new().await;
    let id = ada(&world).await;
    at_noon(&world);
    world.tamper(&format!(
        "CREATE TRIGGER no_event BEFORE INSERT ON event WHEN new.kind = '{event}' BEGIN SELECT raise(ABORT, 'no'); END"
    ));
    let before = (world.row(id).await, world.details(id).await.sessions);
    assert!(carry_out(deed, &world, id).await.is_err());
    assert_eq!(
        (world.row(id).await, world.details(id).await.sessions),
        before
    );
    assert_eq!(
        world.mail_of(id).await,
        ["queued"],
        "and its mail still waits"
    );
}

#[tokio::test]
async fn incident_11_cancelling_closes_the_link_in_the_middle_of_its_window_and_revokes_nothing() {
    let world = World::new().await;
    let id = ada(&world).await;
    world.deliver().await;
    at_noon(&world);
    assert_eq!(link_state(&world, id).await, LinkState::Open);
    let changed = world.app.cancel(id, "the role was filled").await.unwrap();
    assert_eq!(link_state(&world, id).await, LinkState::Cancelled);
    let dossier = world.details(id).await;
    assert_eq!(dossier.sessions[0].revoked_at, None);
    assert_eq!(dossier.row.interview.sequence, 1);
    assert_eq!(dossier.events.last().unwrap().detail, "the role was filled");
    let said = world.app.aftermath(&changed);
    assert_eq!(
        said,
        "Ada: the interview is cancelled, and its link lets nobody in. Nobody was mailed; they hold the invitation accepted 10:00 CEST."
    );
}

#[tokio::test]
async fn incident_11_a_cancelled_interview_admits_nobody_who_joins_or_has_joined() {
    let world = World::new().await;
    let (ada, bob) = (
        ada(&world).await,
        world.schedule("Bob <bob@c.example>", "today 12:00").await,
    );
    at_noon(&world);
    let key = async |id| world.details(id).await.sessions[0].key;
    world.app.join(key(ada).await).await.unwrap();
    assert_eq!(world.app.waiting().await.unwrap().len(), 1);
    for id in [ada, bob] {
        world.app.cancel(id, "").await.unwrap();
        let joined = world.app.join(key(id).await).await.unwrap();
        assert!(matches!(joined, Join::Refused(_)), "{joined:?}");
        assert!(words(world.app.admit(id).await).contains("wait"));
    }
    assert!(
        world.app.waiting().await.unwrap().is_empty(),
        "nobody waits any longer"
    );
    assert_eq!(world.row(bob).await.interview.joined_at, None);
}

#[tokio::test]
async fn incident_09_another_start_ends_an_extension_in_every_place() {
    let world = World::new().await;
    let id = world
        .schedule_with(ADA, "today 12:00", MailWish::No)
        .await
        .row
        .id();
    let wish = Extension {
        opens: Some(world.now()),
        closes: Some(world.now() + SignedDuration::from_hours(30)),
    };
    world.app.extend(id, wish).await.unwrap();
    assert_eq!(link_state(&world, id).await, LinkState::Open);
    let later = request(draft(ADA, "today 16:00"), MailWish::No);
    world.app.revise(id, later).await.unwrap();
    assert_eq!(link_state(&world, id).await, LinkState::NotYetOpen);
    let columns: i64 = world.ask("SELECT (opens_at IS NULL) + (closes_at IS NULL) FROM interview");
    assert_eq!(columns, 2);
}

#[tokio::test]
async fn a_mail_of_unknown_outcome_is_not_withdrawn_but_told() {
    let world = World::new().await;
    let id = ada(&world).await;
    world.post.answers([Answer::Lost]);
    world.deliver().await;
    let changed = world.app.revoke(id).await.unwrap();
    assert_eq!(world.mail_of(id).await, ["unknown"]);
    let said = world.app.aftermath(&changed);
    assert!(
        said.contains("they may hold an invitation whose outcome is unknown"),
        "{said}"
    );
    let json = world.app.interview_json(&changed.row);
    assert_eq!((json.verdict, json.session_key), ("blocked", None));
}

#[tokio::test]
async fn incident_09_an_extension_opens_a_link_at_once_and_keeps_it_open_and_a_new_start_ends_it() {
    let world = World::new().await;
    let id = ada(&world).await;
    world.deliver().await;
    let link = world.link(id).await;
    let now = world.now();
    let open_now = Extension {
        opens: Some(now),
        ..Extension::default()
    };
    let changed = world.app.extend(id, open_now).await.unwrap();
    assert_eq!(link_state(&world, id).await, LinkState::Open);
    let said = world.app.aftermath(&changed);
    assert!(
        said.starts_with("Ada can get in now and until 14:45"),
        "{said}"
    );
    // Long after its window has closed it opens again, and is listed with what is ahead.
    world.wait_minutes(3 * 24 * 60);
    assert_eq!(link_state(&world, id).await, LinkState::Expired);
    let hour: Timestamp = world.now() + SignedDuration::from_hours(1);
    let an_hour = Extension {
        closes: Some(hour),
        ..Extension::default()
    };
    world.app.extend(id, an_hour).await.unwrap();
    assert_eq!(link_state(&world, id).await, LinkState::Open);
    let counts = world.app.counts(&Filter::default()).await.unwrap();
    assert_eq!(counts.ahead, 1);
    assert_eq!(world.link(id).await, link, "the link is the same");
    assert_eq!(world.mail_of(id).await, ["accepted"]);
    world.clock.set(hour);
    assert_eq!(link_state(&world, id).await, LinkState::Expired);
}

#[tokio::test]
async fn a_wish_that_is_fulfilled_writes_nothing() {
    let world = World::new().await;
    let id = world
        .schedule_with(ADA, "today 12:00", MailWish::No)
        .await
        .row
        .id();
    let before = (world.timeline(id).await, world.row(id).await);
    let wish = Extension {
        opens: None,
        closes: Some(world.now() + SignedDuration::from_hours(1)),
    };
    let changed = world.app.extend(id, wish).await.unwrap();
    assert_eq!((world.timeline(id).await, changed.row), before);
}

#[rstest]
#[case(Deed::Cancel)]
#[case(Deed::Revoke)]
#[case(Deed::Extend)]
#[tokio::test]
async fn an_interview_that_is_not_there_is_named(#[case] deed: Deed) {
    let world = World::new().await;
    let nobody = InterviewId::new(uuid::Uuid::from_u128(7));
    let why = words(carry_out(deed, &world, nobody).await);
    assert_eq!(why, format!("id: there is no interview {nobody}"));
}

#[tokio::test]
async fn a_window_weeks_ahead_is_told_with_its_days_its_times_and_its_zone() {
    let world = World::new().await;
    let id = world.schedule(ADA, "2031-06-02 15:00").await;
    let closes = Some("2031-06-03T10:00:00Z".parse().unwrap());
    let wish = Extension {
        closes,
        ..Extension::default()
    };
    let said = world
        .app
        .aftermath(&world.app.extend(id, wish).await.unwrap());
    let window = "Ada can get in from Mon 2 Jun 2031 14:45 CEST until Tue 3 Jun 2031 12:00 CEST.";
    assert!(said.starts_with(window), "{said}");
}
