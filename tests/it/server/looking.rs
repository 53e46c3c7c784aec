//! Looking changes nothing but the ledger of who looked, which decides nothing.

use std::cell::Cell;
use std::collections::BTreeMap;

use futures_util::{StreamExt as _, stream};
use greenroom::domain::access::{AccessKind, summary};
use greenroom::domain::token::Scope;
use greenroom::domain::when::Zone;
use greenroom::store::StoreError;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use rusqlite::types::Value;

use super::{PATIENCE, ada, form_of, grace, path_of};
use crate::support::World;
use crate::support::http::Site;

/// Every row of every table but the ledger.
fn everything(world: &World) -> BTreeMap<String, Vec<Vec<Value>>> {
    let connection = world.sql();
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'access'";
    let mut statement = connection.prepare(tables).unwrap();
    let names: Vec<String> = statement
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(names.len() > 6, "{names:?}");
    let rows = |name: &String| {
        let mut statement = connection
            .prepare(&format!("SELECT * FROM {name}"))
            .unwrap();
        let columns = statement.column_count();
        let read = statement
            .query_map([], |row| (0..columns).map(|at| row.get(at)).collect())
            .unwrap();
        read.map(Result::unwrap).collect()
    };
    names
        .iter()
        .map(|name| (name.clone(), rows(name)))
        .collect()
}

/// Waits until the ledger holds that many lines.
async fn lines(world: &World, count: i64) {
    let mut changes = world.app.changes();
    tokio::time::timeout(PATIENCE, async {
        while world.count("access") < count {
            changes.changed().await.unwrap();
        }
    })
    .await
    .unwrap();
    assert_eq!(world.count("access"), count);
}

#[tokio::test]
async fn incident_10_a_scanner_that_follows_every_link_changes_nothing() {
    let world = World::new().await;
    let site = world.serve().await;
    let id = ada(&world).await;
    let path = path_of(&world, id).await;
    world.clock.set("2031-05-06T12:50:00Z".parse().unwrap());
    let before = everything(&world);
    let scanner = [
        "User-Agent: Barracuda Sentinel (EE)",
        "Sec-Purpose: prefetch",
    ];
    for _ in 0..100 {
        assert_eq!(site.get(&path).await.status, 200);
        assert_eq!(site.head(&path).await.status, 200);
    }
    site.ask("GET", &path, &scanner, "").await;
    // A scanner that follows what it finds in the page finds no other link.
    let page = site.get(&path).await;
    for link in page.body.split("href=\"").skip(1) {
        let link = link.split('"').next().unwrap();
        assert!(
            link.starts_with("mailto:") || link.starts_with("data:"),
            "{link}"
        );
    }
    assert_eq!(everything(&world), before);
    site.ended().await;
    assert_eq!(everything(&world), before, "nor when the server ends");
    assert_eq!(world.count("access"), 100, "the newest lines are kept");
    assert_eq!(world.row(id).await.interview.joined_at, None);
}

/// How those that read mail before its reader does call themselves.
const SCANNERS: [&str; 6] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/98.0 Safari/537.36",
    "Barracuda Sentinel (EE)",
    "GoogleImageProxy",
    "Mozilla/5.0 (compatible; ProofpointURLDefense)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "python-requests/2.31",
];

#[tokio::test]
async fn others_scanners_that_open_a_link_first_and_often_leave_it_to_the_candidate() {
    let world = World::new().await;
    let site = world.serve().await;
    let id = ada(&world).await;
    let path = path_of(&world, id).await;
    // As soon as the mail has arrived, days early, and again while the door is open.
    for now in ["2031-05-05T08:00:01Z", "2031-05-06T12:50:00Z"] {
        world.clock.set(now.parse().unwrap());
        for agent in SCANNERS {
            let agent = format!("User-Agent: {agent}");
            for method in ["HEAD", "GET", "GET", "HEAD", "OPTIONS"] {
                site.ask(method, &path, &[&agent], "").await;
            }
        }
    }
    assert_eq!(world.row(id).await.interview.joined_at, None);
    let page = site.get(&path).await;
    assert_eq!(page.status, 200);
    let joined = site.post("/interview/", &form_of(&world, id).await).await;
    assert!(joined.status < 400, "{}", joined.status);
    assert!(world.row(id).await.interview.joined_at.is_some());
    // And the link is not used up by that either.
    assert_eq!(site.get(&path).await.status, 200);
}

