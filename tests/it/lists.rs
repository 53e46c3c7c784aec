//! Lists: every filter finds what the code says it should, and windows neither lose nor repeat a row.

use std::collections::BTreeSet;
use std::time::Duration;

use greenroom::app::{App, From, MailWish, Row};
use greenroom::domain::address::EmailAddress;
use greenroom::domain::delivery::State;
use greenroom::domain::draft::Draft;
use greenroom::domain::filter::Filter;
use greenroom::domain::ids::{InterviewId, SessionId};
use greenroom::domain::interview::{Interview, Status};
use greenroom::domain::session::{LinkState, Session, SessionKey};
use greenroom::domain::verdict::Standing;
use greenroom::domain::when::{InterviewDuration, Zone};
use greenroom::store::{Horizon, StoreError};
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rusqlite::params;
use uuid::Uuid;

use crate::support::{World, draft};

/// Everything that a verdict depends on, drawn at random. Starts stand near the instants at which something changes.
#[derive(Debug, Clone)]
struct Sample {
    status: usize,
    start: Option<(Anchor, i64)>,
    minutes: u64,
    address: bool,
    /// None, live, revoked.
    session: u8,
    /// Whether key, start and address were today's.
    told: Option<(bool, bool, bool)>,
    newest: Option<usize>,
}

#[derive(Debug, Clone, Copy)]
enum Anchor {
    Now,
    Opens,
    Ends,
    Closes,
    Midnight(i64),
    Anywhere(i64),
}

fn sample() -> impl Strategy<Value = Sample> {
    let anchor = prop_oneof![
        Just(Anchor::Now),
        Just(Anchor::Opens),
        Just(Anchor::Ends),
        Just(Anchor::Closes),
        (-1..9_i64).prop_map(Anchor::Midnight),
        (-900_000..900_000_i64).prop_map(Anchor::Anywhere),
    ];
    let minutes = prop_oneof![Just(5_u64), Just(60), Just(720)];
    (
        prop_oneof![4 => Just(0), 1 => 0..Status::ALL.len()],
        prop::option::weighted(0.9, (anchor, -1..=1_i64)),
        minutes,
        prop::bool::weighted(0.9),
        0..3_u8,
        prop::option::of(any::<(bool, bool, bool)>()),
        prop::option::of(0..State::ALL.len()),
    )
        .prop_map(
            |(status, start, minutes, address, session, told, newest)| Sample {
                status,
                start,
                minutes,
                address,
                session,
                told,
                newest,
            },
        )
}

fn berlin() -> Zone {
    Zone::parse("Europe/Berlin").unwrap()
}

impl Sample {
    fn interview(&self, number: u64, template: &Interview, now: Timestamp) -> Interview {
        let duration = InterviewDuration::from_minutes(self.minutes).unwrap();
        let length = SignedDuration::try_from(duration.as_std()).unwrap();
        let starts_at = self.start.map(|(anchor, jitter)| {
            let at = match anchor {
                Anchor::Now => now,
                Anchor::Opens => now + SignedDuration::from_mins(15),
                Anchor::Ends => now - length,
                Anchor::Closes => now - length - SignedDuration::from_hours(2),
                Anchor::Midnight(days) => {
                    let today = now.to_zoned(berlin().time_zone().clone()).date();
                    let day = today + days.days();
                    day.to_zoned(berlin().time_zone().clone())
                        .unwrap()
                        .timestamp()
                }
                Anchor::Anywhere(seconds) => now + SignedDuration::from_secs(seconds),
            };
            at + SignedDuration::from_micros(jitter)
        });
        Interview {
            id: InterviewId::new(Uuid::from_u128(u128::from(number))),
            candidate_email: self
                .address
                .then(|| EmailAddress::parse("ada@c.example").unwrap()),
            status: Status::ALL[self.status],
            starts_at,
            duration,
            ..template.clone()
        }
    }

