//! Plans: shown row by row, bound to what they were made from, carried out exactly or not at all.

use std::time::Duration;

use greenroom::app::{Action, AppError, CarriedOut, MailWish, Plan, Selection, Settlement};
use greenroom::domain::filter::Filter;
use greenroom::domain::ids::InterviewId;
use rstest::rstest;

use crate::support::world::request;
use crate::support::{Answer, World, draft, words};

const ADA: &str = "Ada Lovelace <ada@c.example>";
const TOMORROW: &str = "tomorrow 15:00";
const REPAIR: Action = Action::Repair { send: true };

async fn plan(world: &World, action: Action, ids: &[InterviewId]) -> Plan {
    world
        .app
        .plan(action, &Selection::Ids(ids.to_vec()))
        .await
        .unwrap()
}

async fn carry_out(world: &World, plan: &Plan) -> Result<CarriedOut, AppError> {
    world.app.carry_out(plan, None).await
}

/// What the one row of a plan says.
fn says(plan: &Plan) -> String {
    let step = &plan.rows[0].step;
    format!("{}: {}", step.name(), step.why())
}

/// An interview as an import leaves it: no link, and nobody mailed.
async fn without_a_link(world: &World, candidate: &str) -> InterviewId {
    let id = world
        .schedule_with(candidate, TOMORROW, MailWish::No)
        .await
        .row
        .id();
    world.tamper(&format!(
        "DELETE FROM session WHERE interview_id = '{id}'; UPDATE interview SET session_key = NULL WHERE id = '{id}'"
    ));
    id
}

#[tokio::test]
async fn a_missing_link_is_made_and_mailed_in_one_step() {
    let world = World::new().await;
    let ada = without_a_link(&world, ADA).await;
    assert_eq!(world.says(ada).await, "no link");
    let planned = plan(&world, REPAIR, &[ada]).await;
    assert_eq!(says(&planned), "send: a link will be made first");
    assert_eq!(world.count("session"), 0, "a plan changes nothing");
    let done = carry_out(&world, &planned).await.unwrap();
    assert_eq!((done.links_made, done.deliveries.len()), (1, 1));
    world.deliver().await;
    assert_eq!(world.says(ada).await, "ready, sent 10:00");
    assert!(
        world.letters()[0]
            .text
            .as_ref()
            .unwrap()
            .contains(&world.link(ada).await)
    );
    assert_eq!(
        world.timeline(ada).await[2..],
        ["link_made", "mail_queued", "mail_accepted"]
    );
    assert_eq!(
        says(&plan(&world, REPAIR, &[ada]).await),
        "skip: has a link already"
    );
}

#[tokio::test]
async fn a_link_can_be_made_without_mail() {
    let world = World::new().await;
    let ada = without_a_link(&world, ADA).await;
    let planned = plan(&world, Action::Repair { send: false }, &[ada]).await;
    assert_eq!(says(&planned), "change: a link is made; nobody is mailed");
    carry_out(&world, &planned).await.unwrap();
    assert_eq!((world.count("session"), world.count("delivery")), (1, 0));
}

#[rstest]
#[case::waiting("", "skip: already waiting: it is in the outbox")]
#[case::unknown(
    "UPDATE delivery SET state = 'unknown', due_at = NULL",
    "skip: outcome unknown: settle it first"
)]
#[case::revoked(
    "UPDATE session SET revoked_at = 1; UPDATE interview SET session_revoked = 1",
    "skip: the link was revoked"
)]
#[case::cancelled("UPDATE interview SET status = 'cancelled'", "skip: cancelled")]
#[case::over("UPDATE interview SET starts_at = 0, ends_at = 1", "skip: over")]
#[case::no_time(
    "UPDATE interview SET starts_at = NULL, ends_at = NULL",
    "skip: no time yet"
)]
#[case::no_address(
    "UPDATE interview SET candidate_email = NULL, address = NULL",
    "skip: no address"
)]
#[case::failed(
    "UPDATE delivery SET state = 'failed', due_at = NULL; UPDATE interview SET mail_state = 'failed'",
    "send: the last mail failed"
)]
#[case::stored(
    "UPDATE delivery SET state = 'stored', due_at = NULL; UPDATE interview SET mail_state = 'stored'",
    "send: the last mail lies on this machine"
)]
#[tokio::test]
async fn every_row_says_what_will_be_done_and_why(#[case] state: &str, #[case] said: &str) {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world.tamper(state);
    let planned = plan(&world, Action::Resend, &[ada]).await;
    assert_eq!(says(&planned), said);
    let done = carry_out(&world, &planned).await.unwrap();
    assert_eq!(done.deliveries.len(), usize::from(said.starts_with("send")));
}

