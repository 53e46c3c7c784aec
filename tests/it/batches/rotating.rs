//! New links: the old one ends in the commit that makes the new one and its mail.

use std::time::Duration;

use greenroom::app::{Action, Chosen, Selection, Steer};
use greenroom::mail::{calendar, parts};
use jiff::SignedDuration;

use super::{batch, candidates, plan, says};
use crate::support::{Answer, World};

#[tokio::test]
async fn the_new_link_its_mail_and_the_end_of_the_old_one_are_one_commit() {
    let world = World::new().await;
    let ids = candidates(&world, 3).await;
    batch(&world, &ids, None).await;
    world.deliver().await;
    let mut old = Vec::new();
    for id in &ids {
        old.push(world.link(*id).await);
    }
    let planned = plan(&world, Action::Rotate, &ids).await;
    assert_eq!(says(&planned), ["send: a new link; the old one ends"; 3]);
    let done = world.app.carry_out(&planned, None).await.unwrap();
    assert_eq!((done.links_made, done.deliveries.len()), (3, 3));
    for (id, old) in ids.iter().zip(&old) {
        let sessions = world.details(*id).await.sessions;
        assert_eq!(sessions.len(), 2);
        assert!(sessions[0].revoked_at.is_none() && sessions[1].revoked_at.is_some());
        assert_ne!(&world.link(*id).await, old);
        assert_eq!(world.row(*id).await.interview.sequence, 1);
    }
    world.deliver().await;
    for (id, letter) in ids.iter().zip(&world.letters()[3..]) {
        assert!(
            letter
                .text
                .as_ref()
                .unwrap()
                .contains(&world.link(*id).await)
        );
    }
    for id in &ids {
        assert_eq!(world.says(*id).await, "ready, sent 10:00");
    }
}

/// A command that is repeated by a slip must not end the links of a minute ago.
#[tokio::test]
async fn whoever_got_a_new_link_a_moment_ago_is_skipped_unless_chosen() {
    let world = World::new().await;
    let ids = candidates(&world, 2).await;
    batch(&world, &ids, None).await;
    world.deliver().await;
    let first = plan(&world, Action::Rotate, &ids).await;
    world.app.carry_out(&first, None).await.unwrap();
    world.deliver().await;
    let again = plan(&world, Action::Rotate, &ids).await;
    assert_eq!(
        says(&again),
        ["skip: got a new link less than a minute ago"; 2]
    );
    let chosen = Chosen::These([ids[0]].into_iter().collect());
    let selection = Selection::Ids(ids.clone());
    let asked = world
        .app
        .plan_choosing(Action::Rotate, &selection, &chosen)
        .await
        .unwrap();
    assert_eq!((asked.sends(), asked.skips()), (1, 1));
    world.clock.advance(SignedDuration::from_secs(601));
    let later = plan(&world, Action::Rotate, &ids).await;
    assert_eq!(later.sends(), 2);
}

const NEW: &str = "This link is new. It replaces any link to this interview from an earlier mail";

#[tokio::test]
async fn the_mail_says_that_its_link_replaces_the_one_they_hold_in_the_conversation_of_the_first() {
    let world = World::new().await;
    let ids = candidates(&world, 1).await;
    batch(&world, &ids, None).await;
    world.deliver().await;
    let site = world.serve().await;
    let old = super::path_of(&world.link(ids[0]).await);
    let planned = plan(&world, Action::Rotate, &ids).await;
    let shown = world
        .app
        .planned_mail(Action::Rotate, ids[0])
        .await
        .unwrap();
    let shown = parts::read(&shown.bytes).unwrap();
    world.app.carry_out(&planned, None).await.unwrap();
    world.deliver().await;
    let letters = world.letters();
    let [first, second] = letters.as_slice() else {
        panic!("two mails");
    };
    for letter in [second, &shown] {
        let (text, html) = (letter.text.as_ref().unwrap(), letter.html.as_ref().unwrap());
        assert!(text.contains(NEW), "{text}");
        assert!(html.contains("<strong>This link is new.</strong>"));
        let event = calendar::read(letter.calendar.as_ref().unwrap()).unwrap();
        assert_eq!(event.sequence, 1);
        assert!(
            event
                .description
                .contains("A link from an earlier mail no longer works.")
        );
        assert_eq!(letter.header("References"), first.header("Message-ID"));
        assert_eq!(letter.header("In-Reply-To"), first.header("Message-ID"));
    }
    assert!(!first.text.as_ref().unwrap().contains("This link is new"));
    // And so it is.
    let page = site.get(&old).await;
    assert!(page.body.contains("replaced"), "{}", page.body);
    let new = super::path_of(&world.link(ids[0]).await);
    assert_eq!(site.get(&new).await.status, 200);
}