#[tokio::test]
async fn views_scanners_and_joins_are_told_apart_and_opening_is_not_joining() {
    let world = World::new().await;
    let site = world.serve().await;
    let id = ada(&world).await;
    let path = path_of(&world, id).await;
    let says = async || {
        let dossier = world.details(id).await;
        let interview = &dossier.row.interview;
        summary(
            &dossier.accesses,
            interview.joined_at,
            &Zone::utc(),
            world.now(),
        )
        .unwrap_or_default()
    };
    assert_eq!(says().await, "");
    world.clock.set("2031-05-06T09:00:00Z".parse().unwrap());
    site.ask(
        "GET",
        &path,
        &["User-Agent: Slackbot-LinkExpanding 1.0"],
        "",
    )
    .await;
    lines(&world, 1).await;
    assert_eq!(says().await, "not opened; a scanner fetched it 09:00");
    world.clock.set("2031-05-06T12:41:00Z".parse().unwrap());
    site.get(&path).await;
    lines(&world, 2).await;
    assert_eq!(
        says().await,
        "opened 12:41: page said it opens 12:45, not joined"
    );
    // Its script's questions are no views.
    site.ask("GET", &path, &["Accept: application/json"], "")
        .await;
    world.clock.set("2031-05-06T12:50:00Z".parse().unwrap());
    site.post("/interview/", &form_of(&world, id).await).await;
    lines(&world, 3).await;
    assert_eq!(says().await, "joined 12:50");
    let dossier = world.details(id).await;
    let kinds: Vec<AccessKind> = dossier.accesses.iter().map(|access| access.kind).collect();
    assert_eq!(
        kinds,
        [AccessKind::Join, AccessKind::View, AccessKind::Prefetch]
    );
    let seen = world
        .store
        .read(move |read| read.last_seen(id))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(seen.at, "2031-05-06T12:41:00Z".parse().unwrap());
}

#[tokio::test]
async fn the_ledger_is_bounded_and_goes_with_its_interview() {
    use greenroom::domain::access::Access;
    use greenroom::domain::door::Door;
    let world = World::new().await;
    let (ada, other) = (ada(&world).await, grace(&world).await);
    let access = |second: i64| Access {
        at: jiff::Timestamp::from_second(second).unwrap(),
        kind: AccessKind::View,
        door: Door::Open,
        opens_at: None,
    };
    let lines: Vec<_> = (0..250)
        .map(|second| (ada, access(second)))
        .chain([(other, access(1))])
        .collect();
    world
        .store
        .write(move |write| write.append_accesses(&lines))
        .await
        .unwrap();
    let kept = world.details(ada).await.accesses;
    assert_eq!(
        (kept.len(), kept[0].at),
        (100, access(249).at),
        "the newest are kept"
    );
    assert_eq!(world.details(other).await.accesses.len(), 1);
    world.tamper(&format!("DELETE FROM interview WHERE id = '{ada}'"));
    assert_eq!(world.count("access"), 1);
    // A line that comes too late for its interview is nobody's.
    let late = world.store.write(move |write| {
        write.append_accesses(&[(ada, access(300))])?;
        Ok::<_, StoreError>(())
    });
    late.await.unwrap();
    assert_eq!(world.count("access"), 1);
}

/// A Greenroom with an interview in every state, and every path there is to ask for.
async fn furnished() -> (World, Vec<String>) {
    // Whoever asks too often for what doesn't work sees nothing else; so each comes from an address of its own.
    let world = World::with("server.trusted_proxies = ['127.0.0.1']").await;
    let mut named: Vec<String> = vec!["x".to_owned(), "0".repeat(64)];
    let mut queries = vec![
        String::new(),
        "?session_key=x".to_owned(),
        format!("?session_key={}", "0".repeat(32)),
        "?interview_id=1".to_owned(),
        "?filter=ada&limit=1".to_owned(),
    ];
    for (name, change) in [
        ("Ada", ""),
        ("Grace", "status = 'cancelled'"),
        ("Alan", "starts_at = NULL, ends_at = NULL"),
        ("Mary", "joined_at = 1"),
        ("Emmy", "session_revoked = 1"),
    ] {
        let id = world
            .schedule(&format!("{name} X <{name}@c.example>"), "tomorrow 15:00")
            .await;
        let token = world.app.link_token(&world.row(id).await).await.unwrap();
        queries.push(format!("?{}", form_of(&world, id).await));
        let signed = format!("{name}:1tYxyz:{}", "Zm9vYmFy".repeat(5));
        named.extend([
            id.to_string(),
            token.unwrap().expose().to_owned(),
            signed.clone(),
        ]);
        let keep = world.store.write(move |write| {
            write.add_imported_token(&signed, id)?;
            Ok::<_, StoreError>(())
        });
        keep.await.unwrap();
        if !change.is_empty() {
            world.tamper(&format!("UPDATE interview SET {change} WHERE id = '{id}'"));
        }
    }
    let mut paths = vec!["/nowhere".to_owned(), "/interview/%00".to_owned()];
    for path in greenroom::server::paths() {
        match (path.find('{'), path.find('}')) {
            (Some(from), Some(to)) => {
                let whole = |name: &String| format!("{}{name}{}", &path[..from], &path[to + 1..]);
                paths.extend(named.iter().map(whole));
            }
            _ => paths.extend(queries.iter().map(|query| format!("{path}{query}"))),
        }
    }
    (world, paths)
}

