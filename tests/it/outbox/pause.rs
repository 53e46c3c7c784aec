//! The pause: what every mail would meet keeps the outbox from trying them all, in every process.

use greenroom::app::{Pause, Settled, Settlement, Stop};
use greenroom::domain::delivery::State;
use rstest::rstest;

use super::{ADA, TOMORROW, queue};
use crate::support::{Answer, World, words};

#[tokio::test]
async fn five_in_a_row_that_reach_nobody_pause_the_outbox_of_every_process() {
    let world = World::new().await;
    let other = world.another("").await;
    queue(&world, 20).await;
    world.post.answers([Answer::Unreachable; 20]);
    world.deliver().await;
    assert_eq!(world.post.offers(), 5);
    let pause = other.app.pause().await.unwrap().unwrap();
    assert!(pause.why.contains("connect") && pause.probes, "{pause:?}");
    assert_eq!(pause.since, world.now());

    // Nobody tries another one, here or there.
    world.deliver().await;
    other.deliver().await;
    assert_eq!(world.post.offers(), 5);
    assert_eq!(world.count("delivery WHERE state = 'queued'"), 15);
}

/// One attempt at a mail of its own, by a process of its own.
async fn attempt(world: &World, number: usize, answer: Answer) -> Option<Pause> {
    let process = world.another(&format!("mail.recent = '{number}s'")).await;
    let id = process
        .schedule(&format!("D{number} <d{number}@c.example>"), TOMORROW)
        .await;
    let mail = process.newest(id).await.id;
    world.post.answers([answer]);
    process
        .dispatcher()
        .attempt_all(&[mail], &Stop::default())
        .await
        .unwrap();
    process.app.pause().await.unwrap()
}

#[tokio::test]
async fn five_in_a_row_pause_the_outbox_whichever_processes_made_them() {
    let world = World::new().await;
    // An answer to anybody's mail begins the row anew, also one that refuses it.
    let mut number = 0;
    for between in [Answer::Accept, Answer::Never] {
        for answer in [Answer::Unreachable; 4].into_iter().chain([between]) {
            number += 1;
            assert_eq!(attempt(&world, number, answer).await, None);
        }
    }
    for fifth in [false, false, false, false, true] {
        number += 1;
        let pause = attempt(&world, number, Answer::Unreachable).await;
        assert_eq!(pause.is_some(), fifth);
    }
    // So does an answer to a mail of one's own, though the outbox is paused; and the next pause takes five again.
    assert_eq!(attempt(&world, 90, Answer::Accept).await, None);
    assert_eq!(attempt(&world, 91, Answer::Unreachable).await, None);
}

#[tokio::test]
async fn a_person_who_resumes_begins_the_row_anew() {
    let world = World::new().await;
    for number in 0..5 {
        attempt(&world, number, Answer::Unreachable).await;
    }
    world.app.resume_outbox().await.unwrap();
    for number in 5..9 {
        assert_eq!(attempt(&world, number, Answer::Unreachable).await, None);
    }
    assert!(attempt(&world, 9, Answer::Unreachable).await.is_some());
}

#[tokio::test]
async fn an_answer_never_ends_the_pause_of_a_copy() {
    let world = World::new().await;
    queue(&world, 1).await;
    world.post.answers([Answer::HangBefore]);
    let mut dispatcher = world.dispatcher();
    let sending = tokio::spawn(async move { dispatcher.drain(&Stop::default()).await });
    world.post.hangs().await;
    // As if the file had been put in its place while a mail was leaving.
    world.tamper(
        "INSERT INTO setting VALUES ('outbox_paused', '{\"why\":\"a copy\",\"since\":\"2031-05-05T08:00:00Z\",\"probes\":false}')",
    );
    world.post.let_go();
    sending.await.unwrap();
    assert_eq!(world.count("delivery WHERE state = 'accepted'"), 1);
    assert!(world.app.pause().await.unwrap().is_some());
}

