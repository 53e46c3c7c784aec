//! Several lanes of one process, side by side.

use std::sync::Arc;

use greenroom::app::{Dispatcher, Stop, TakenBack};
use greenroom::domain::delivery::State;
use greenroom::mail::transport::smtp::SmtpTransport;
use tokio::sync::Notify;
use tokio::time::{Duration, Instant};

use super::{ADA, TOMORROW, queue};
use crate::smtp::settings;
use crate::support::smtp_server::{Act, At, Script, SmtpServer};
use crate::support::{Answer, World};

#[tokio::test(flavor = "multi_thread")]
async fn several_lanes_send_each_mail_once_and_say_what_they_did() {
    let world = World::new().await;
    queue(&world, 60).await;
    world
        .post
        .answers([Answer::Never, Answer::Later, Answer::Lost, Answer::Store]);
    let mut dispatcher = world.dispatcher_of(8);
    dispatcher.drain(&Stop::default()).await;
    let mut to: Vec<String> = world
        .post
        .handed()
        .iter()
        .map(|mail| mail.envelope.recipient().to_owned())
        .collect();
    assert_eq!((world.post.offers(), to.len()), (60, 58));
    to.sort();
    to.dedup();
    assert_eq!(to.len(), 58, "each once");
    let ends = dispatcher.ends();
    for (state, count) in [
        (State::Failed, 1),
        (State::Deferred, 1),
        (State::Unknown, 1),
        (State::Stored, 1),
        (State::Accepted, 56),
    ] {
        assert_eq!(ends.get(&state), Some(&count), "{state:?}");
    }
}

#[tokio::test]
async fn what_a_dispatcher_did_is_not_what_others_did_before() {
    let world = World::new().await;
    queue(&world, 3).await;
    world.deliver().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    let bob = world.schedule("Bob <bob@c.example>", TOMORROW).await;
    // Behind Greenroom's back, so that the mail is still there and no longer true.
    world.tamper(&format!(
        "UPDATE interview SET starts_at = starts_at + 60000000 WHERE id = '{bob}'"
    ));
    let mut dispatcher = world.dispatcher();
    dispatcher.drain(&Stop::default()).await;
    let ends = dispatcher.ends();
    assert_eq!(ends.len(), 2);
    assert_eq!(
        (ends[&State::Accepted], ends[&State::Withdrawn]),
        (1, 1),
        "{ends:?}"
    );
    assert_eq!(world.mail_of(ada).await, ["accepted"]);
}

#[tokio::test(start_paused = true)]
async fn all_lanes_together_keep_to_the_rate() {
    let world = World::with("mail.rate = 2").await;
    queue(&world, 6).await;
    let start = Instant::now();
    let (mut dispatcher, stop) = (world.dispatcher_of(4), Stop::default());
    tokio::select! {
        _ = dispatcher.drain(&stop) => {}
        () = world.time_runs() => {}
    }
    assert_eq!(world.count("delivery WHERE state = 'accepted'"), 6);
    // The first leaves at once, and five more half a second apart.
    let took = start.elapsed();
    assert!(took >= Duration::from_millis(2_500), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn all_processes_together_keep_to_the_rate() {
    let world = World::with("mail.rate = 2").await;
    let other = world.another("mail.rate = 2").await;
    queue(&world, 6).await;
    let start = Instant::now();
    let (mut here, mut there) = (world.dispatcher_of(2), other.dispatcher_of(2));
    let stop = Stop::default();
    tokio::select! {
        _ = async { tokio::join!(here.drain(&stop), there.drain(&stop)) } => {}
        () = world.time_runs() => {}
    }
    assert_eq!(world.count("delivery WHERE state = 'accepted'"), 6);
    let took = start.elapsed();
    assert!(took >= Duration::from_millis(2_500), "{took:?}");
    // And so does whoever comes right after them.
    world.schedule(ADA, TOMORROW).await;
    let start = Instant::now();
    let mut third = other.dispatcher_of(1);
    tokio::select! {
        _ = third.drain(&stop) => {}
        () = world.time_runs() => {}
    }
    assert!(
        start.elapsed() >= Duration::from_millis(400),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn a_mail_taken_back_while_the_server_is_asked_does_not_leave() {
    let world = World::new().await;
    let ada = world.schedule(ADA, TOMORROW).await;
    let bob = world.schedule("Bob <bob@c.example>", TOMORROW).await;
    world.post.answers([Answer::HangBefore]);
    let mut dispatcher = world.dispatcher_of(1);
    let sending = tokio::spawn(async move {
        dispatcher.drain(&Stop::default()).await;
        dispatcher.ends()
    });
    world.post.hangs().await;
    let id = world.newest(ada).await.id;
    let taken = world.app.take_back(id).await.unwrap();
    assert!(matches!(taken, TakenBack::Withdrawn(_)));
    world.post.let_go();
    let ends = sending.await.unwrap();
    assert_eq!(world.mail_of(ada).await, ["withdrawn"]);
    assert_eq!(world.mail_of(bob).await, ["accepted"]);
    assert_eq!(world.post.handed().len(), 1);
    assert_eq!(ends.get(&State::Accepted), Some(&1));
}

#[tokio::test]
async fn a_mail_taken_back_when_its_envelope_has_travelled_ahead_does_not_leave() {
    let world = World::new().await;
    let [ada, bob, carol] = [
        world.schedule(ADA, TOMORROW).await,
        world.schedule("Bob <bob@c.example>", TOMORROW).await,
        world.schedule("Carol <carol@c.example>", TOMORROW).await,
    ];
    let go = Arc::new(Notify::new());
    // The verdict on the first content is late; the envelope of the second mail is there by then.
    let script = Script::new().once(At::Dot, Act::StallUntil(Arc::clone(&go)));
    let server = SmtpServer::start(script).await;
    let transport = SmtpTransport::new(settings(&server)).unwrap();
    let mut dispatcher = Dispatcher::new(world.app.clone(), vec![Box::new(transport)]).unwrap();
    let sending = tokio::spawn(async move { dispatcher.drain(&Stop::default()).await });
    server.stalled().await;
    assert_eq!(world.mail_of(ada).await, ["handing_over"]);
    assert_eq!(world.mail_of(bob).await, ["claimed"]);
    let id = world.newest(bob).await.id;
    let taken = world.app.take_back(id).await.unwrap();
    assert!(matches!(taken, TakenBack::Withdrawn(_)));
    go.notify_one();
    sending.await.unwrap();

    assert_eq!(world.mail_of(ada).await, ["accepted"]);
    assert_eq!(world.mail_of(bob).await, ["withdrawn"]);
    assert_eq!(world.mail_of(carol).await, ["accepted"]);
    let to: Vec<String> = server.mails().into_iter().map(|mail| mail.to).collect();
    assert_eq!(to, ["ada@c.example", "carol@c.example"]);
}