/// Who looks, and how.
const WAYS: usize = 5;

async fn look(site: &Site, token: &str, path: &str, way: usize, from: usize) {
    let authorization = format!("Authorization: Bearer {token}");
    let from = format!("X-Forwarded-For: 192.0.{}.{}", from / 250, from % 250);
    let (method, header) = [
        ("HEAD", "Accept: */*"),
        ("GET", "Accept: text/html"),
        ("GET", "Accept: application/json"),
        ("GET", "User-Agent: BingPreview/1.0b"),
        ("GET", authorization.as_str()),
    ][way];
    let status = site.ask(method, path, &[&from, header], "").await.status;
    assert!(status < 500 && status != 429, "{path} {status}");
}

#[tokio::test]
async fn every_route_may_be_looked_at_in_every_way_and_nothing_changes() {
    let (world, paths) = furnished().await;
    for known in [
        "/interview/?session_key=",
        "/healthz",
        "/openapi.json",
        "/api/interviews/public/",
    ] {
        assert!(paths.iter().any(|path| path.starts_with(known)), "{known}");
    }
    let site = world.serve().await;
    let token = world.app.create_token("Eve", &Scope::ALL).await.unwrap();
    let token = token.token.expose();
    let before = everything(&world);
    for opens in [false, true] {
        if opens {
            world.clock.set("2031-05-06T12:50:00Z".parse().unwrap());
        }
        // Side by side, since what leads nowhere is answered late.
        let looks = (0..paths.len() * WAYS)
            .map(|number| look(&site, &token, &paths[number / WAYS], number % WAYS, number));
        let looks: Vec<_> = looks.collect();
        stream::iter(looks)
            .buffer_unordered(50)
            .collect::<()>()
            .await;
    }
    assert_eq!(everything(&world), before);
    site.ended().await;
    assert_eq!(everything(&world), before, "nor when the server ends");
}

#[derive(Debug, Clone)]
enum Step {
    Look(usize, usize),
    Wait(i64),
}

#[test]
fn no_sequence_of_get_and_head_changes_state() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (world, site, paths, token) = runtime.block_on(async {
        let (world, paths) = furnished().await;
        let site = world.serve().await;
        let token = world.app.create_token("Eve", &Scope::ALL).await.unwrap();
        (world, site, paths, token.token.expose())
    });
    let before = everything(&world);
    let step = prop_oneof![
        5 => (0..paths.len(), 0..WAYS).prop_map(|(path, way)| Step::Look(path, way)),
        1 => (-100_000..200_000_i64).prop_map(Step::Wait),
    ];
    let mut runner = TestRunner::new(ProptestConfig::with_cases(12));
    let asked = Cell::new(0);
    runner
        .run(&prop::collection::vec(step, 1..20), |steps| {
            runtime.block_on(async {
                for step in steps {
                    match step {
                        Step::Wait(seconds) => world
                            .clock
                            .advance(jiff::SignedDuration::from_secs(seconds)),
                        Step::Look(path, way) => {
                            asked.set(asked.get() + 1);
                            look(&site, &token, &paths[path], way, asked.get()).await;
                        }
                    }
                }
            });
            prop_assert_eq!(&everything(&world), &before);
            Ok(())
        })
        .unwrap();
    runtime.block_on(site.ended());
    assert_eq!(everything(&world), before);
}