    // The columns that hold facts, as mails that came and went would have left them.
    fn write_facts(&self, sql: &rusqlite::Connection, interview: &Interview) {
        let told = self.told.map(|(key, start, address)| {
            let other = "0123456789abcdef0123456789abcdef".to_owned();
            (
                if key {
                    key_of(interview).expose()
                } else {
                    other
                },
                interview.starts_at.map_or(0, Timestamp::as_microsecond) + i64::from(!start),
                if address {
                    "ada@c.example"
                } else {
                    "old@c.example"
                },
            )
        });
        let newest = self.newest.map(|at| State::ALL[at].mark());
        sql.execute(
            "UPDATE interview SET told_at = $1, told_key = $2, told_starts_at = $3, told_address = $4, mail_state = $5,
                 mail_since = $6 WHERE id = $7",
            params![
                told.as_ref().map(|_| 1),
                told.as_ref().map(|told| told.0.clone()),
                told.as_ref().map(|told| told.1),
                told.as_ref().map(|told| told.2),
                newest,
                newest.map(|_| 1),
                interview.id.to_string(),
            ],
        )
        .unwrap();
    }

    fn session(&self, interview: &Interview) -> Option<Session> {
        let at = interview.created_at;
        (self.session > 0).then(|| Session {
            id: SessionId::new(interview.id.uuid()),
            interview_id: interview.id,
            key: key_of(interview),
            created_at: at,
            revoked_at: (self.session == 2).then_some(at),
        })
    }
}

fn key_of(interview: &Interview) -> SessionKey {
    SessionKey::new(Uuid::from_u128(interview.id.uuid().as_u128() << 64 | 1))
}

