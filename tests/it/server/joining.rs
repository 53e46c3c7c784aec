//! Joining is pressing a button, once or many times, and nothing else.

use std::time::Duration;

use greenroom::domain::draft::Draft;
use greenroom::domain::ids::InterviewId;
use rstest::rstest;

use super::{PATIENCE, form_of, path_of};
use crate::support::http::Site;
use crate::support::{World, draft, words};

pub(super) const OPEN: &str = "2031-05-06T12:50:00Z";

/// Ada's interview of tomorrow at a meeting of this address, or of none.
async fn ada(world: &World, meeting_url: &str) -> InterviewId {
    let draft = Draft {
        meeting_url: meeting_url.to_owned(),
        ..draft("Ada Lovelace <ada@c.example>", "tomorrow 15:00")
    };
    world.schedule_draft(draft).await
}

/// What a link's page says to its script.
async fn door(world: &World, site: &Site, id: InterviewId) -> serde_json::Value {
    let path = path_of(world, id).await;
    site.ask("GET", &path, &["Accept: application/json"], "")
        .await
        .json()
}

#[tokio::test]
async fn joining_is_written_down_once_and_leads_to_the_meeting() {
    let world = World::new().await;
    let site = world.serve().await;
    let id = ada(&world, "https://meet.example/abc?x=1#y").await;
    let form = form_of(&world, id).await;
    world.clock.set(OPEN.parse().unwrap());
    let page = site.get(&path_of(&world, id).await).await;
    assert!(
        page.body
            .contains("The button takes you to the meeting at meet.example.")
    );

    let joined = site.post("/interview/", &form).await;
    assert_eq!(joined.status, 303);
    assert_eq!(
        joined.header("location"),
        Some("https://meet.example/abc?x=1#y")
    );
    let first = world.now();
    world.wait_minutes(1);
    let again = site.post("/interview", &form).await;
    assert_eq!(
        (again.status, again.header("location")),
        (303, Some("https://meet.example/abc?x=1#y"))
    );
    assert_eq!(world.row(id).await.interview.joined_at, Some(first));
    let events = world.details(id).await.events;
    let joined: Vec<_> = events
        .iter()
        .filter(|event| event.kind.name() == "joined")
        .collect();
    assert_eq!(joined.len(), 1);
    assert_eq!(
        (joined[0].actor.as_str(), joined[0].at),
        ("candidate", first)
    );

    let page = site.get(&path_of(&world, id).await).await;
    assert!(page.body.contains("<h1>You have joined</h1>"));
    assert!(page.body.contains("You joined at 14:50 CEST."));
    assert!(page.body.contains("Join again"));
}

#[tokio::test]
async fn without_a_meeting_the_page_waits_until_there_is_one() {
    let world = World::new().await;
    let site = world.serve().await;
    let id = ada(&world, "").await;
    let path = path_of(&world, id).await;
    world.clock.set(OPEN.parse().unwrap());
    let joined = site.post("/interview/", &form_of(&world, id).await).await;
    assert_eq!(
        (joined.status, joined.header("location")),
        (303, Some(path.as_str()))
    );
    assert!(joined.body.contains("You are checked in"));
    let waiting = site.get(&path).await;
    assert!(waiting.body.contains("<h1>You are checked in</h1>"));
    assert!(waiting.body.contains("content=\"5\"></noscript>"));
    let says = door(&world, &site, id).await;
    assert_eq!(
        (&says["door"], &says["go"]),
        (&"waiting".into(), &serde_json::Value::Null)
    );

    world.tamper("UPDATE interview SET meeting_url = 'https://meet.example/abc'");
    let says = door(&world, &site, id).await;
    assert_eq!(
        (&says["door"], &says["go"]),
        (&"joined".into(), &"https://meet.example/abc".into())
    );
}

#[tokio::test]
async fn whoever_waits_can_be_let_in() {
    let world = World::new().await;
    let site = world.serve().await;
    let id = ada(&world, "").await;
    world.clock.set(OPEN.parse().unwrap());
    assert!(words(world.app.admit(id).await).starts_with("the candidate is not waiting"));
    site.post("/interview/", &form_of(&world, id).await).await;
    world.wait_minutes(2);
    let row = world.app.admit(id).await.unwrap();
    assert_eq!(row.interview.admitted_at, Some(world.now()));
    world.wait_minutes(1);
    world.app.admit(id).await.unwrap();
    assert_eq!(
        world
            .timeline(id)
            .await
            .iter()
            .filter(|kind| **kind == "admitted")
            .count(),
        1
    );
    assert_eq!(door(&world, &site, id).await["door"], "admitted");
    let page = site.get(&path_of(&world, id).await).await;
    assert!(page.body.contains("<h1>You have been let in</h1>"));
    assert!(page.body.contains("Rita Levi let you in at 14:52 CEST."));
    // A link that has closed lets nobody in any more.
    world.wait_minutes(24 * 60);
    assert!(words(world.app.admit(id).await).starts_with("the candidate is not waiting"));
}

