//! The outbox and the dispatcher: what leaves, what waits, and what never leaves.

use std::time::Duration;

use greenroom::app::{Dispatcher, MailWish, Schedule, SentBy, Stop, TakenBack};
use greenroom::domain::delivery::State;
use greenroom::mail::parts;
use greenroom::store::Owner;
use rstest::rstest;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::support::world::request;
use crate::support::{Answer, World, draft};

const ADA: &str = "Ada Lovelace <ada@c.example>";
const TOMORROW: &str = "tomorrow 15:00";
const TEN_SECONDS: MailWish = MailWish::HeldFor(Duration::from_secs(10));

#[tokio::test]
async fn incident_19_accepted_keeps_the_reply_and_its_time() {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world.deliver().await;
    let mail = world.newest(ada).await;
    assert_eq!(mail.state, State::Accepted);
    assert_eq!(mail.last_reply.as_deref(), Some("250 2.0.0 queued as 1"));
    assert_eq!(
        (mail.accepted_at, mail.attempts, mail.due),
        (Some(world.now()), 1, None)
    );
    assert_eq!(world.timeline(ada).await.last(), Some(&"mail_accepted"));
}

#[tokio::test]
async fn incident_19_mail_kept_on_this_machine_is_never_ready() {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world.post.answers([Answer::Store]);
    world.deliver().await;
    let mail = world.newest(ada).await;
    assert_eq!((mail.state, mail.accepted_at), (State::Stored, None));
    assert_eq!(world.says(ada).await, "stored on this machine");
}

#[tokio::test]
async fn incident_25_bytes_digest_link_and_reply_of_every_mail_are_kept() {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    let previewed = world.bytes(ada).await;
    world.deliver().await;
    let mail = world.newest(ada).await;
    let digest = Sha256::digest(&previewed)
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    assert_eq!(mail.sha256, digest);
    assert_eq!(
        world.ask::<String>("SELECT link FROM delivery"),
        world.link(ada).await
    );
    assert_eq!(mail.last_reply.as_deref(), Some("250 2.0.0 queued as 1"));
    assert!(
        world.post.handed()[0].bytes == previewed,
        "invariant 5: the same bytes"
    );
}

#[tokio::test]
async fn deferred_mail_is_tried_again_when_its_time_comes_and_stays_the_same_mail() {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world
        .post
        .answers([Answer::Later, Answer::LaterAfterContent]);
    world.deliver().await;
    let first = world.newest(ada).await;
    assert_eq!((first.state, first.attempts), (State::Deferred, 1));
    assert_eq!(
        first.last_reply.as_deref(),
        Some("RCPT: the server refused: 451 4.7.1 try again later")
    );
    assert_eq!(world.says(ada).await, "next try 10:01");

    // Not before its time, however often it is asked for.
    world.deliver().await;
    assert_eq!(world.post.offers(), 1);

    world.wait_minutes(1);
    world.deliver().await;
    assert_eq!(world.newest(ada).await.state, State::Deferred);
    world.wait_minutes(2);
    world.deliver().await;
    let last = world.newest(ada).await;
    assert_eq!(
        (last.state, last.attempts, &last.message_id),
        (State::Accepted, 3, &first.message_id)
    );
    let handed = world.post.handed();
    assert!(handed.len() == 2 && handed[0] == handed[1]);
    assert_eq!(
        world.timeline(ada).await[2..],
        [
            "mail_queued",
            "mail_deferred",
            "mail_deferred",
            "mail_accepted"
        ]
    );
}

#[rstest]
#[case::before_the_content(Answer::Never)]
#[case::after_the_content(Answer::NeverAfterContent)]
#[tokio::test]
async fn what_is_refused_for_good_is_not_tried_again(#[case] answer: Answer) {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world.post.answers([answer]);
    world.deliver().await;
    assert_eq!(world.says(ada).await, "mail failed");
    let events = world.details(ada).await.events;
    assert!(
        !events.iter().any(|event| event.detail.contains("ada@")),
        "the timeline names nobody"
    );
    world.wait_minutes(24 * 60);
    world.deliver().await;
    assert_eq!(
        (world.mail_of(ada).await, world.post.offers()),
        (vec!["failed"], 1)
    );
}

#[tokio::test]
async fn a_lost_mail_is_unknown_and_never_tried_again() {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world.post.answers([Answer::Lost]);
    world.deliver().await;
    assert_eq!(world.says(ada).await, "outcome unknown");
    world.wait_minutes(60);
    world.deliver().await;
    assert_eq!(
        (world.mail_of(ada).await, world.post.offers()),
        (vec!["unknown"], 1)
    );
}

