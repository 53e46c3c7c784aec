//! THE use-case: one action, one transaction, or nothing.

use greenroom::app::{MailWish, Schedule, ScheduleError};
use greenroom::domain::delivery::State;
use greenroom::domain::draft::{Draft, Field};
use rstest::rstest;

use crate::support::world::request;
use crate::support::{World, draft, words};

const ADA: &str = "Ada Lovelace <ada@c.example>";

fn with_key(draft: Draft, key: &str) -> Schedule {
    Schedule {
        idempotency_key: Some(key.to_owned()),
        ..request(draft, MailWish::Now)
    }
}

#[tokio::test]
async fn one_action_makes_interview_link_mail_and_timeline() {
    let world = World::new().await;
    let made = world
        .schedule_with(ADA, "tomorrow 15:00", MailWish::Now)
        .await;
    let mail = made.delivery.unwrap();
    assert_eq!(
        (mail.state, mail.address.as_str()),
        (State::Queued, "ada@c.example")
    );
    let ada = world.details(made.row.id()).await;
    assert_eq!(ada.sessions.len(), 1);
    assert_eq!(
        ada.row.interview.starts_at.unwrap().to_string(),
        "2031-05-06T13:00:00Z"
    );
    assert_eq!(
        world.timeline(ada.row.id()).await,
        ["scheduled", "link_made", "mail_queued"]
    );
    assert!(
        ada.events
            .iter()
            .all(|event| event.actor == "Rita Levi <rita@acme.example>")
    );

    world.deliver().await;
    assert_eq!(world.says(ada.row.id()).await, "ready, sent 10:00");
    let letter = world.letters().remove(0);
    let link = world.link(ada.row.id()).await;
    for part in [letter.text, letter.html, letter.calendar] {
        let part = part.unwrap().replace("\r\n ", "").replace("&#x3D;", "=");
        assert!(part.contains(&link), "{part}");
    }
}

#[tokio::test]
async fn without_a_wish_for_mail_there_is_a_link_and_no_mail() {
    let world = World::new().await;
    let made = world
        .schedule_with(ADA, "tomorrow 15:00", MailWish::No)
        .await;
    assert!(made.delivery.is_none());
    world.deliver().await;
    assert_eq!(world.post.offers(), 0);
    assert_eq!(world.says(made.row.id()).await, "not invited");
    assert!(
        world
            .link(made.row.id())
            .await
            .starts_with("https://interviews.acme.example/interview/?session_key=")
    );
}

#[tokio::test]
async fn all_refusals_come_at_once_and_nothing_is_saved() {
    let world = World::new().await;
    let nothing = Draft {
        duration: "3m".to_owned(),
        ..Draft::default()
    };
    let Err(ScheduleError::Refused(refusals)) = world.try_schedule(nothing, MailWish::Now).await
    else {
        panic!("an empty draft is no interview")
    };
    let fields: Vec<Field> = refusals.iter().map(|refusal| refusal.field).collect();
    assert_eq!(
        fields,
        [
            Field::Candidate,
            Field::Email,
            Field::Role,
            Field::At,
            Field::Duration
        ]
    );
    assert_eq!(
        world.count("interview") + world.count("session") + world.count("event"),
        0
    );
}

#[rstest]
#[case::no_start("", "at: ")]
#[case::past("2031-05-05 09:00", "at: ")]
#[case::a_gap("2032-03-28 02:30", "at: ")]
#[case::two_readings("monday 15:00", "at: ")]
#[tokio::test]
async fn incident_03_a_time_is_never_invented(#[case] at: &str, #[case] named: &str) {
    let world = World::new().await;
    let said = words(world.try_schedule(draft(ADA, at), MailWish::Now).await);
    assert!(said.starts_with(named), "{said}");
    assert_eq!(world.count("interview") + world.count("delivery"), 0);
}

#[tokio::test]
async fn incident_02_every_way_of_scheduling_makes_a_key() {
    let world = World::new().await;
    for (number, mail) in [
        MailWish::No,
        MailWish::Now,
        MailWish::HeldFor(std::time::Duration::from_secs(10)),
    ]
    .into_iter()
    .enumerate()
    {
        let at = format!("2031-06-0{} 12:00", number + 1);
        let row = world.schedule_with(ADA, &at, mail).await.row;
        let key = row.facts.key.unwrap().expose();
        assert_eq!(key.len(), 32);
        let version: String = key.chars().skip(12).take(1).collect();
        assert_eq!(version, "4");
    }
    assert_eq!(world.count("session WHERE revoked_at IS NULL"), 3);
}

#[tokio::test]
async fn incident_06_the_mailed_link_and_the_stored_key_are_equal() {
    let world = World::new().await;
    let ada = world.schedule(ADA, "tomorrow 15:00").await;
    world.deliver().await;
    let key: String = world.ask("SELECT key FROM session");
    let letter = world.letters().remove(0);
    assert!(letter.text.unwrap().contains(&format!("session_key={key}")));
    assert!(world.link(ada).await.ends_with(&key));
    assert_eq!(world.ask::<String>("SELECT told_key FROM interview"), key);
}

