//! What the bulk tools of others do wrong, by their issue trackers, as far as it concerns plans and batches. The table of
//! all of it stands in `incidents.rs`.

use std::collections::BTreeSet;
use std::time::Duration;

use greenroom::app::{Action, From, MailWish, Selection, Steer};
use greenroom::domain::filter::Filter;
use greenroom::mail::calendar;

use super::{batch, candidates, plan, says};
use crate::support::world::request;
use crate::support::{Answer, World, draft, words};

#[tokio::test]
async fn others_a_batch_with_some_unsent_is_not_finished_and_just_those_are_tried_again() {
    let world = World::new().await;
    let ids = candidates(&world, 12).await;
    let number = batch(&world, &ids, None).await;
    world.post.answers([Answer::Later; 5]);
    world.deliver().await;
    let status = world.app.batch(number).await.unwrap();
    assert!(!status.is_over());
    assert_eq!(status.words(), "7 of 12 sent, 5 put off");
    world.app.steer_batch(number, Steer::Stop).await.unwrap();
    let status = world.app.batch(number).await.unwrap();
    assert_eq!(status.words(), "7 of 12 sent, 5 withdrawn");
    let retry = world.app.plan_retry(number).await.unwrap().plan.unwrap();
    assert_eq!((retry.sends(), retry.rows.len()), (5, 5));
    world.app.carry_out(&retry, None).await.unwrap();
    world.deliver().await;
    assert_eq!(world.post.handed().len(), 12, "each once");
}

#[tokio::test]
async fn others_a_list_that_shows_a_hundred_does_not_hide_that_a_plan_acts_on_344() {
    let world = World::new().await;
    let ids = candidates(&world, 344).await;
    let filter = Filter::parse("verdict:not_invited").unwrap();
    let window = world.app.window(&filter, From::Start, 100).await.unwrap();
    assert_eq!(window.rows.len(), 100);
    let selection = Selection::Matching(filter.clone());
    let planned = world.app.plan(Action::Resend, &selection).await.unwrap();
    assert_eq!((planned.rows.len(), planned.sends()), (344, 344));
    let marked = world.app.ids(&filter).await.unwrap();
    assert_eq!(marked.len(), ids.len(), "and `a` marks them all");
    let done = world.app.carry_out(&planned, None).await.unwrap();
    assert_eq!(done.deliveries.len(), 344);
    let status = world.app.batch(done.batch.unwrap()).await.unwrap();
    assert_eq!((status.batch.sends, status.progress.waiting), (344, 344));
    let mails = world.app.batch_mails(done.batch.unwrap()).await.unwrap();
    let carried: BTreeSet<_> = mails
        .iter()
        .map(|mail| mail.delivery.interview_id)
        .collect();
    let planned: BTreeSet<_> = planned.rows.iter().map(|row| row.id).collect();
    assert_eq!(carried, planned, "these and no others");
}

#[tokio::test]
async fn others_a_search_changes_nothing_and_neither_does_a_plan() {
    let world = World::new().await;
    candidates(&world, 3).await;
    let before = (world.count("event"), world.count("delivery"));
    let filter = Filter::parse("c1").unwrap();
    world.app.window(&filter, From::Start, 100).await.unwrap();
    let selection = Selection::Matching(filter);
    world.app.plan(Action::Cancel, &selection).await.unwrap();
    world.app.plan(Action::Rotate, &selection).await.unwrap();
    assert_eq!((world.count("event"), world.count("delivery")), before);
}

#[tokio::test]
async fn others_a_cancelled_interview_is_never_mailed_as_a_new_request() {
    let world = World::new().await;
    let ids = candidates(&world, 2).await;
    batch(&world, &ids, None).await;
    world.deliver().await;
    let cancelled = plan(&world, Action::Cancel, &ids).await;
    world.app.carry_out(&cancelled, None).await.unwrap();
    world.wait_minutes(30);
    for action in [
        Action::Resend,
        Action::Rotate,
        Action::Repair { send: true },
    ] {
        assert_eq!(
            says(&plan(&world, action, &ids).await),
            ["skip: cancelled"; 2]
        );
    }
    assert_eq!(world.post.handed().len(), 2);
}