#[tokio::test]
async fn mail_is_given_up_when_the_interview_has_begun() {
    let world = World::new().await;
    let ada = world.schedule(ADA, "today 11:00").await;
    world.post.answers([Answer::Later; 50]);
    for _ in 0..50 {
        world.deliver().await;
        world.wait_minutes(10);
    }
    let mail = world.newest(ada).await;
    assert_eq!(mail.state, State::Failed);
    let said = mail.last_reply.unwrap();
    assert!(
        said.starts_with("given up, the interview has begun") && said.contains("451"),
        "{said}"
    );
}

#[tokio::test]
async fn one_refused_mail_does_not_keep_the_others() {
    let world = World::new().await;
    let mut all = Vec::new();
    for hour in 10..15 {
        all.push(
            world
                .schedule(
                    &format!("C{hour} <c{hour}@c.example>"),
                    &format!("tomorrow {hour}:00"),
                )
                .await,
        );
    }
    world
        .post
        .answers([Answer::Accept, Answer::Never, Answer::Later, Answer::Lost]);
    world.deliver().await;
    let mut states = Vec::new();
    for id in all {
        states.extend(world.mail_of(id).await);
    }
    assert_eq!(
        states,
        ["accepted", "failed", "deferred", "unknown", "accepted"]
    );
}

#[tokio::test]
async fn a_row_that_can_not_be_read_does_not_keep_the_others() {
    let world = World::new().await;
    let bad = world.schedule(ADA, TOMORROW).await;
    let good = world.schedule("Bob <bob@c.example>", TOMORROW).await;
    world.tamper(&format!(
        "UPDATE interview SET zone = 'Mars/Olympus' WHERE id = '{bad}'"
    ));
    world.deliver().await;
    assert_eq!(world.mail_of(good).await, ["accepted"]);
    assert_eq!(world.post.offers(), 1);
}

// Invariant 9, at the claim.

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

// Holds.

#[tokio::test]
async fn held_mail_leaves_after_its_hold_and_not_before() {
    let world = World::new().await;
    let ada = world
        .schedule_with(ADA, TOMORROW, TEN_SECONDS)
        .await
        .row
        .id();
    assert_eq!(world.mail_of(ada).await, ["held"]);
    world
        .clock
        .advance(jiff::SignedDuration::from_micros(9_999_999));
    world.deliver().await;
    assert_eq!(
        (world.mail_of(ada).await, world.post.offers()),
        (vec!["held"], 0)
    );
    world.clock.advance(jiff::SignedDuration::from_micros(1));
    world.deliver().await;
    assert_eq!(world.mail_of(ada).await, ["accepted"]);
}

#[tokio::test]
async fn held_mail_can_be_taken_back_and_then_never_leaves() {
    let world = World::new().await;
    let made = world.schedule_with(ADA, TOMORROW, TEN_SECONDS).await;
    let taken = world
        .app
        .take_back(made.delivery.unwrap().id)
        .await
        .unwrap();
    assert!(matches!(taken, TakenBack::Withdrawn(row) if row.id() == made.row.id()));
    world.wait_minutes(5);
    world.deliver().await;
    assert_eq!(
        (world.mail_of(made.row.id()).await, world.post.offers()),
        (vec!["withdrawn"], 0)
    );
    assert_eq!(
        world.timeline(made.row.id()).await.last(),
        Some(&"mail_withdrawn")
    );
}

#[tokio::test]
async fn mail_that_has_left_can_not_be_taken_back() {
    let world = World::new().await;
    let made = world.schedule_with(ADA, TOMORROW, MailWish::Now).await;
    world.deliver().await;
    let left = world.now();
    world.wait_minutes(1);
    let late = world
        .app
        .take_back(made.delivery.unwrap().id)
        .await
        .unwrap();
    assert!(matches!(late, TakenBack::TooLate { state: State::Accepted, since } if since == left));
}

#[tokio::test]
async fn mail_taken_back_while_the_server_thinks_does_not_leave() {
    let world = World::new().await;
    let made = world.schedule_with(ADA, TOMORROW, MailWish::Now).await;
    let id = made.delivery.unwrap().id;
    world.post.answers([Answer::HangBefore]);
    let mut dispatcher = world.dispatcher();
    let sending = tokio::spawn(async move { dispatcher.attempt_all(&[id]).await });
    world.post.hangs().await;
    assert_eq!(world.mail_of(made.row.id()).await, ["claimed"]);
    assert!(matches!(
        world.app.take_back(id).await.unwrap(),
        TakenBack::Withdrawn(_)
    ));
    world.post.let_go();
    let settled = sending.await.unwrap().unwrap();
    assert_eq!(settled[0].state, State::Withdrawn);
    assert!(world.post.handed().is_empty());
}

