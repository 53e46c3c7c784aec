//! The join page and everything else over HTTP, through the real server.

mod alike;
mod api;
mod base_url;
mod bounds;
mod crowd;
mod joining;
mod looking;
mod old_links;
mod paper;
mod program;
mod slow;
mod states;

use std::time::{Duration, Instant};

use greenroom::app::{InTheWay, Serving};
use greenroom::domain::ids::InterviewId;
use greenroom::server::serve_beside;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::support::World;
use crate::support::http::{Answer, Site};

/// Long, for a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn healthz_says_which_greenroom_answers() {
    let world = World::new().await;
    let site = world.serve().await;
    let health = site.get("/healthz").await;
    assert_eq!(health.status, 200);
    assert_eq!(health.json()["status"], "ok");
    assert_eq!(health.json()["instance"], world.app.instance());
    assert_eq!(world.app.instance().len(), 32);
    let same = world.another("").await;
    assert_eq!(same.app.instance(), world.app.instance());
    let home = tempfile::tempdir().unwrap();
    let other = World::at(home.path(), 2).await;
    assert_ne!(other.app.instance(), world.app.instance());
}

#[tokio::test]
async fn every_answer_keeps_to_itself() {
    let world = World::new().await;
    let site = world.serve().await;
    for path in ["/healthz", "/nowhere", "/api/nowhere", "/interview/"] {
        for method in ["GET", "HEAD", "POST", "BREW"] {
            let answer = site.ask(method, path, &[], "").await;
            keeps_to_itself(&answer, &world);
            assert!(method != "HEAD" || answer.body.is_empty());
        }
    }
}

/// Checks the headers that keep a key where it is.
fn keeps_to_itself(answer: &Answer, world: &World) {
    for (name, value) in [
        ("greenroom-instance", world.app.instance()),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("x-robots-tag", "noindex, nofollow"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}: {answer:?}");
    }
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(answer.header("date").is_some());
}

#[tokio::test]
async fn a_taken_port_is_told_with_who_has_it_and_taken_over_when_it_is_free() {
    let world = World::new().await;
    let site = world.serve().await;
    let settings = format!("server.listen = '{}'", site.address);

    let same = world.another(&settings).await;
    let mut serving = same.app.serving();
    let waiting = tokio::spawn(serve_beside(
        same.app.clone(),
        greenroom::app::Stop::default(),
    ));
    let elsewhere = serving.wait_for(|serving| *serving != Serving::Off);
    let elsewhere = timeout(PATIENCE, elsewhere).await.unwrap().unwrap().clone();
    assert_eq!(elsewhere, Serving::Elsewhere(site.address));

    let home = tempfile::tempdir().unwrap();
    let other = World::at(home.path(), 2).await;
    let taken = greenroom::server::Server::bind(other.app.clone(), site.address).await;
    assert_eq!(
        taken.err().unwrap(),
        Serving::Not {
            listen: site.address,
            why: InTheWay::AnotherGreenroom
        }
    );

    let address = site.address;
    site.ended().await;
    let here = serving.wait_for(|serving| *serving == Serving::Here(address));
    timeout(PATIENCE, here).await.unwrap().unwrap();
    waiting.abort();
}

#[tokio::test]
async fn a_path_below_the_base_url_is_the_same_as_without() {
    let world = World::with("links.base_url = 'https://acme.example/greenroom'").await;
    let site = world.serve().await;
    for path in ["/healthz", "/greenroom/healthz"] {
        assert_eq!(site.get(path).await.status, 200, "{path}");
        assert_eq!(site.head(path).await.status, 200, "{path}");
        assert_eq!(site.post(path, "a=b").await.status, 405, "{path}");
    }
    assert_eq!(site.get("/greenroomy/healthz").await.status, 404);
}

/// Ada's interview of tomorrow, at 15:00 in Berlin.
async fn ada(world: &World) -> InterviewId {
    world
        .schedule("Ada Lovelace <ada@c.example>", "tomorrow 15:00")
        .await
}

/// Grace's at the same time.
async fn grace(world: &World) -> InterviewId {
    world
        .schedule("Grace Hopper <grace@c.example>", "tomorrow 15:00")
        .await
}

/// The path of an interview's join link.
async fn path_of(world: &World, id: InterviewId) -> String {
    let link = world.link(id).await;
    let base = world.app.config().links.base_url.as_str().to_owned();
    link.strip_prefix(&base).unwrap().to_owned()
}

/// What the form of an interview's page sends.
async fn form_of(world: &World, id: InterviewId) -> String {
    path_of(world, id)
        .await
        .split_once('?')
        .unwrap()
        .1
        .to_owned()
}

/// What comes back to some octets until the server closes the connection, and how long that took.
async fn until_closed(site: &Site, octets: &str) -> (String, Duration) {
    let begun = Instant::now();
    let mut stream = site.connect().await;
    // It may answer and close before it has all of it, and whether it closes or breaks off is all the same.
    let _ = stream.write_all(octets.as_bytes()).await;
    let mut said = Vec::new();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut said))
        .await
        .unwrap();
    (String::from_utf8(said).unwrap(), begun.elapsed())
}
