//! One page for each state of a link, with its status, to the second.

use greenroom::domain::draft::Draft;
use greenroom::domain::ids::InterviewId;
use greenroom::domain::when::Fold;
use jiff::{SignedDuration, Timestamp};
use rstest::rstest;

use super::{ada, form_of, grace, path_of};
use crate::support::http::{Answer, Site};
use crate::support::{World, draft};

/// The page of an interview as it is at this moment.
async fn page(world: &World, site: &Site, id: InterviewId) -> Answer {
    site.get(&path_of(world, id).await).await
}

/// What the page is called in its first heading.
fn heading(answer: &Answer) -> &str {
    let after = answer.body.split("<h1>").nth(1).unwrap_or_default();
    after.split("</h1>").next().unwrap()
}

const EARLY: (u16, &str) = (200, "You are early, and that is fine");
const OPEN: (u16, &str) = (200, "The door is open");
const OVER: (u16, &str) = (410, "This interview is over");

async fn says(world: &World, site: &Site, id: InterviewId, at: Timestamp) -> (u16, String) {
    world.clock.set(at);
    let page = page(world, site, id).await;
    (page.status, heading(&page).to_owned())
}

// Berlin's clocks go forward on 30 March 2031 at 02:00 and back on 26 October at 03:00.
#[rstest]
#[case("2031-05-06 15:00", None)]
#[case("2031-03-30 03:05", None)]
#[case("2031-03-30 01:30", None)]
#[case("2031-10-26 02:30", Some(Fold::First))]
#[case("2031-10-26 02:30", Some(Fold::Second))]
#[case("2031-10-26 03:05", None)]
#[tokio::test]
async fn a_link_opens_and_closes_to_the_second_also_when_the_clocks_change(
    #[case] start: &str,
    #[case] fold: Option<Fold>,
) {
    let world = World::new().await;
    world.clock.set("2031-01-07T08:00:00Z".parse().unwrap());
    let site = world.serve().await;
    let draft = Draft {
        fold,
        ..draft("Ada Lovelace <ada@c.example>", start)
    };
    let id = world.schedule_draft(draft).await;
    let starts = world.row(id).await.interview.starts_at.unwrap();
    let opens = starts - SignedDuration::from_mins(15);
    let closes = starts + SignedDuration::from_mins(45 + 120);
    let second = SignedDuration::from_secs(1);
    for (at, (status, words)) in [
        (opens - second, EARLY),
        (opens, OPEN),
        (opens + second, OPEN),
        (starts - second, OPEN),
        (closes - second, OPEN),
        (closes, OVER),
        (closes + second, OVER),
    ] {
        let said = says(&world, &site, id, at).await;
        assert_eq!(said, (status, words.to_owned()), "{start} at {at}");
    }
    let form = form_of(&world, id).await;
    for (at, status) in [
        (opens - second, 403),
        (closes, 403),
        (opens, 303),
        (closes - second, 303),
        (closes + second, 403),
    ] {
        world.clock.set(at);
        let pressed = site.post("/interview/", &form).await;
        assert_eq!(pressed.status, status, "{start}, pressed at {at}");
    }
}

