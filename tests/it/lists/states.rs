//! What lists say of an interview as time passes and things go wrong.

use std::collections::BTreeSet;

use greenroom::app::MailWish;
use greenroom::domain::delivery::State;
use greenroom::domain::draft::Draft;
use greenroom::domain::filter::Filter;
use greenroom::domain::interview::Status;
use greenroom::domain::session::LinkState;

use super::found;
use crate::support::world::request;
use crate::support::{Answer, World, draft};

#[tokio::test]
async fn an_interview_just_over_counts_as_past_in_every_place_at_once() {
    let world = World::new().await;
    let hour = Draft {
        duration: "60m".to_owned(),
        ..draft("Ada <ada@c.example>", "today 12:00")
    };
    let made = world.try_schedule(hour, MailWish::Now).await.unwrap();
    // 12:00 to 13:00 in Berlin; the link closes at 15:00, that is 13:00 UTC.
    world
        .clock
        .set("2031-05-05T12:59:59.999999Z".parse().unwrap());
    assert_eq!(found(&world.app, "link:open when:ahead").await.len(), 1);
    world.clock.set("2031-05-05T13:00:00Z".parse().unwrap());
    assert_eq!(
        found(&world.app, "link:expired when:past verdict:over")
            .await
            .len(),
        1
    );
    assert_eq!(world.app.counts(&Filter::default()).await.unwrap().ahead, 0);
    assert_eq!(world.says(made.row.id()).await, "over");
}

#[tokio::test]
async fn incident_09_a_link_that_was_closed_opens_again_with_a_new_start() {
    let world = World::new().await;
    let id = world
        .schedule_with("Ada <ada@c.example>", "today 12:00", MailWish::No)
        .await
        .row
        .id();
    let state = async || {
        world
            .row(id)
            .await
            .link_state(&world.app.access_window(), world.now())
    };
    world.wait_minutes(24 * 60);
    assert_eq!(state().await, LinkState::Expired);
    let link = world.link(id).await;
    let later = request(draft("Ada <ada@c.example>", "today 10:30"), MailWish::No);
    world.app.revise(id, later).await.unwrap();
    assert_eq!(state().await, LinkState::NotYetOpen);
    world.wait_minutes(15);
    assert_eq!(
        (state().await, world.link(id).await),
        (LinkState::Open, link)
    );
}

#[tokio::test]
async fn incident_11_a_cancelled_interview_has_no_working_link() {
    let world = World::new().await;
    let id = world.schedule("Ada <ada@c.example>", "today 12:00").await;
    world.deliver().await;
    world.tamper("UPDATE interview SET status = 'cancelled'");
    let row = world.row(id).await;
    // Not even in the middle of its access window.
    world.clock.set("2031-05-05T10:00:00Z".parse().unwrap());
    assert_eq!(
        row.link_state(&world.app.access_window(), world.now()),
        LinkState::Cancelled
    );
    assert_eq!(world.app.interview_json(&row).verdict, "over");
}

#[tokio::test]
async fn incident_15_every_state_of_a_row_has_its_words() {
    let world = World::new().await;
    let id = world
        .schedule("Ada <ada@c.example>", "tomorrow 12:00")
        .await;
    let start: i64 = world.ask("SELECT starts_at FROM interview");
    let sql = world.sql();
    let states = State::ALL.map(|state| format!("'{}'", state.mark()));
    let mut seen = BTreeSet::new();
    for status in Status::ALL {
        for starts in [
            format!("starts_at = {start}, ends_at = {start} + 1"),
            "starts_at = NULL, ends_at = NULL".to_owned(),
        ] {
            for address in ["'ada@c.example'", "NULL"] {
                for key in [
                    "session_key = NULL",
                    "session_revoked = 0, session_key = (SELECT key FROM session)",
                    "session_revoked = 1",
                ] {
                    for mail in states.iter().map(String::as_str).chain(["NULL"]) {
                        sql.execute_batch(&format!(
                            "UPDATE interview SET status = '{}', {starts}, candidate_email = {address}, address = {address}, {key},
                                 mail_state = {mail}, mail_since = 1",
                            status.name()
                        ))
                        .unwrap();
                        let row = world.row(id).await;
                        let json = world.app.interview_json(&row);
                        assert!(!json.verdict_reason.is_empty());
                        seen.insert(world.says(id).await);
                    }
                }
            }
        }
    }
    assert!(seen.len() >= 13 && !seen.contains(""), "{seen:?}");
}

#[tokio::test]
async fn incident_27_a_mail_that_failed_is_counted_where_everybody_looks() {
    let world = World::new().await;
    world
        .schedule("Ada <ada@c.example>", "tomorrow 12:00")
        .await;
    world
        .schedule("Bob <bob@c.example>", "tomorrow 12:00")
        .await;
    world.post.answers([Answer::Never, Answer::Lost]);
    world.deliver().await;
    let counts = world.app.counts(&Filter::default()).await.unwrap();
    assert_eq!(
        (counts.ahead, counts.blocked, counts.in_doubt, counts.ready),
        (2, 1, 1, 0)
    );
    assert_eq!(
        found(&world.app, "verdict:blocked").await[0]
            .interview
            .candidate_name,
        "Ada"
    );
}