#[tokio::test]
async fn mail_refused_after_it_was_taken_back_stays_taken_back() {
    let world = World::new().await;
    let made = world.schedule_with(ADA, TOMORROW, MailWish::Now).await;
    let id = made.delivery.unwrap().id;
    world.post.answers([Answer::HangThenLater]);
    let mut dispatcher = world.dispatcher();
    let sending = tokio::spawn(async move { dispatcher.attempt_all(&[id]).await });
    world.post.hangs().await;
    world.app.take_back(id).await.unwrap();
    world.post.let_go();
    assert_eq!(sending.await.unwrap().unwrap()[0].state, State::Withdrawn);
    assert_eq!(
        world.timeline(made.row.id()).await.last(),
        Some(&"mail_withdrawn")
    );
}

#[tokio::test]
async fn mail_whose_content_is_leaving_can_not_be_taken_back() {
    let world = World::new().await;
    let made = world.schedule_with(ADA, TOMORROW, MailWish::Now).await;
    let id = made.delivery.unwrap().id;
    world.post.answers([Answer::HangAfter]);
    let mut dispatcher = world.dispatcher();
    let sending = tokio::spawn(async move { dispatcher.attempt_all(&[id]).await });
    world.post.hangs().await;
    let late = world.app.take_back(id).await.unwrap();
    assert!(matches!(
        late,
        TakenBack::TooLate {
            state: State::HandingOver,
            ..
        }
    ));
    assert!(
        world
            .app
            .revise(
                made.row.id(),
                request(draft(ADA, "tomorrow 17:00"), MailWish::Now)
            )
            .await
            .is_err()
    );
    assert!(world.app.remove(made.row.id()).await.is_err());
    world.post.let_go();
    assert_eq!(sending.await.unwrap().unwrap()[0].state, State::Accepted);
}

#[tokio::test]
async fn what_is_held_can_be_sent_at_once_before_the_program_ends() {
    let world = World::new().await;
    let ada = world
        .schedule_with(ADA, TOMORROW, TEN_SECONDS)
        .await
        .row
        .id();
    let stop = Stop::default();
    let running = tokio::spawn(world.dispatcher().run("dashboard", stop.clone()));
    world
        .app
        .send_held_now(Duration::from_secs(10))
        .await
        .unwrap();
    assert_eq!(world.mail_of(ada).await, ["accepted"]);
    stop.now();
    running.await.unwrap();
}

// Owners.

async fn owned_by_another(state: Answer) -> (World, greenroom::domain::ids::InterviewId) {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world.post.answers([state]);
    let mut doomed = world.dispatcher();
    let sending = tokio::spawn(async move { doomed.drain(&Stop::default()).await });
    world.post.hangs().await;
    // As if the process died: its lock falls, its word in the database stays.
    sending.abort();
    let _ = sending.await;
    (world, ada)
}

#[tokio::test]
async fn claimed_mail_of_a_process_that_ended_is_taken_up() {
    let (world, ada) = owned_by_another(Answer::HangBefore).await;
    assert_eq!(world.mail_of(ada).await, ["claimed"]);
    world.deliver().await;
    assert_eq!(
        (world.mail_of(ada).await, world.post.handed().len()),
        (vec!["accepted"], 1)
    );
}

#[tokio::test]
async fn mail_that_a_process_was_handing_over_when_it_ended_is_unknown() {
    let (world, ada) = owned_by_another(Answer::HangAfter).await;
    assert_eq!(world.mail_of(ada).await, ["handing_over"]);
    world.deliver().await;
    assert_eq!(
        (world.mail_of(ada).await, world.post.offers()),
        (vec!["unknown"], 1)
    );
    let last = world.details(ada).await.events.pop().unwrap();
    assert_eq!(
        (last.kind.name(), last.detail.as_str()),
        ("mail_unknown", "the process that was sending it ended")
    );
}

#[rstest]
#[case("claimed")]
#[case("handing_over")]
#[tokio::test]
async fn a_process_that_merely_stands_still_keeps_its_mail(#[case] mark: &str) {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    let still = Owner::new(Some(&world.data()), Uuid::from_u128(7)).unwrap();
    world.tamper(&format!(
        "UPDATE delivery SET state = '{mark}', due_at = NULL, owner = '{}'",
        still.id()
    ));
    // Hours later it still has it.
    world.wait_minutes(6 * 60);
    world.deliver().await;
    assert_eq!(
        (world.mail_of(ada).await, world.post.offers()),
        (vec![mark], 0)
    );
    drop(still);
    world.deliver().await;
    let then = if mark == "claimed" {
        "accepted"
    } else {
        "unknown"
    };
    assert_eq!(world.mail_of(ada).await, [then]);
}