/// A world that holds these interviews and no others.
async fn fill(world: &World, template: &Interview, samples: &[Sample]) {
    world.tamper("DELETE FROM session; DELETE FROM interview;");
    let now = world.now();
    let interviews: Vec<_> = (1..)
        .zip(samples)
        .map(|(number, sample)| (sample.interview(number, template, now), sample.clone()))
        .collect();
    let written = interviews.clone();
    world
        .store
        .write(move |write| {
            for (interview, sample) in &written {
                write.put_interview(interview)?;
                if let Some(session) = sample.session(interview) {
                    write.add_session(&session)?;
                }
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    let mut sql = world.sql();
    let transaction = sql.transaction().unwrap();
    for (interview, sample) in &interviews {
        sample.write_facts(&transaction, interview);
    }
    transaction.commit().unwrap();
}

async fn found(app: &App, filter: &str) -> Vec<Row> {
    let filter = Filter::parse(filter).unwrap();
    app.window(&filter, From::Start, 1000).await.unwrap().rows
}

fn ids(rows: &[Row]) -> BTreeSet<InterviewId> {
    rows.iter().map(Row::id).collect()
}

/// A filter, and in code what it should find.
type Meaning = (String, Box<dyn Fn(&Row) -> bool>);

fn meanings(world: &World) -> Vec<Meaning> {
    let (now, window) = (world.now(), world.app.access_window());
    let mut all: Vec<Meaning> = Vec::new();
    for state in LinkState::ALL {
        all.push((
            format!("link:{}", state.name()),
            Box::new(move |row| row.link_state(&window, now) == state),
        ));
    }
    for standing in Standing::ALL {
        all.push((
            format!("verdict:{}", standing.name()),
            Box::new(move |row| row.reason(&window, now).standing() == standing),
        ));
    }
    for state in State::ALL {
        let is = move |row: &Row| {
            row.facts
                .newest
                .is_some_and(|newest| newest.state.name() == state.name())
        };
        all.push((format!("mail:{}", state.name()), Box::new(is)));
    }
    for status in Status::ALL {
        all.push((
            format!("status:{}", status.name()),
            Box::new(move |row| row.interview.status == status),
        ));
    }
    let zone = berlin().time_zone().clone();
    let today = now.to_zoned(zone.clone()).date();
    for (name, from, to) in [("today", 0, 1), ("tomorrow", 1, 2), ("week", 0, 7)] {
        let zone = zone.clone();
        let is = move |row: &Row| {
            row.interview.starts_at.is_some_and(|start| {
                let date = start.to_zoned(zone.clone()).date();
                date >= today + from.days() && date < today + to.days()
            })
        };
        all.push((format!("when:{name}"), Box::new(is)));
    }
    let closed = move |row: &Row| {
        let length = row.interview.duration.as_std();
        row.interview
            .starts_at
            .map(|start| now >= window.around(start, length).1)
    };
    all.push((
        "when:ahead".to_owned(),
        Box::new(move |row| closed(row) == Some(false)),
    ));
    all.push((
        "when:past".to_owned(),
        Box::new(move |row| closed(row) == Some(true)),
    ));
    all.push((
        "when:none".to_owned(),
        Box::new(move |row| row.interview.starts_at.is_none()),
    ));
    all
}

async fn template(world: &World) -> Interview {
    let made = world
        .schedule_with(
            "Ada Lovelace <ada@c.example>",
            "tomorrow 15:00",
            MailWish::No,
        )
        .await;
    made.row.interview
}

#[test]
fn every_filter_finds_what_the_code_says_at_every_instant() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let world = runtime.block_on(World::new());
    let template = runtime.block_on(template(&world));
    let cases = (
        prop::collection::vec(sample(), 1..60),
        0..500_000_000_000_000_i64,
    );
    let config = Config {
        cases: 40,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&cases, |(samples, micros)| {
            runtime.block_on(async {
                world
                    .clock
                    .set(Timestamp::from_microsecond(1_900_000_000_000_000 + micros).unwrap());
                fill(&world, &template, &samples).await;
                let everything = found(&world.app, "all").await;
                prop_assert_eq!(everything.len(), samples.len());
                for (filter, holds) in meanings(&world) {
                    let expected: BTreeSet<_> = everything
                        .iter()
                        .filter(|row| holds(row))
                        .map(Row::id)
                        .collect();
                    prop_assert_eq!(
                        ids(&found(&world.app, &filter).await),
                        expected,
                        "{}",
                        filter
                    );
                    let others: BTreeSet<_> = everything
                        .iter()
                        .filter(|row| !holds(row))
                        .map(Row::id)
                        .collect();
                    prop_assert_eq!(
                        ids(&found(&world.app, &format!("-{filter}")).await),
                        others,
                        "-{}",
                        filter
                    );
                }
                // The header's counts are those of the list.
                let counts = world
                    .app
                    .counts(&Filter::parse("verdict:blocked").unwrap())
                    .await
                    .unwrap();
                let (now, window) = (world.now(), world.app.access_window());
                let of = |standing| {
                    let rows = everything.iter();
                    rows.filter(|row| row.reason(&window, now).standing() == standing)
                        .count() as u64
                };
                prop_assert_eq!(counts.everything, everything.len() as u64);
                prop_assert_eq!(
                    (counts.blocked, counts.matching),
                    (of(Standing::Blocked), of(Standing::Blocked))
                );
                prop_assert_eq!(
                    (counts.ready, counts.in_doubt),
                    (of(Standing::Ready), of(Standing::InDoubt))
                );
                prop_assert_eq!(counts.not_invited, of(Standing::NotInvited));
                Ok(())
            })
        })
        .unwrap();
}

/// The order of the list, said in code: ahead by start, then without a time, then the past backwards.
fn in_order(rows: &[Row], world: &World) -> Vec<InterviewId> {
    let (now, window) = (world.now(), world.app.access_window());
    let mut sorted: Vec<_> = rows
        .iter()
        .map(|row| {
            let id = row.id();
            match row.interview.starts_at {
                None => ((1, 0), id, false),
                Some(start) if now >= window.around(start, row.interview.duration.as_std()).1 => {
                    ((2, -start.as_microsecond()), id, true)
                }
                Some(start) => ((0, start.as_microsecond()), id, false),
            }
        })
        .collect();
    sorted.sort_by(|a, b| {
        a.0.cmp(&b.0)
            .then(if a.2 { b.1.cmp(&a.1) } else { a.1.cmp(&b.1) })
    });
    sorted.into_iter().map(|(_, id, _)| id).collect()
}

async fn walk(world: &World, sizes: &[usize], backwards: bool) -> Vec<InterviewId> {
    let all = Filter::parse("all").unwrap();
    let horizon = Horizon::at(world.now(), &world.app.access_window());
    let mut from = if backwards { From::End } else { From::Start };
    let mut seen = Vec::new();
    for size in sizes.iter().cycle() {
        let window = world.app.window(&all, from, *size).await.unwrap();
        assert!(window.rows.len() <= *size);
        let mut rows: Vec<_> = window.rows.iter().map(Row::id).collect();
        let (edge, more) = if backwards {
            rows.reverse();
            (window.rows.first(), window.more_before)
        } else {
            (window.rows.last(), window.more_after)
        };
        seen.extend(rows);
        let Some(edge) = edge.filter(|_| more) else {
            break;
        };
        let place = edge.position(horizon);
        from = if backwards {
            From::Before(place)
        } else {
            From::After(place)
        };
    }
    seen
}

#[test]
fn windows_of_any_size_yield_every_row_once_and_in_order() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let world = runtime.block_on(World::new());
    let template = runtime.block_on(template(&world));
    let cases = (
        prop::collection::vec(sample(), 0..50),
        prop::collection::vec(1..9_usize, 1..5),
        0..50_usize,
    );
    let config = Config {
        cases: 40,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&cases, |(samples, sizes, middle)| {
            runtime.block_on(async {
                fill(&world, &template, &samples).await;
                let everything = found(&world.app, "all").await;
                let expected = in_order(&everything, &world);
                let listed: Vec<_> = everything.iter().map(Row::id).collect();
                prop_assert_eq!(&listed, &expected);
                prop_assert_eq!(&walk(&world, &sizes, false).await, &expected);
                let mut backwards = walk(&world, &sizes, true).await;
                backwards.reverse();
                prop_assert_eq!(&backwards, &expected);
                // Around a row: it stands inside, between its neighbours.
                if let Some(id) = expected.get(middle) {
                    let all = Filter::parse("all").unwrap();
                    let window = world
                        .app
                        .window(&all, From::Around(*id), sizes[0])
                        .await
                        .unwrap();
                    let rows: Vec<_> = window.rows.iter().map(Row::id).collect();
                    prop_assert!(rows.contains(id) && rows.len() <= sizes[0], "{:?}", rows);
                    let first = expected.iter().position(|own| *own == rows[0]).unwrap();
                    prop_assert_eq!(&expected[first..first + rows.len()], &rows[..]);
                    prop_assert_eq!(window.more_before, first > 0);
                    prop_assert_eq!(window.more_after, first + rows.len() < expected.len());
                }
                Ok(())
            })
        })
        .unwrap();
}

#[tokio::test]
async fn rows_that_come_while_a_list_is_walked_neither_hide_nor_repeat_the_others() {
    let world = World::new().await;
    let all = Filter::parse("all").unwrap();
    let horizon = Horizon::at(world.now(), &world.app.access_window());
    let mut there = BTreeSet::new();
    for number in 0..40 {
        there.insert(
            world
                .schedule(
                    &format!("C{number} <c{number}@c.example>"),
                    &format!("2031-06-{} 12:00", 10 + number % 15),
                )
                .await,
        );
    }
    let (mut from, mut seen, mut number) = (From::Start, Vec::new(), 100);
    loop {
        let window = world.app.window(&all, from, 3).await.unwrap();
        seen.extend(window.rows.iter().map(Row::id));
        let Some(last) = window.rows.last() else {
            break;
        };
        from = From::After(last.position(horizon));
        if number < 110 {
            // One before, one at, one after the place that was reached.
            for day in ["2031-06-09", "2031-06-17", "2031-06-24"] {
                number += 1;
                world
                    .schedule(
                        &format!("N{number} <n{number}@c.example>"),
                        &format!("{day} 12:00"),
                    )
                    .await;
            }
        }
    }
    let once: BTreeSet<_> = seen.iter().copied().collect();
    assert_eq!(once.len(), seen.len(), "none twice");
    assert!(there.is_subset(&once), "none hidden");
}

#[tokio::test]
async fn search_finds_names_without_accents_links_keys_and_message_ids() {
    let world = World::new().await;
    let jose = world
        .schedule("José Ñáñez <jose@bücher.example>", "tomorrow 15:00")
        .await;
    world
        .schedule("Bob <bob@c.example>", "tomorrow 16:00")
        .await;
    world
        .schedule("100% <per_cent@c.example>", "tomorrow 17:00")
        .await;
    let mail = world.newest(jose).await.message_id;
    let key = world.row(jose).await.facts.key.unwrap().expose();
    for text in [
        "jose",
        "ÑÁÑEZ",
        "nanez jose",
        "jo",
        "bücher",
        "xn--bcher",
        &world.link(jose).await,
        &key,
        &key[..8],
        &mail,
        mail.trim_matches(['<', '>']),
        "engineer jose",
        "jose -bob",
    ] {
        let rows = found(&world.app, text).await;
        assert_eq!(
            rows.iter().map(Row::id).collect::<Vec<_>>(),
            [jose],
            "{text}"
        );
    }
    for (text, count) in [
        ("%", 1),
        ("_", 1),
        ("100%", 1),
        ("\"; DROP", 0),
        ("engineer", 3),
        ("e OR b", 0),
        ("\\", 0),
    ] {
        let filter = Filter::literal(text);
        let rows = world
            .app
            .window(&filter, From::Start, 10)
            .await
            .unwrap()
            .rows;
        assert_eq!(rows.len(), count, "{text}");
    }
}

#[tokio::test]
async fn search_follows_every_change() {
    let world = World::new().await;
    let hold = MailWish::HeldFor(Duration::from_secs(10));
    let id = world
        .schedule_with("Ada Lovelace <ada@c.example>", "tomorrow 15:00", hold)
        .await
        .row
        .id();
    let other = crate::support::world::request(
        draft("Grace Hopper <grace@c.example>", "tomorrow 15:00"),
        hold,
    );
    world.app.revise(id, other).await.unwrap();
    assert!(found(&world.app, "lovelace").await.is_empty());
    assert_eq!(found(&world.app, "hopper").await.len(), 1);
    let key = world.row(id).await.facts.key.unwrap().expose();
    assert_eq!(
        found(&world.app, &key).await.len(),
        1,
        "the key is found after a change too"
    );
    world.app.remove(id).await.unwrap();
    assert!(found(&world.app, "hopper").await.is_empty());
    world.tamper("INSERT INTO interview_search (interview_search) VALUES ('integrity-check')");
}

#[tokio::test]
async fn an_interview_just_over_counts_as_past_in_every_place_at_once() {
    let world = World::new().await;
    let hour = Draft {
        duration: "60m".to_owned(),
        ..draft("Ada <ada@c.example>", "today 12:00")
    };
    let made = world.try_schedule(hour, MailWish::Now).await.unwrap();
    // 12:00 to 13:00 in Berlin; the link closes at 15:00, that is 13:00 UTC.
    world
        .clock
        .set("2031-05-05T12:59:59.999999Z".parse().unwrap());
    assert_eq!(found(&world.app, "link:open when:ahead").await.len(), 1);
    world.clock.set("2031-05-05T13:00:00Z".parse().unwrap());
    assert_eq!(
        found(&world.app, "link:expired when:past verdict:over")
            .await
            .len(),
        1
    );
    assert_eq!(world.app.counts(&Filter::default()).await.unwrap().ahead, 0);
    assert_eq!(world.says(made.row.id()).await, "over");
}

#[tokio::test]
async fn incident_09_a_link_that_was_closed_opens_again_with_a_new_start() {
    let world = World::new().await;
    let id = world
        .schedule_with("Ada <ada@c.example>", "today 12:00", MailWish::No)
        .await
        .row
        .id();
    let state = async || {
        world
            .row(id)
            .await
            .link_state(&world.app.access_window(), world.now())
    };
    world.wait_minutes(24 * 60);
    assert_eq!(state().await, LinkState::Expired);
    let link = world.link(id).await;
    let later =
        crate::support::world::request(draft("Ada <ada@c.example>", "today 10:30"), MailWish::No);
    world.app.revise(id, later).await.unwrap();
    assert_eq!(state().await, LinkState::NotYetOpen);
    world.wait_minutes(15);
    assert_eq!(
        (state().await, world.link(id).await),
        (LinkState::Open, link)
    );
}

#[tokio::test]
async fn incident_11_a_cancelled_interview_has_no_working_link() {
    let world = World::new().await;
    let id = world.schedule("Ada <ada@c.example>", "today 12:00").await;
    world.deliver().await;
    world.tamper("UPDATE interview SET status = 'cancelled'");
    let row = world.row(id).await;
    // Not even in the middle of its access window.
    world.clock.set("2031-05-05T10:00:00Z".parse().unwrap());
    assert_eq!(
        row.link_state(&world.app.access_window(), world.now()),
        LinkState::Cancelled
    );
    assert_eq!(world.app.interview_json(&row).verdict, "over");
}

#[tokio::test]
async fn incident_15_every_state_of_a_row_has_its_words() {
    let world = World::new().await;
    let id = world
        .schedule("Ada <ada@c.example>", "tomorrow 12:00")
        .await;
    let start: i64 = world.ask("SELECT starts_at FROM interview");
    let sql = world.sql();
    let states = State::ALL.map(|state| format!("'{}'", state.mark()));
    let mut seen = BTreeSet::new();
    for status in Status::ALL {
        for starts in [
            format!("starts_at = {start}, ends_at = {start} + 1"),
            "starts_at = NULL, ends_at = NULL".to_owned(),
        ] {
            for address in ["'ada@c.example'", "NULL"] {
                for key in [
                    "session_key = NULL",
                    "session_revoked = 0, session_key = (SELECT key FROM session)",
                    "session_revoked = 1",
                ] {
                    for mail in states.iter().map(String::as_str).chain(["NULL"]) {
                        sql.execute_batch(&format!(
                            "UPDATE interview SET status = '{}', {starts}, candidate_email = {address}, address = {address}, {key},
                                 mail_state = {mail}, mail_since = 1",
                            status.name()
                        ))
                        .unwrap();
                        let row = world.row(id).await;
                        let json = world.app.interview_json(&row);
                        assert!(!json.verdict_reason.is_empty());
                        seen.insert(world.says(id).await);
                    }
                }
            }
        }
    }
    assert!(seen.len() >= 13 && !seen.contains(""), "{seen:?}");
}

#[tokio::test]
async fn incident_27_a_mail_that_failed_is_counted_where_everybody_looks() {
    let world = World::new().await;
    world
        .schedule("Ada <ada@c.example>", "tomorrow 12:00")
        .await;
    world
        .schedule("Bob <bob@c.example>", "tomorrow 12:00")
        .await;
    world
        .post
        .answers([crate::support::Answer::Never, crate::support::Answer::Lost]);
    world.deliver().await;
    let counts = world.app.counts(&Filter::default()).await.unwrap();
    assert_eq!(
        (counts.ahead, counts.blocked, counts.in_doubt, counts.ready),
        (2, 1, 1, 0)
    );
    assert_eq!(
        found(&world.app, "verdict:blocked").await[0]
            .interview
            .candidate_name,
        "Ada"
    );
}
