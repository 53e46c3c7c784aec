//! A thousand at the same moment, each over a connection of its own.

use std::sync::Arc;

use futures_util::future::join_all;
use greenroom::app::MailWish;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::Barrier;
use tokio::time::timeout;

use super::joining::OPEN;
use super::{PATIENCE, ada, form_of};
use crate::support::http::{Site, read_answer, request};
use crate::support::{World, draft};

/// Served to as many clients as there are places, all from this machine.
async fn served_to_many(world: &World) -> Arc<Site> {
    // Both ends of a thousand connections are files of this process.
    let limit = getrlimit(Resource::Nofile);
    let all = Rlimit {
        current: limit.maximum,
        ..limit
    };
    setrlimit(Resource::Nofile, all).unwrap();
    Arc::new(world.serve().await)
}

/// Sends these forms at the same moment, each over a connection that is open already, and counts who is let through.
async fn press_at_once(site: &Arc<Site>, forms: Vec<String>) -> usize {
    let count = forms.len();
    let all_connected = Arc::new(Barrier::new(count));
    let presses = forms.into_iter().map(|form| {
        let (site, all_connected) = (site.clone(), all_connected.clone());
        tokio::spawn(async move {
            let mut stream = site.connect().await;
            let press = request(
                site.address,
                "POST",
                "/interview/",
                &["Origin: null"],
                &form,
            );
            all_connected.wait().await;
            stream.write_all(press.as_bytes()).await.unwrap();
            read_answer(&mut stream).await.status
        })
    });
    let presses: Vec<_> = presses.collect();
    let mut through = 0;
    for press in presses {
        through += usize::from(press.await.unwrap() == 303);
    }
    through
}

const MANY: usize = 1_000;
const A_PROXY: &str = "server.trusted_proxies = ['127.0.0.1']";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_presses_at_the_same_moment_are_one_join() {
    let world = World::with(A_PROXY).await;
    let site = served_to_many(&world).await;
    let id = ada(&world).await;
    let form = form_of(&world, id).await;
    world.clock.set(OPEN.parse().unwrap());
    let pressed = press_at_once(&site, vec![form; MANY]);
    let through = timeout(PATIENCE, pressed).await.unwrap();
    assert_eq!(through, MANY, "everybody is sent on");
    let timeline = world.timeline(id).await;
    let joins = timeline.iter().filter(|kind| **kind == "joined");
    assert_eq!(joins.count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_candidates_join_their_interviews_at_the_same_moment() {
    let world = World::with(A_PROXY).await;
    let site = served_to_many(&world).await;
    let made = (0..MANY).map(|number| {
        let draft = draft(
            &format!("Ada {number} <ada{number}@c.example>"),
            "tomorrow 15:00",
        );
        world.try_schedule(draft, MailWish::No)
    });
    let mut forms = Vec::new();
    for made in join_all(made).await {
        let key = made.unwrap().row.facts.key.unwrap();
        forms.push(format!("session_key={}", key.expose()));
    }
    world.clock.set(OPEN.parse().unwrap());
    let through = timeout(PATIENCE, press_at_once(&site, forms))
        .await
        .unwrap();
    assert_eq!(through, MANY);
    for joined in [
        "SELECT count(*) FROM interview WHERE joined_at IS NOT NULL",
        "SELECT count(DISTINCT interview_id) FROM event WHERE kind = 'joined'",
        "SELECT count(*) FROM event WHERE kind = 'joined'",
    ] {
        assert_eq!(world.ask::<i64>(joined), 1_000, "{joined}");
    }
}
