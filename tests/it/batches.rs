//! Batches: what was planned is what happened, once, and it can be followed, paused, stopped and tried again.

mod mistakes;
mod rotating;
mod row_by_row;
mod steering;

use std::time::Duration;

use greenroom::app::{Action, Chosen, MailWish, Plan, Selection};
use greenroom::domain::ids::InterviewId;

use crate::support::World;

const TOMORROW: &str = "tomorrow 15:00";

/// So many candidates, nobody mailed yet.
async fn candidates(world: &World, count: usize) -> Vec<InterviewId> {
    let mut ids = Vec::new();
    for number in 0..count {
        let candidate = format!("C{number} <c{number}@c.example>");
        let made = world.schedule_with(&candidate, TOMORROW, MailWish::No);
        ids.push(made.await.row.id());
    }
    ids
}

async fn plan(world: &World, action: Action, ids: &[InterviewId]) -> Plan {
    let selection = Selection::Ids(ids.to_vec());
    world.app.plan(action, &selection).await.unwrap()
}

/// What a plan says of its rows.
fn says(plan: &Plan) -> Vec<String> {
    let row = |row: &greenroom::app::PlanRow| format!("{}: {}", row.step.name(), row.step.why());
    plan.rows.iter().map(row).collect()
}

/// What of a join link is asked of the server.
fn path_of(link: &str) -> String {
    let at = link.find("/interview/").unwrap();
    link[at..].to_owned()
}

/// A resend to these, held for so long.
async fn batch(world: &World, ids: &[InterviewId], hold: Option<Duration>) -> i64 {
    let plan = plan(world, Action::Resend, ids).await;
    let done = world.app.carry_out(&plan, hold).await.unwrap();
    assert_eq!(done.deliveries.len(), ids.len());
    done.batch.unwrap()
}

#[tokio::test]
async fn incident_23_two_dashboards_with_the_same_plan_send_it_once() {
    let world = World::new().await;
    let other = world.another("").await;
    let ids = candidates(&world, 5).await;
    let (here, there) = (
        plan(&world, Action::Resend, &ids).await,
        plan(&other, Action::Resend, &ids).await,
    );
    let (first, second) = tokio::join!(
        world.app.carry_out(&here, None),
        other.app.carry_out(&there, None)
    );
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!(first.deliveries, second.deliveries);
    assert_ne!(first.repeated, second.repeated, "one of them did it");
    world.deliver().await;
    other.deliver().await;
    assert_eq!(world.post.handed().len(), 5);
    assert_eq!((world.count("batch"), world.count("delivery")), (1, 5));
}

#[tokio::test]
async fn incident_23_a_second_mail_of_a_batch_to_one_interview_is_refused_by_the_schema() {
    let world = World::new().await;
    let ids = candidates(&world, 1).await;
    batch(&world, &ids, None).await;
    world.deliver().await;
    world.wait_minutes(11);
    batch(&world, &ids, None).await;
    let refused = world.sql().execute(
        "UPDATE delivery SET batch_id = (SELECT min(id) FROM batch)",
        [],
    );
    let said = refused.unwrap_err().to_string();
    assert!(said.contains("UNIQUE"), "{said}");
}

#[tokio::test]
async fn whoever_was_mailed_a_moment_ago_is_skipped_unless_chosen() {
    let world = World::new().await;
    let ids = candidates(&world, 2).await;
    batch(&world, &ids, None).await;
    world.deliver().await;
    world.wait_minutes(4);
    let again = plan(&world, Action::Resend, &ids).await;
    assert_eq!(says(&again), ["skip: mailed 4 min ago"; 2]);
    assert!(again.rows.iter().all(|row| row.step.is_optional()));
    let chosen = Chosen::These([ids[1]].into());
    let selection = Selection::Ids(ids.clone());
    let one = world
        .app
        .plan_choosing(Action::Resend, &selection, &chosen)
        .await
        .unwrap();
    assert_eq!((one.sends(), one.skips()), (1, 1));
    assert!(one.rows[1].chosen);
    let done = world.app.carry_out(&one, None).await.unwrap();
    assert_eq!(done.deliveries.len(), 1);
    world.deliver().await;
    world.wait_minutes(10);
    let again = plan(&world, Action::Resend, &ids).await;
    assert_eq!(again.sends(), 2, "ten minutes later nobody is skipped");
}