#[tokio::test]
async fn a_candidate_who_is_early_reads_who_what_and_when_on_both_clocks() {
    let world = World::new().await;
    let site = world.serve().await;
    let draft = Draft {
        candidate_zone: "America/New_York".to_owned(),
        company: "Acme".to_owned(),
        interviewers: "Grace Hopper <grace@acme.example>".to_owned(),
        note: "Bring a laptop.\nNo puzzles.".to_owned(),
        ..draft("Ada Lovelace <ada@c.example>", "tomorrow 15:00")
    };
    let id = world.schedule_draft(draft).await;
    world.clock.set("2031-05-06T12:20:00Z".parse().unwrap());
    let page = page(&world, &site, id).await;
    for words in [
        "<html lang=\"en\">",
        "Hello Ada Lovelace",
        "role of Backend engineer at Acme",
        "Tuesday 6 May 2031, 09:00–09:45, America/New_York (EDT, UTC-04:00)",
        "Tuesday 6 May 2031, 15:00–15:45, Europe/Berlin (CEST, UTC+02:00)",
        "The door opens Tuesday 6 May 2031 08:45 EDT",
        "in 25 min",
        "data-left=\"1500000\"",
        "data-local=\"2031-05-06T13:00:00Z\"",
        "Grace Hopper",
        "Bring a laptop.<br>No puzzles.",
        "rita@acme.example",
        "<noscript><meta http-equiv=\"refresh\" content=\"300\"></noscript>",
    ] {
        // Held together by word joiners (U+2060) on narrow screens.
        let body = page.body.replace('\u{2060}', "");
        assert!(body.contains(words), "{words}\n{body}");
    }
    assert!(page.body.contains("09:00\u{2060}–\u{2060}09:45"));
    world.clock.set("2031-05-06T12:44:58.5Z".parse().unwrap());
    let page = self::page(&world, &site, id).await;
    assert!(page.body.contains("data-left=\"1500\""));
    assert!(
        page.body.contains("content=\"2\""),
        "without scripts it looks when it opens"
    );
}

#[tokio::test]
async fn what_can_not_be_joined_says_what_to_do_next() {
    let world = World::new().await;
    let site = world.serve().await;
    let id = ada(&world).await;
    let path = path_of(&world, id).await;
    world.app.cancel(id, "the role is filled").await.unwrap();
    let cancelled = site.get(&path).await;
    assert_eq!(
        (cancelled.status, heading(&cancelled)),
        (410, "This interview was cancelled")
    );
    assert!(
        cancelled
            .body
            .contains("write to Rita Levi at <a href=\"mailto:rita@acme.example\">")
    );
    assert!(
        cancelled
            .body
            .contains("It was to be Tuesday 6 May 2031, 15:00")
    );
    assert!(
        !cancelled.body.contains("the role is filled"),
        "the reason is ours"
    );

    let done = grace(&world).await;
    world.clock.set("2031-05-06T13:20:00Z".parse().unwrap());
    world.app.complete(done).await.unwrap();
    let over = page(&world, &site, done).await;
    assert_eq!(
        (over.status, heading(&over)),
        (410, "This interview is over")
    );
    assert!(over.body.contains("Thank you for your time"));

    let absent = world
        .schedule("Alan Turing <alan@c.example>", "today 15:45")
        .await;
    world.clock.set("2031-05-06T14:00:00Z".parse().unwrap());
    world.app.no_show(absent).await.unwrap();
    assert_eq!(page(&world, &site, absent).await.status, 410);
}

#[tokio::test]
async fn a_link_without_a_time_says_so() {
    let world = World::new().await;
    let site = world.serve().await;
    let id = ada(&world).await;
    world.tamper("UPDATE interview SET starts_at = NULL, ends_at = NULL");
    let page = page(&world, &site, id).await;
    assert_eq!((page.status, heading(&page)), (200, "There is no time yet"));
    assert!(!page.body.contains("<button type=\"submit\">Join"));
}

#[tokio::test]
async fn incident_07_a_good_link_opens_its_own_interview_and_a_bad_one_tells_the_true_cause() {
    let world = World::new().await;
    let site = world.serve().await;
    let ada = ada(&world).await;
    let grace = grace(&world).await;
    for (id, own, other) in [
        (ada, "Ada Lovelace", "Grace Hopper"),
        (grace, "Grace Hopper", "Ada Lovelace"),
    ] {
        let page = page(&world, &site, id).await;
        assert!(page.body.contains(own) && !page.body.contains(other));
    }
    // Nothing but the true cause is ever said: every refusal has its own words.
    let path = path_of(&world, ada).await;
    world.app.cancel(ada, "").await.unwrap();
    assert_eq!(
        heading(&site.get(&path).await),
        "This interview was cancelled"
    );
}