#[tokio::test]
async fn incident_08_two_interviews_of_one_address_have_two_links() {
    let world = World::new().await;
    let first = world.schedule(ADA, "tomorrow 15:00").await;
    let second = world.schedule(ADA, "2031-05-08 11:00").await;
    world.deliver().await;
    let links = [world.link(first).await, world.link(second).await];
    assert_ne!(links[0], links[1]);
    for (letter, (own, other)) in world.letters().iter().zip([(0, 1), (1, 0)]) {
        let text = letter.text.as_ref().unwrap();
        assert!(text.contains(&links[own]) && !text.contains(&links[other]));
    }
}

#[tokio::test]
async fn incident_23_a_repeated_action_returns_the_first_result() {
    let world = World::new().await;
    let first = world
        .app
        .schedule(with_key(draft(ADA, "tomorrow 15:00"), "k1"))
        .await
        .unwrap();
    world.deliver().await;
    // A day later `tomorrow` is another day: the action is still the first one.
    world.wait_minutes(24 * 60);
    let again = world
        .app
        .schedule(with_key(draft(ADA, "tomorrow 15:00"), "k1"))
        .await
        .unwrap();
    assert!(again.repeated && !first.repeated);
    assert_eq!(again.row.id(), first.row.id());
    assert_eq!(again.delivery.unwrap().state, State::Accepted);
    world.deliver().await;
    assert_eq!((world.count("interview"), world.post.offers()), (1, 1));
}

#[tokio::test]
async fn incident_23_a_key_with_other_content_is_an_error() {
    let world = World::new().await;
    world
        .app
        .schedule(with_key(draft(ADA, "tomorrow 15:00"), "k1"))
        .await
        .unwrap();
    let other = world
        .app
        .schedule(with_key(draft(ADA, "tomorrow 16:00"), "k1"))
        .await;
    assert!(matches!(other, Err(ScheduleError::KeyReused)));
    let unmailed = Schedule {
        mail: MailWish::No,
        ..with_key(draft(ADA, "tomorrow 15:00"), "k1")
    };
    assert!(matches!(
        world.app.schedule(unmailed).await,
        Err(ScheduleError::KeyReused)
    ));
    assert_eq!(world.count("interview"), 1);
}

#[tokio::test]
async fn incident_23_two_greenrooms_with_one_key_make_one_interview() {
    let here = World::new().await;
    let there = here.another("").await;
    let ask = |world: &World| {
        let app = world.app.clone();
        tokio::spawn(async move {
            app.schedule(with_key(draft(ADA, "tomorrow 15:00"), "k1"))
                .await
                .unwrap()
        })
    };
    let both = [ask(&here), ask(&there), ask(&here), ask(&there)];
    let mut made = Vec::new();
    for one in both {
        made.push(one.await.unwrap());
    }
    assert_eq!(made.iter().filter(|one| !one.repeated).count(), 1);
    assert!(made.iter().all(|one| one.row.id() == made[0].row.id()));
    assert_eq!((here.count("interview"), here.count("delivery")), (1, 1));
}

#[tokio::test]
async fn the_key_of_a_removed_interview_makes_no_other() {
    let world = World::new().await;
    let held = Schedule {
        mail: MailWish::HeldFor(std::time::Duration::from_secs(10)),
        ..with_key(draft(ADA, "tomorrow 15:00"), "k1")
    };
    let made = world.app.schedule(held.clone()).await.unwrap();
    world.app.remove(made.row.id()).await.unwrap();
    assert!(matches!(
        world.app.schedule(held).await,
        Err(ScheduleError::KeyOfRemoved)
    ));
    assert_eq!(world.count("interview"), 0);
}

#[tokio::test]
async fn the_same_address_and_start_again_must_be_meant() {
    let world = World::new().await;
    let first = world.schedule(ADA, "tomorrow 15:00").await;
    // The same instant and the same mailbox, written otherwise.
    let twin = Draft {
        zone: "Europe/London".to_owned(),
        ..draft("A. Lovelace <ada@C.example>", "tomorrow 14:00")
    };
    let refused = world.try_schedule(twin.clone(), MailWish::Now).await;
    assert!(matches!(&refused, Err(ScheduleError::AlreadyThere(there)) if *there == first));
    assert!(words(refused).contains("--again"));
    let meant = Schedule {
        again: true,
        ..request(twin, MailWish::Now)
    };
    let second = world.app.schedule(meant).await.unwrap();
    assert_ne!(second.row.id(), first);
    assert_eq!(world.count("interview"), 2);
}

#[tokio::test]
async fn incident_24_an_address_is_checked_and_a_likely_typo_is_pointed_out() {
    let world = World::new().await;
    let bad = words(
        world
            .try_schedule(
                draft("Ada <ada.c.example>", "tomorrow 15:00"),
                MailWish::Now,
            )
            .await,
    );
    assert!(bad.starts_with("email: "), "{bad}");
    let made = world
        .schedule_with("Ada <ada@gmial.com>", "tomorrow 15:00", MailWish::Now)
        .await;
    let notice = &made.notices[0];
    assert_eq!(notice.field, Field::Email);
    assert!(notice.message.contains("gmail.com"), "{}", notice.message);
    assert!(world.app.notices(&draft(ADA, "tomorrow 15:00")).is_empty());
}

#[tokio::test]
async fn a_template_in_a_field_is_refused_by_the_name_of_the_field() {
    let world = World::new().await;
    let said = words(
        world
            .try_schedule(
                draft("{{first_name}} <ada@c.example>", "tomorrow 15:00"),
                MailWish::Now,
            )
            .await,
    );
    assert!(said.starts_with("candidate: "), "{said}");
    assert_eq!(world.count("interview"), 0);
}