#[tokio::test]
async fn how_long_a_moment_is_can_be_configured() {
    let world = World::with("mail.recent = '1h'").await;
    let ids = candidates(&world, 1).await;
    batch(&world, &ids, None).await;
    world.deliver().await;
    world.wait_minutes(59);
    let again = plan(&world, Action::Resend, &ids).await;
    assert_eq!(says(&again), ["skip: mailed 59 min ago"]);
}

#[tokio::test]
async fn a_plan_says_what_they_hold_and_what_they_would_get() {
    let world = World::new().await;
    let ids = candidates(&world, 4).await;
    batch(&world, &ids, None).await;
    world.deliver().await;
    world.wait_minutes(11);
    let planned = plan(&world, Action::Resend, &ids).await;
    assert_eq!(planned.takes(Some(2)), Some(Duration::from_secs(2)));
    assert_eq!(planned.first_start(), planned.rows[0].starts_at);
    let row = &planned.rows[0];
    assert!(
        row.link_words().ends_with("… stays"),
        "{}",
        row.link_words()
    );
    assert_eq!(row.held_words(&row.zone), None, "they hold what is true");
    let rotated = plan(&world, Action::Rotate, &ids).await;
    assert!(rotated.rows[0].link_words().ends_with("… → new"));
}

#[tokio::test]
async fn cancelling_many_mails_nobody_and_says_so() {
    let world = World::new().await;
    let ids = candidates(&world, 3).await;
    batch(&world, &ids[..1], Some(Duration::from_mins(1))).await;
    let planned = plan(&world, Action::Cancel, &ids).await;
    assert_eq!(says(&planned), ["change: cancelled; nobody is mailed"; 3]);
    let done = world.app.carry_out(&planned, None).await.unwrap();
    assert_eq!(done.deliveries, []);
    let status = world.app.batch(done.batch.unwrap()).await.unwrap();
    assert_eq!((status.batch.changes, status.batch.sends), (3, 0));
    assert_eq!(world.mail_of(ids[0]).await, ["withdrawn"]);
    world.wait_minutes(5);
    world.deliver().await;
    assert_eq!(world.post.handed().len(), 0);
    for id in &ids {
        assert_eq!(world.says(*id).await, "cancelled");
    }
    let again = plan(&world, Action::Cancel, &ids).await;
    assert_eq!(says(&again), ["skip: cancelled"; 3]);
}

#[tokio::test]
async fn revoking_many_ends_their_links_and_mails_nobody() {
    let world = World::new().await;
    let ids = candidates(&world, 2).await;
    let planned = plan(&world, Action::Revoke, &ids).await;
    world.app.carry_out(&planned, None).await.unwrap();
    for id in &ids {
        assert_eq!(world.says(*id).await, "link revoked");
    }
    assert_eq!(world.count("delivery"), 0);
    let again = plan(&world, Action::Revoke, &ids).await;
    assert_eq!(says(&again), ["skip: the link was revoked already"; 2]);
}

#[tokio::test]
async fn what_is_hidden_stands_first_in_the_plan_of_what_is_marked() {
    let world = World::new().await;
    let mut ids = candidates(&world, 6).await;
    let filter = greenroom::domain::filter::Filter::parse("c1 c1@c.example").unwrap();
    let marks = ids.iter().copied().collect();
    let marked = world
        .app
        .plan_marked(Action::Resend, &marks, &filter, &Chosen::Nobody)
        .await
        .unwrap();
    assert_eq!(marked.hidden, 5);
    let last = ids.remove(1);
    let rows: Vec<_> = marked.plan.rows.iter().map(|row| row.id).collect();
    assert_eq!(rows, [ids, vec![last]].concat());
    // What is gone by now is left out.
    world.app.remove(last).await.unwrap();
    let marked = world.app.marked(&marks, &filter).await.unwrap();
    assert_eq!((marked.hidden.len(), marked.shown.len()), (5, 0));
}
