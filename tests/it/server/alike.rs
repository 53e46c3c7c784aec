//! A link that doesn't work says so, and not why: neither by its words nor by its time.

use std::time::{Duration, Instant};

use greenroom::app::{Action, Selection};

use super::{ada, grace, path_of};
use crate::support::World;
use crate::support::http::Answer;

#[tokio::test]
async fn an_unknown_and_a_revoked_key_are_answered_alike() {
    let world = World::new().await;
    let site = world.serve().await;
    let id = ada(&world).await;
    let path = path_of(&world, id).await;
    world.app.revoke(id).await.unwrap();
    let unknown = format!("/interview/?session_key={}", "0".repeat(32));
    let one = site.get(&path).await;
    let other = site.get(&unknown).await;
    assert_eq!(one.status, 404);
    assert!(
        one.body.contains(
            "This link doesn't work or was replaced: use our newest mail, or reply to it"
        )
    );
    let apart = |answer: &Answer| {
        let kept = |(name, _): &&(String, String)| name != "date";
        let headers: Vec<_> = answer.headers.iter().filter(kept).cloned().collect();
        (answer.status, headers, answer.body.clone())
    };
    for other in [
        other,
        site.get("/interview/").await,
        site.get("/interview/?session_key=x").await,
    ] {
        assert_eq!(apart(&one), apart(&other));
    }
    let pressed = |path: &str| path.split_once('?').unwrap().1.to_owned();
    assert_eq!(
        apart(&site.post("/interview/", &pressed(&path)).await),
        apart(&site.post("/interview/", &pressed(&unknown)).await)
    );
}

/// Shorter than the steps by which such links are answered, longer than what a machine makes of the same work.
const SAME: Duration = Duration::from_millis(10);

#[tokio::test]
async fn why_a_link_does_not_work_can_not_be_told_by_the_time() {
    let world = World::with("server.trusted_proxies = ['127.0.0.0/8']").await;
    let site = world.serve().await;
    let (revoked, replaced) = (ada(&world).await, grace(&world).await);
    let token_of = async |id| {
        let token = world.app.link_token(&world.row(id).await).await.unwrap();
        format!("/api/interviews/public/{}/", token.unwrap().expose())
    };
    let (token, path, former) = (
        token_of(revoked).await,
        path_of(&world, revoked).await,
        path_of(&world, replaced).await,
    );
    world.app.revoke(revoked).await.unwrap();
    let selection = Selection::Ids(vec![replaced]);
    let plan = world.app.plan(Action::Rotate, &selection).await.unwrap();
    world.app.carry_out(&plan, None).await.unwrap();
    let nobody = "session_key=00000000000040008000000000000000";
    let (_, key) = path.split_once('?').unwrap();
    let asked = [
        ("GET", path.clone(), ""),
        ("GET", former, ""),
        ("GET", format!("/interview/?{nobody}"), ""),
        ("GET", "/interview/?session_key=x".to_owned(), ""),
        ("GET", format!("/?{key}"), ""),
        ("GET", format!("/?{nobody}"), ""),
        ("POST", "/interview/".to_owned(), key),
        ("POST", "/interview/".to_owned(), nobody),
        ("GET", token.clone(), ""),
        (
            "GET",
            token.replace(|letter: char| letter.is_ascii_digit(), "A"),
            "",
        ),
        ("GET", "/api/interviews/public/x/".to_owned(), ""),
    ];
    // By turns, so that what else the machine does meets all alike; and the quickest of each, which it met least. On a busy
    // machine that takes more rounds, but no number of them hides a difference that is there.
    let mut quickest = [Duration::MAX; 11];
    let spread = |quickest: &[Duration]| {
        let (first, last) = (
            quickest.iter().min().unwrap(),
            quickest.iter().max().unwrap(),
        );
        last.saturating_sub(*first)
    };
    for round in 0..40 {
        for (number, (method, path, form)) in asked.iter().enumerate() {
            let from = format!("X-Forwarded-For: 192.0.{round}.{number}");
            let begun = Instant::now();
            let answer = site.ask(method, path, &[&from], form).await;
            quickest[number] = quickest[number].min(begun.elapsed());
            assert_eq!(answer.status, 404, "{method} {path}");
        }
        if round >= 7 && spread(&quickest) < SAME {
            break;
        }
    }
    assert!(spread(&quickest) < SAME, "{quickest:?}");
    let held_back = |took: &Duration| *took >= Duration::from_millis(40);
    assert!(quickest.iter().all(held_back), "{quickest:?}");
}