#[tokio::test]
async fn the_reason_of_a_pause_names_no_recipient() {
    let world = World::new().await;
    queue(&world, 5).await;
    world.post.answers([Answer::UnreachableFor; 5]);
    world.deliver().await;
    let pause = world.app.pause().await.unwrap().unwrap();
    assert!(pause.why.contains("nothing for … now"), "{}", pause.why);
}

#[rstest]
#[case::an_answer_between(&[Answer::Unreachable, Answer::Unreachable, Answer::Unreachable, Answer::Unreachable, Answer::Later])]
#[case::refusals(&[Answer::Later, Answer::Later, Answer::Never, Answer::Later, Answer::Later])]
#[tokio::test]
async fn what_concerns_one_mail_alone_pauses_nothing(#[case] answers: &[Answer]) {
    let world = World::new().await;
    queue(&world, 10).await;
    world.post.answers(answers.iter().copied());
    world.post.answers([Answer::Unreachable; 4]);
    world.deliver().await;
    assert_eq!(world.app.pause().await.unwrap(), None);
    assert_eq!(world.post.offers(), 10);
}

async fn paused() -> World {
    let world = World::new().await;
    queue(&world, 20).await;
    world.post.answers([Answer::Unreachable; 5]);
    world.deliver().await;
    assert_eq!(world.count("delivery WHERE state = 'queued'"), 15);
    world
}

#[tokio::test]
async fn a_resumed_outbox_goes_on() {
    let world = paused().await;
    world.app.resume_outbox().await.unwrap();
    world.deliver().await;
    assert_eq!(world.count("delivery WHERE state = 'accepted'"), 15);
}

#[tokio::test]
async fn one_mail_is_tried_and_the_others_follow_when_the_server_answers() {
    let world = paused().await;
    let (mut dispatcher, stop) = (world.dispatcher(), Stop::default());
    world.post.answers([Answer::Unreachable]);
    assert!(dispatcher.probe(&stop).await);
    assert_eq!(world.post.offers(), 6, "one");
    assert!(world.app.pause().await.unwrap().is_some());

    // Refused is answered as well.
    world.post.answers([Answer::Never]);
    assert!(dispatcher.probe(&stop).await);
    assert_eq!(world.app.pause().await.unwrap(), None);
    dispatcher.drain(&stop).await;
    assert_eq!(world.count("delivery WHERE state = 'accepted'"), 13);
    assert!(!dispatcher.probe(&stop).await, "nothing is paused");
}

#[tokio::test]
async fn a_mail_of_one_s_own_that_is_answered_ends_the_pause() {
    let world = paused().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    let id = world.newest(ada).await.id;
    world.post.answers([Answer::Unreachable]);
    let settled = world
        .dispatcher()
        .attempt_all(&[id], &Stop::default())
        .await
        .unwrap();
    assert_eq!(settled[0].state, State::Deferred);
    assert!(
        world.app.pause().await.unwrap().is_some(),
        "nobody answered"
    );

    let bob = world.schedule("Bob <bob@c.example>", TOMORROW).await;
    let id = world.newest(bob).await.id;
    let settled = world
        .dispatcher()
        .attempt_all(&[id], &Stop::default())
        .await
        .unwrap();
    assert_eq!(settled[0].state, State::Accepted);
    assert_eq!(world.app.pause().await.unwrap(), None);
    world.deliver().await;
    assert_eq!(world.count("delivery WHERE state = 'accepted'"), 16);
}

#[tokio::test]
async fn where_no_mail_is_due_to_be_tried_the_pause_stays() {
    let world = World::new().await;
    queue(&world, 5).await;
    world.post.answers([Answer::Unreachable; 5]);
    world.deliver().await;
    assert!(world.dispatcher().probe(&Stop::default()).await);
    assert_eq!(world.post.offers(), 5);
    assert!(world.app.pause().await.unwrap().is_some());
}