#[rstest]
#[case(
    "2031-05-06T12:44:59Z",
    "",
    "You can't join yet: the door is not open."
)]
#[case(
    "2031-05-06T15:45:00Z",
    "",
    "You can't join any more: the link has closed."
)]
#[case(
    OPEN,
    "status = 'completed'",
    "You can't join any more: the link has closed."
)]
#[case(
    OPEN,
    "status = 'no_show'",
    "You can't join any more: the link has closed."
)]
#[case(
    OPEN,
    "status = 'cancelled'",
    "You can't join: the interview was cancelled."
)]
#[case(
    OPEN,
    "starts_at = NULL, ends_at = NULL",
    "You can't join yet: the interview has no time."
)]
#[tokio::test]
async fn joining_outside_the_window_is_refused_with_its_reason(
    #[case] at: &str,
    #[case] set: &str,
    #[case] why: &str,
) {
    let world = World::new().await;
    let site = world.serve().await;
    let id = ada(&world, "https://meet.example/abc").await;
    let form = form_of(&world, id).await;
    world.clock.set(at.parse().unwrap());
    if !set.is_empty() {
        world.tamper(&format!("UPDATE interview SET {set}"));
    }
    let refused = site.post("/interview/", &form).await;
    assert_eq!((refused.status, refused.header("location")), (403, None));
    assert!(
        refused.body.contains(&why.replace('\'', "&#x27;")),
        "{}",
        refused.body
    );
    let json = [
        "Content-Type: application/x-www-form-urlencoded",
        "Accept: application/json",
    ];
    let refused = site.ask("POST", "/interview/", &json, &form).await;
    assert_eq!(
        (refused.status, &refused.json()["go"]),
        (403, &serde_json::Value::Null)
    );
    assert_eq!(world.row(id).await.interview.joined_at, None);
    assert_eq!(
        world.ask::<i64>("SELECT count(*) FROM event WHERE kind = 'joined'"),
        0
    );
}

#[tokio::test]
async fn incident_11_a_cancelled_interview_admits_nobody() {
    let world = World::new().await;
    let site = world.serve().await;
    let id = ada(&world, "https://meet.example/abc").await;
    let form = form_of(&world, id).await;
    let path = path_of(&world, id).await;
    world.clock.set(OPEN.parse().unwrap());
    assert_eq!(site.get(&path).await.status, 200);
    world.app.cancel(id, "").await.unwrap();
    assert_eq!(site.get(&path).await.status, 410);
    assert_eq!(site.post("/interview/", &form).await.status, 403);
    assert_eq!(world.row(id).await.interview.joined_at, None);
}

#[rstest]
#[case(&["Origin: null"], 303)]
#[case(&[], 303)]
#[case(&["Origin: https://interviews.acme.example"], 303)]
#[case(&["Origin: http://HOST"], 303)]
#[case(&["Origin: null", "Sec-Fetch-Site: same-origin"], 303)]
#[case(&["Origin: https://evil.example"], 403)]
#[case(&["Origin: https://interviews.acme.example.evil.example"], 403)]
#[case(&["Origin: null", "Sec-Fetch-Site: cross-site"], 403)]
#[tokio::test]
async fn a_page_of_another_website_joins_for_nobody(#[case] headers: &[&str], #[case] status: u16) {
    let world = World::new().await;
    let site = world.serve().await;
    let id = ada(&world, "").await;
    world.clock.set(OPEN.parse().unwrap());
    let host = site.address.to_string();
    let headers: Vec<String> = headers
        .iter()
        .map(|line| line.replace("HOST", &host))
        .collect();
    let mut headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    headers.push("Content-Type: application/x-www-form-urlencoded");
    let answer = site
        .ask("POST", "/interview/", &headers, &form_of(&world, id).await)
        .await;
    assert_eq!(answer.status, status);
    assert_eq!(
        world.row(id).await.interview.joined_at.is_some(),
        status == 303
    );
}

#[tokio::test]
async fn the_dashboard_hears_of_a_candidate_at_once() {
    let world = World::new().await;
    let site = world.serve().await;
    let id = ada(&world, "").await;
    world.clock.set(OPEN.parse().unwrap());
    let mut changes = world.app.changes();
    changes.mark_unchanged();
    site.post("/interview/", &form_of(&world, id).await).await;
    tokio::time::timeout(Duration::from_secs(1).min(PATIENCE), changes.changed())
        .await
        .unwrap()
        .unwrap();
    assert!(world.row(id).await.interview.joined_at.is_some());
}
