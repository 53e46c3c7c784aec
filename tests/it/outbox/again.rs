//! Mail that is sent again.

use greenroom::app::{Action, MailWish, Schedule, Selection};
use greenroom::mail::parts;

use super::{ADA, TEN_SECONDS, TOMORROW};
use crate::support::world::request;
use crate::support::{World, draft};

#[tokio::test]
async fn a_mail_sent_again_is_a_mail_of_its_own_in_the_same_conversation() {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world.deliver().await;
    world.wait_minutes(11);
    let plan = world
        .app
        .plan(Action::Resend, &Selection::Ids(vec![ada]))
        .await
        .unwrap();
    world.app.carry_out(&plan, None).await.unwrap();
    world.deliver().await;
    let letters = world.letters();
    let [first, second] = [0, 1].map(|at| letters[at].header("Message-ID").unwrap().to_owned());
    assert_ne!(first, second);
    for header in ["In-Reply-To", "References"] {
        let raw = letters[1]
            .headers
            .iter()
            .find(|own| own.name == header)
            .unwrap();
        assert!(
            raw.raw.contains(first.trim_matches(['<', '>'])),
            "{}",
            raw.raw
        );
    }
    assert!(letters[0].header("In-Reply-To").is_none());
    // The same link, the same event in calendars.
    let link = world.link(ada).await;
    assert!(
        letters
            .iter()
            .all(|letter| letter.text.as_ref().unwrap().contains(&link))
    );
    let uid = |letter: &parts::Parts| {
        let calendar = letter.calendar.clone().unwrap();
        calendar
            .lines()
            .find(|line| line.starts_with("UID"))
            .unwrap()
            .to_owned()
    };
    assert_eq!(uid(&letters[0]), uid(&letters[1]));
}

#[tokio::test]
async fn invariant_10_no_second_mail_is_asked_for_while_one_waits() {
    let world = World::new().await;
    let made = world.schedule_with(ADA, TOMORROW, TEN_SECONDS).await;
    let again = Schedule {
        again: true,
        ..request(draft(ADA, TOMORROW), MailWish::Now)
    };
    // Another interview is another mail; the same interview is not.
    world.app.schedule(again).await.unwrap();
    let insert = "INSERT INTO delivery (id, interview_id, session_id, audience, kind, sender, address, subject, message_id,
                      mime, sha256, link, starts_at, state, since, due_at, created_at)
                  SELECT 'x', interview_id, session_id, audience, kind, sender, address, subject, '<x@y>', mime, sha256,
                      link, starts_at, 'queued', since, due_at, created_at FROM delivery WHERE interview_id = $1";
    let error = world
        .sql()
        .execute(insert, [made.row.id().to_string()])
        .unwrap_err();
    assert!(error.to_string().contains("UNIQUE"), "{error}");
}