#[tokio::test]
async fn incident_09_a_link_that_was_clicked_too_early_or_too_late_works_with_a_new_start() {
    let world = World::new().await;
    let site = world.serve().await;
    let id = ada(&world).await;
    let late = "2031-05-06T16:00:00Z".parse().unwrap();
    assert_eq!(says(&world, &site, id, late).await.0, 410);
    // The same link, a new start: nothing of the click was kept.
    world.tamper(
        "UPDATE interview SET starts_at = starts_at + 86400000000, ends_at = ends_at + 86400000000",
    );
    assert_eq!(
        says(&world, &site, id, late).await,
        (EARLY.0, EARLY.1.to_owned())
    );
    let open = "2031-05-07T12:50:00Z".parse().unwrap();
    assert_eq!(
        says(&world, &site, id, open).await,
        (OPEN.0, OPEN.1.to_owned())
    );
}

#[tokio::test]
async fn incident_14_the_page_opens_by_itself() {
    let world = World::new().await;
    let site = world.serve().await;
    let id = ada(&world).await;
    let path = path_of(&world, id).await;
    let ask = async || {
        site.ask("GET", &path, &["Accept: application/json"], "")
            .await
    };
    world.clock.set("2031-05-06T12:44:59Z".parse().unwrap());
    let early = ask().await;
    assert_eq!(early.json()["door"], "not_yet_open");
    assert_eq!(early.json()["left"], 1000);
    assert_eq!(early.header("content-type"), Some("application/json"));
    world.clock.set("2031-05-06T12:45:00Z".parse().unwrap());
    let open = ask().await;
    assert_eq!(open.json()["door"], "open");
    assert_eq!(open.json()["left"], serde_json::Value::Null);
    // The page asks so when its countdown ends, when it comes back into view, and now and then.
    let page = page(&world, &site, id).await;
    for words in [
        "visibilitychange",
        "pageshow",
        "Accept: \"application/json\"",
        "location.replace",
    ] {
        assert!(page.body.contains(words), "{words}");
    }
}

#[tokio::test]
async fn incident_15_every_state_of_a_row_has_a_page() {
    let world = World::new().await;
    let site = world.serve().await;
    let id = ada(&world).await;
    let path = path_of(&world, id).await;
    let all = |columns: &[(&str, &[&'static str])]| {
        columns
            .iter()
            .fold(vec![String::new()], |sets, (column, values)| {
                let grown = |set: &String| {
                    values
                        .iter()
                        .map(|value| format!("{set}, {column} = {value}"))
                        .collect::<Vec<_>>()
                };
                sets.iter().flat_map(grown).collect()
            })
    };
    let times = ["1", "NULL"];
    let rows: Vec<String> = all(&[
        (
            "status",
            &["'scheduled'", "'completed'", "'cancelled'", "'no_show'"],
        ),
        (
            "(starts_at, ends_at)",
            &[
                "(1935735000000000, 1935737700000000)",
                "(1935900000000000, 1935902700000000)",
                "(1930000000000000, 1930002700000000)",
                "(NULL, NULL)",
            ],
        ),
        ("joined_at", &times),
        ("admitted_at", &times),
        ("meeting_url", &["'https://meet.example/x'", "NULL"]),
    ]);
    assert_eq!(rows.len(), 128);
    for (number, set) in rows.iter().enumerate() {
        world.tamper(&format!("UPDATE interview SET note = {number}{set}"));
        // What a row may lack besides.
        world.tamper(if number % 2 == 0 {
            "UPDATE interview SET candidate_email = NULL, candidate_name = '', role = '', company = NULL, recruiter_email = NULL, recruiter_name = NULL, interviewers = '[]', note = NULL, candidate_zone = NULL"
        } else {
            "UPDATE interview SET candidate_zone = 'Pacific/Apia', interviewers = '[\"a@b.example\"]'"
        });
        let page = site.get(&path).await;
        assert!([200, 410].contains(&page.status), "{set}: {}", page.status);
        assert!(!heading(&page).is_empty(), "{set}");
        let pressed = site
            .post("/interview/", path.split_once('?').unwrap().1)
            .await;
        assert!(
            [303, 403].contains(&pressed.status),
            "{set}: {}",
            pressed.status
        );
        assert!(!pressed.body.is_empty());
    }
}