#[tokio::test]
async fn a_mail_that_was_settled_counts_as_mailed() {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world.post.answers([Answer::Lost]);
    world.deliver().await;
    let settled = Settlement::Leave("she has it, by phone".to_owned());
    let mail = world.newest(ada).await.id;
    world.app.settle_unknown(mail, settled).await.unwrap();
    world.wait_minutes(1);
    let planned = plan(&world, Action::Resend, &[ada]).await;
    assert_eq!(
        says(&planned),
        "skip: settled 1 min ago: she has it, by phone"
    );
    let (answers, _) = world.app.why("ada", 1).await.unwrap();
    assert!(
        answers[0].sentence.ends_with(
            "Rita Levi <rita@acme.example> said of that mail 10:00 CEST: she has it, by phone"
        ),
        "{}",
        answers[0].sentence
    );
    world.wait_minutes(10);
    let planned = plan(&world, Action::Resend, &[ada]).await;
    assert_eq!(
        says(&planned),
        "send: nobody knows whether the last mail arrived; Rita Levi <rita@acme.example> said: she has it, by phone"
    );
}

#[tokio::test]
async fn a_deferred_mail_is_skipped_with_its_next_try() {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world.post.answers([Answer::Later]);
    world.deliver().await;
    let planned = plan(&world, Action::Resend, &[ada]).await;
    assert_eq!(
        says(&planned),
        "skip: already waiting: it was put off (next try 10:01 CEST)"
    );
}

#[tokio::test]
async fn a_plan_is_carried_out_once() {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world.deliver().await;
    world.wait_minutes(11);
    let planned = plan(&world, Action::Resend, &[ada]).await;
    let first = carry_out(&world, &planned).await.unwrap();
    let second = carry_out(&world, &planned).await.unwrap();
    assert_eq!(
        second,
        CarriedOut {
            repeated: true,
            ..first.clone()
        }
    );
    world.deliver().await;
    assert!(carry_out(&world, &planned).await.unwrap().repeated);
    assert_eq!((world.post.handed().len(), world.count("batch")), (2, 1));
}

#[rstest]
#[case::edited("UPDATE interview SET updated_at = updated_at + 1 WHERE candidate_name = 'Bob'")]
#[case::readdressed(
    "UPDATE interview SET candidate_email = 'b@x.example', address = 'b@x.example' WHERE candidate_name = 'Bob'"
)]
#[case::rekeyed(
    "UPDATE interview SET session_key = '0123456789abcdef0123456789abcdef' WHERE candidate_name = 'Bob'"
)]
#[case::revoked("UPDATE interview SET session_revoked = 1 WHERE candidate_name = 'Bob'")]
#[case::removed(
    "DELETE FROM delivery; DELETE FROM session; DELETE FROM interview WHERE candidate_name = 'Bob'"
)]
#[tokio::test]
async fn when_one_row_has_changed_nothing_of_the_plan_is_done(#[case] change: &str) {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    let bob = world.schedule("Bob <bob@c.example>", TOMORROW).await;
    world.deliver().await;
    world.wait_minutes(11);
    let planned = plan(&world, Action::Resend, &[ada, bob]).await;
    world.tamper(change);
    let before = world.count("delivery");
    let refused = carry_out(&world, &planned).await;
    assert!(matches!(&refused, Err(AppError::PlanChanged(ids)) if ids.contains(&bob)));
    assert!(words(refused).contains("nothing was done"));
    assert_eq!(world.count("delivery"), before);
}

#[tokio::test]
async fn a_saved_plan_holds_on_the_next_day_if_nothing_changed() {
    let world = World::new().await;
    let ada = world.schedule(ADA, "2031-05-20 15:00").await;
    world.deliver().await;
    world.wait_minutes(11);
    let saved = serde_json::to_string(&plan(&world, Action::Resend, &[ada]).await).unwrap();
    world.wait_minutes(24 * 60);
    let planned: Plan = serde_json::from_str(&saved).unwrap();
    assert_eq!(
        carry_out(&world, &planned).await.unwrap().deliveries.len(),
        1
    );
}

#[tokio::test]
async fn a_plan_whose_interview_is_over_by_now_is_not_carried_out() {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world.deliver().await;
    world.wait_minutes(11);
    let planned = plan(&world, Action::Resend, &[ada]).await;
    world.wait_minutes(7 * 24 * 60);
    assert!(matches!(
        carry_out(&world, &planned).await,
        Err(AppError::PlanChanged(_))
    ));
}

#[tokio::test]
async fn invariant_12_nothing_is_everybody_by_accident() {
    let world = World::new().await;
    world.schedule(ADA, TOMORROW).await;
    let empty = [
        Selection::Ids(Vec::new()),
        Selection::Matching(Filter::parse("  ").unwrap()),
    ];
    for selection in empty {
        let refused = world.app.plan(Action::Resend, &selection).await;
        assert!(matches!(refused, Err(AppError::NothingSelected)));
    }
    let unknown: InterviewId = "0197fb3f-0000-7000-8000-000000000000".parse().unwrap();
    let refused = world
        .app
        .plan(Action::Resend, &Selection::Ids(vec![unknown]))
        .await;
    assert!(words(refused).contains("0197fb3f-0000-7000-8000-000000000000"));
    for mistake in ["lnk:missing", "role:", "-all", "ada \u{200b}"] {
        assert!(Filter::parse(mistake).is_err(), "{mistake}");
    }
    let all = Selection::Matching(Filter::parse("all").unwrap());
    assert_eq!(
        world
            .app
            .plan(Action::Resend, &all)
            .await
            .unwrap()
            .rows
            .len(),
        1
    );
}