#[tokio::test]
async fn others_a_new_start_keeps_the_link_and_raises_sequence() {
    let world = World::new().await;
    let ids = candidates(&world, 2).await;
    let before = world.link(ids[0]).await;
    for (number, id) in ids.iter().enumerate() {
        let candidate = format!("C{number} <c{number}@c.example>");
        let moved = request(draft(&candidate, "tomorrow 17:00"), MailWish::No);
        world.app.revise(*id, moved).await.unwrap();
    }
    batch(&world, &ids, None).await;
    world.deliver().await;
    assert_eq!(world.link(ids[0]).await, before, "the link stays");
    for (id, letter) in ids.iter().zip(world.letters()) {
        let event = calendar::read(letter.calendar.as_ref().unwrap()).unwrap();
        let row = world.row(*id).await;
        assert_eq!(Some(event.start), row.interview.starts_at);
        assert_eq!(event.sequence, 1);
    }
}

#[tokio::test]
async fn others_links_are_never_swapped_each_mail_carries_its_own_interviews() {
    let world = World::new().await;
    let ids = candidates(&world, 25).await;
    let rotated = plan(&world, Action::Rotate, &ids).await;
    world.app.carry_out(&rotated, None).await.unwrap();
    world
        .dispatcher_of(4)
        .drain(&greenroom::app::Stop::default())
        .await;
    let letters = world.letters();
    assert_eq!(letters.len(), 25);
    for letter in letters {
        let event = calendar::read(letter.calendar.as_ref().unwrap()).unwrap();
        let id = event.uid.split('@').next().unwrap().parse().unwrap();
        let row = world.row(id).await;
        let link = world.link(id).await;
        assert_eq!(letter.to, [row.interview.candidate_email.unwrap().ascii()]);
        assert!(letter.text.as_ref().unwrap().contains(&link));
        assert!(letter.html.as_ref().unwrap().contains(&link));
        assert_eq!(event.url, link);
    }
}

#[tokio::test]
async fn others_a_mail_for_the_old_time_never_leaves_a_batch() {
    let world = World::new().await;
    let ids = candidates(&world, 3).await;
    let number = batch(&world, &ids, Some(Duration::from_secs(30))).await;
    let moved = request(draft("C1 <c1@c.example>", "tomorrow 17:00"), MailWish::No);
    world.app.revise(ids[1], moved).await.unwrap();
    world.wait_minutes(1);
    world.deliver().await;
    assert_eq!(world.post.handed().len(), 2);
    let status = world.app.batch(number).await.unwrap();
    assert_eq!(status.words(), "2 of 3 sent, 1 withdrawn");
}

#[tokio::test]
async fn others_a_mail_without_a_link_can_not_be_asked_for() {
    let world = World::new().await;
    let ids = candidates(&world, 2).await;
    world.app.revoke(ids[0]).await.unwrap();
    let planned = plan(&world, Action::Resend, &ids).await;
    assert_eq!(
        says(&planned),
        ["skip: the link was revoked", "send: first invitation"]
    );
    world.app.carry_out(&planned, None).await.unwrap();
    world.deliver().await;
    for letter in world.letters() {
        assert!(letter.text.unwrap().contains("/interview/?session_key="));
    }
}

#[tokio::test]
async fn others_a_placeholder_is_never_mailed() {
    let world = World::new().await;
    let candidate = "{{first_name}} <c@c.example>";
    let refused = world.try_schedule(draft(candidate, "tomorrow 15:00"), MailWish::Now);
    assert!(words(refused.await).contains("candidate"));
    // What was imported may hold one: it is left alone by its name, and the others are mailed.
    let ids = candidates(&world, 3).await;
    world.tamper(&format!(
        "UPDATE interview SET candidate_name = 'Dear {{{{first_name}}}}' WHERE id = '{}';
         UPDATE interview SET note = 'Bring {{{{item}}}}' WHERE id = '{}'",
        ids[0], ids[1]
    ));
    let all = Selection::Matching(Filter::parse("all").unwrap());
    let planned = world.app.plan(Action::Resend, &all).await.unwrap();
    assert_eq!(
        says(&planned),
        [
            "skip: candidate holds {{: correct it first",
            "skip: note holds {{: correct it first",
            "send: first invitation"
        ]
    );
    world.app.carry_out(&planned, None).await.unwrap();
    world.deliver().await;
    assert_eq!(world.post.handed().len(), 1);
    for mail in world.post.handed() {
        assert!(!String::from_utf8_lossy(&mail.bytes).contains("{{"));
    }
}