#[tokio::test]
async fn a_copy_is_not_tried_and_waits_for_a_person() {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("data")).unwrap();
    let file = home.path().join("data/greenroom.db");
    world.app.backup(file).await.unwrap();
    let copy = World::at(home.path(), 2).await;
    copy.deliver().await;
    assert!(!copy.dispatcher().probe(&Stop::default()).await);
    let id = copy.newest(ada).await.id;
    let settled = copy
        .dispatcher()
        .attempt_all(&[id], &Stop::default())
        .await
        .unwrap();
    assert_eq!(settled[0].state, State::Queued, "it is not waited for");
    assert_eq!(copy.post.offers(), 0);
    assert_eq!(world.app.pause().await.unwrap(), None);
    copy.app.resume_outbox().await.unwrap();
    copy.deliver().await;
    assert_eq!(copy.mail_of(ada).await, ["accepted"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_made_while_others_write_is_one_moment_of_the_whole() {
    let world = World::new().await;
    let other = world.another("").await;
    queue(&world, 50).await;
    let writing = tokio::spawn(async move {
        for number in 0..200 {
            let candidate = format!("D{number} <d{number}@c.example>");
            other.schedule(&candidate, TOMORROW).await;
        }
    });
    let mut least = 50;
    let mut copies = 0;
    while !writing.is_finished() {
        copies += 1;
        let file = world.home().join(format!("copy-{copies}.db"));
        world.app.backup(file.clone()).await.unwrap();
        let copy = rusqlite::Connection::open(file).unwrap();
        let ask = |sql: &str| -> i64 { copy.query_row(sql, [], |row| row.get(0)).unwrap() };
        let check: String = copy
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(check, "ok");
        let interviews = ask("SELECT count(*) FROM interview");
        assert!(interviews >= least, "no copy is older than the one before");
        least = interviews;
        assert_eq!(ask("SELECT count(*) FROM delivery"), interviews);
        assert_eq!(ask("SELECT count(*) FROM session"), interviews);
    }
    writing.await.unwrap();
    assert!(copies > 1, "{copies}");
}

#[tokio::test]
async fn a_settled_mail_stays_unknown_with_who_and_why() {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world.post.answers([Answer::Lost]);
    world.deliver().await;
    let id = world.newest(ada).await.id;
    let leave = || Settlement::Leave("she has it, by phone".to_owned());
    let settled = world.app.settle_unknown(id, leave()).await.unwrap();
    assert_eq!(settled.state, State::Unknown);
    let Settled { at, by, why } = settled.settled.unwrap();
    assert!(by.contains("Rita Levi"), "{by}");
    assert_eq!((at, why.as_str()), (world.now(), "she has it, by phone"));
    let event = world.details(ada).await.events.pop().unwrap();
    assert_eq!(
        (event.kind.name(), &event.actor),
        ("mail_settled", &by),
        "the timeline says so too"
    );
    world.wait_minutes(60);
    world.deliver().await;
    assert_eq!(world.post.offers(), 1);
}

#[tokio::test]
async fn only_a_mail_of_unknown_outcome_is_settled() {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    let id = world.newest(ada).await.id;
    for settlement in [Settlement::SendAgain, Settlement::Leave("so".to_owned())] {
        let refused = words(world.app.settle_unknown(id, settlement).await);
        assert!(
            refused.contains("only a mail of unknown outcome"),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn sent_again_is_the_same_mail_byte_for_byte() {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    world.post.answers([Answer::Lost]);
    world.deliver().await;
    let id = world.newest(ada).await.id;
    let again = Settlement::SendAgain;
    world.app.settle_unknown(id, again).await.unwrap();
    world.deliver().await;
    let handed = world.post.handed();
    assert!(handed.len() == 2 && handed[0] == handed[1]);
    assert_eq!(world.mail_of(ada).await, ["accepted"]);
}