#[tokio::test]
async fn a_plan_of_a_filter_holds_every_row_that_matches_and_no_other() {
    let world = World::new().await;
    let mut lost = Vec::new();
    for number in 0..7 {
        world
            .schedule(&format!("C{number} <c{number}@c.example>"), TOMORROW)
            .await;
        lost.push(without_a_link(&world, &format!("D{number} <d{number}@c.example>")).await);
    }
    let missing = Selection::Matching(Filter::parse("link:missing").unwrap());
    let planned = world.app.plan(REPAIR, &missing).await.unwrap();
    let mut rows: Vec<_> = planned.rows.iter().map(|row| row.id).collect();
    rows.sort();
    assert_eq!(rows, lost);
    assert_eq!((planned.sends(), planned.skips()), (7, 0));
}

#[tokio::test]
async fn mail_of_a_plan_can_be_held() {
    let world = World::new().await;
    let ada = world
        .schedule_with(ADA, TOMORROW, MailWish::No)
        .await
        .row
        .id();
    let planned = plan(&world, Action::Resend, &[ada]).await;
    world
        .app
        .carry_out(&planned, Some(Duration::from_secs(30)))
        .await
        .unwrap();
    assert_eq!(world.says(ada).await, "held, leaves 10:00");
}

#[tokio::test]
async fn invariant_06_a_local_base_url_refuses_before_anything_is_saved() {
    let world = World::with("links.base_url = 'http://127.1:8000'").await;
    let refused = words(
        world
            .app
            .schedule(request(draft(ADA, TOMORROW), MailWish::Now))
            .await,
    );
    assert!(
        refused.starts_with("links.base_url: http://127.0.0.1:8000"),
        "{refused}"
    );
    assert_eq!(world.count("interview") + world.count("event"), 0);
    let ada = world
        .schedule_with(ADA, TOMORROW, MailWish::No)
        .await
        .row
        .id();
    let refused = world
        .app
        .plan(Action::Resend, &Selection::Ids(vec![ada]))
        .await;
    assert!(words(refused).starts_with("links.base_url: "));
}

#[tokio::test]
async fn incident_17_allow_local_is_a_decision_of_its_own() {
    let world =
        World::with("links.base_url = 'http://localhost:8000'\nlinks.allow_local = true").await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world.deliver().await;
    assert_eq!(world.mail_of(ada).await, ["accepted"]);
    assert!(
        world.letters()[0]
            .text
            .as_ref()
            .unwrap()
            .contains("http://localhost:8000/interview/")
    );
}

#[tokio::test]
async fn when_one_mail_can_t_be_composed_whose_it_is_is_said_and_nothing_is_done() {
    let world = World::new().await;
    let ada = world.schedule_with(ADA, TOMORROW, MailWish::No).await;
    let bob = world.schedule_with("Bob <bob@c.example>", TOMORROW, MailWish::No);
    let bob = bob.await.row.id();
    // Longer than mail programs show, as only an import could bring it.
    let words_of = "word ".repeat(30_000);
    world.tamper(&format!(
        "UPDATE interview SET note = '{words_of}' WHERE id = '{bob}'"
    ));
    let planned = plan(&world, Action::Resend, &[ada.row.id(), bob]).await;
    assert_eq!(planned.sends(), 2);
    let refused = words(carry_out(&world, &planned).await);
    assert!(
        refused.starts_with(&format!("Bob ({bob}): the mail can't be composed: ")),
        "{refused}"
    );
    assert!(refused.contains("nothing was done"), "{refused}");
    assert_eq!((world.count("batch"), world.count("delivery")), (0, 0));
}

#[tokio::test]
async fn a_mail_that_waits_again_is_seen_although_a_newer_one_was_accepted() {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world.post.answers([Answer::Lost]);
    world.deliver().await;
    let lost = world.newest(ada).await.id;
    let leave = Settlement::Leave("they have it".to_owned());
    world.app.settle_unknown(lost, leave).await.unwrap();
    world.wait_minutes(11);
    let planned = plan(&world, Action::Resend, &[ada]).await;
    carry_out(&world, &planned).await.unwrap();
    world.deliver().await;
    world.wait_minutes(11);
    let again = world.app.settle_unknown(lost, Settlement::SendAgain);
    again.await.unwrap();
    assert_eq!(world.mail_of(ada).await, ["accepted", "queued"]);
    let planned = plan(&world, Action::Resend, &[ada]).await;
    assert_eq!(says(&planned), "skip: already waiting: it is in the outbox");
}