#[tokio::test]
async fn one_greenroom_sends_at_a_time_and_the_next_takes_over() {
    let here = World::new().await;
    let there = here.another("").await;
    let (first_ends, second_ends) = (Stop::default(), Stop::default());
    let mut sending = here.app.sending();
    let first = tokio::spawn(here.dispatcher().run("dashboard", first_ends.clone()));
    sending
        .wait_for(|sending| sending.by == SentBy::Here)
        .await
        .unwrap();
    let mut waiting = there.app.sending();
    let second = tokio::spawn(there.dispatcher().run("serve", second_ends.clone()));
    let me = format!("dashboard {}", std::process::id());
    waiting
        .wait_for(|sending| sending.by == SentBy::Other(me.clone()))
        .await
        .unwrap();

    first_ends.now();
    first.await.unwrap();
    waiting
        .wait_for(|sending| sending.by == SentBy::Here)
        .await
        .unwrap();
    // And what the first one schedules now leaves through the second.
    let ada = here.schedule(ADA, TOMORROW).await;
    let mut changes = here.app.changes();
    while here.mail_of(ada).await != ["accepted"] {
        changes.changed().await.unwrap();
    }
    second_ends.now();
    second.await.unwrap();
    assert_eq!(there.app.who_sends(), SentBy::Nobody);
}

#[tokio::test]
async fn several_dispatchers_never_send_a_mail_twice() {
    let world = World::new().await;
    for number in 0..30 {
        world
            .schedule(&format!("C{number} <c{number}@c.example>"), TOMORROW)
            .await;
    }
    let others = [world.another("").await, world.another(" ").await];
    let mut tasks = Vec::new();
    for mut dispatcher in [
        world.dispatcher(),
        others[0].dispatcher(),
        others[1].dispatcher(),
    ] {
        tasks.push(tokio::spawn(async move {
            dispatcher.drain(&Stop::default()).await;
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let mut to: Vec<String> = world
        .post
        .handed()
        .iter()
        .map(|mail| mail.envelope.recipient().to_owned())
        .collect();
    to.sort();
    to.dedup();
    assert_eq!((to.len(), world.post.handed().len()), (30, 30));
    assert_eq!(world.count("delivery WHERE state = 'accepted'"), 30);
}

#[tokio::test]
async fn a_fixed_clock_lets_holds_run_on() {
    // `GREENROOM_NOW` fixes what is decided and shown, not the hold.
    use greenroom::app::{Clock, FixedClock};
    let clock = FixedClock::at("2031-05-05T08:00:00Z".parse().unwrap());
    let before = clock.running();
    while clock.running() <= before {
        std::hint::spin_loop();
    }
    assert_eq!(clock.now().to_string(), "2031-05-05T08:00:00Z");
}

// Sending again.

#[tokio::test]
async fn a_mail_sent_again_is_a_mail_of_its_own_in_the_same_conversation() {
    use greenroom::app::{Action, Selection};
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world.deliver().await;
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

#[tokio::test]
async fn a_dispatcher_can_not_be_made_where_no_lock_can_be_taken() {
    let world = World::new().await;
    std::fs::write(world.data().join("owners"), "in the way").unwrap();
    assert!(Dispatcher::new(world.app.clone(), world.post.transport()).is_err());
}

#[tokio::test]
async fn incident_28_the_timeline_says_what_happened_in_order() {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world.post.answers([Answer::Later]);
    world.deliver().await;
    world.wait_minutes(1);
    world.deliver().await;
    let events = world.details(ada).await.events;
    let lines: Vec<String> = events
        .iter()
        .map(|event| format!("{} {} {}", event.at, event.kind.name(), event.detail))
        .collect();
    let mail = world.newest(ada).await.message_id;
    assert_eq!(
        lines,
        [
            "2031-05-05T08:00:00Z scheduled ".to_owned(),
            "2031-05-05T08:00:00Z link_made ".to_owned(),
            format!("2031-05-05T08:00:00Z mail_queued {mail}"),
            "2031-05-05T08:00:00Z mail_deferred RCPT: the server refused: 451 4.7.1 try again later".to_owned(),
            "2031-05-05T08:01:00Z mail_accepted 250 2.0.0 queued as 1".to_owned(),
        ]
    );
}