#[tokio::test]
async fn whoever_holds_no_other_link_is_not_told_of_one() {
    let world = World::new().await;
    let ids = candidates(&world, 3).await;
    // Never mailed; withdrawn before it left; refused for good.
    batch(&world, &ids[1..2], Some(Duration::from_mins(1))).await;
    world.app.steer_batch(1, Steer::Stop).await.unwrap();
    batch(&world, &ids[2..], None).await;
    world.post.answers([Answer::Never]);
    world.deliver().await;
    let planned = plan(&world, Action::Rotate, &ids).await;
    world.app.carry_out(&planned, None).await.unwrap();
    world.deliver().await;
    let letters = world.letters();
    assert_eq!(letters.len(), 3);
    for letter in letters {
        let text = letter.text.unwrap();
        assert!(!text.contains("This link is new"), "{text}");
    }
}

#[tokio::test]
async fn whoever_holds_the_old_link_is_told_also_when_the_mail_with_the_new_one_is_sent_again() {
    let world = World::new().await;
    let ids = candidates(&world, 1).await;
    batch(&world, &ids, None).await;
    world.deliver().await;
    let planned = plan(&world, Action::Rotate, &ids).await;
    world.app.carry_out(&planned, None).await.unwrap();
    world.post.answers([Answer::Never]);
    world.deliver().await;
    batch(&world, &ids, None).await;
    world.deliver().await;
    let letters = world.letters();
    assert!(letters.last().unwrap().text.as_ref().unwrap().contains(NEW));
}

#[tokio::test]
async fn a_mail_that_waits_with_the_old_link_never_leaves() {
    let world = World::new().await;
    let ada = world
        .schedule("Ada <ada@c.example>", "tomorrow 15:00")
        .await;
    let planned = plan(&world, Action::Rotate, &[ada]).await;
    assert_eq!(
        says(&planned),
        ["send: a new link; the mail that waits is withdrawn"]
    );
    world.app.carry_out(&planned, None).await.unwrap();
    assert_eq!(world.mail_of(ada).await, ["queued", "withdrawn"]);
    world.deliver().await;
    let letters = world.letters();
    assert_eq!(letters.len(), 1);
    assert!(
        letters[0]
            .text
            .as_ref()
            .unwrap()
            .contains(&world.link(ada).await)
    );
}

#[tokio::test]
async fn whoever_was_never_mailed_gets_the_invitation_with_the_new_link() {
    let world = World::new().await;
    let ids = candidates(&world, 1).await;
    let planned = plan(&world, Action::Rotate, &ids).await;
    assert_eq!(says(&planned), ["send: a new link; first invitation"]);
    world.app.carry_out(&planned, None).await.unwrap();
    world.deliver().await;
    assert_eq!(world.says(ids[0]).await, "ready, sent 10:00");
}

#[tokio::test]
async fn whoever_may_come_in_now_is_skipped_unless_chosen() {
    let world = World::new().await;
    let ada = world.schedule("Ada <ada@c.example>", "today 10:10").await;
    world.deliver().await;
    let planned = plan(&world, Action::Rotate, &[ada]).await;
    assert_eq!(says(&planned), ["skip: their window is open now"]);
    let selection = Selection::Ids(vec![ada]);
    let chosen = world
        .app
        .plan_choosing(Action::Rotate, &selection, &Chosen::Everybody)
        .await
        .unwrap();
    assert_eq!(chosen.sends(), 1);
    // Whoever has joined meanwhile is not thrown out by a plan that did not say so.
    world.tamper("UPDATE interview SET joined_at = 1");
    assert!(world.app.carry_out(&chosen, None).await.is_err());
    let planned = plan(&world, Action::Rotate, &[ada]).await;
    assert_eq!(says(&planned), ["skip: they have joined"]);
}

#[tokio::test]
async fn a_revoked_link_is_replaced_and_one_of_unknown_outcome_is_settled_first() {
    let world = World::new().await;
    let ids = candidates(&world, 2).await;
    world.app.revoke(ids[0]).await.unwrap();
    batch(&world, &ids[1..], None).await;
    world.post.answers([Answer::Lost]);
    world.deliver().await;
    let planned = plan(&world, Action::Rotate, &ids).await;
    assert_eq!(
        says(&planned),
        [
            "send: a new link; first invitation",
            "skip: outcome unknown: settle it first"
        ]
    );
    world.app.carry_out(&planned, None).await.unwrap();
    assert_eq!(world.mail_of(ids[0]).await, ["queued"]);
}

#[tokio::test]
async fn calendars_follow_because_sequence_rises_and_the_event_stays_the_same() {
    let world = World::new().await;
    let ids = candidates(&world, 1).await;
    batch(&world, &ids, None).await;
    world.deliver().await;
    for _ in 0..2 {
        let planned = plan(&world, Action::Rotate, &ids).await;
        world.app.carry_out(&planned, None).await.unwrap();
        world.deliver().await;
        world.clock.advance(SignedDuration::from_mins(11));
    }
    let events: Vec<_> = world
        .letters()
        .iter()
        .map(|letter| calendar::read(letter.calendar.as_ref().unwrap()).unwrap())
        .collect();
    let sequences: Vec<_> = events.iter().map(|event| event.sequence).collect();
    assert_eq!(sequences, [0, 1, 2]);
    assert!(events.iter().all(|event| event.uid == events[0].uid));
}
