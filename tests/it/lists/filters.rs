//! Every filter against the code that it stands for.

use std::collections::BTreeSet;

use greenroom::app::Row;
use greenroom::domain::delivery::State;
use greenroom::domain::door::Door;
use greenroom::domain::filter::Filter;
use greenroom::domain::finding::{Code, Nearness, Severity, audit};
use greenroom::domain::interview::Status;
use greenroom::domain::session::LinkState;
use greenroom::domain::verdict::Standing;
use jiff::{Timestamp, ToSpan as _};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::sample::{berlin, fill, sample, template};
use super::{found, ids};
use crate::support::World;

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
    for code in Code::ALL {
        let is = move |row: &Row| {
            let findings = audit(&row.interview, &row.facts, &window, now);
            let mut open = findings.iter().filter(|finding| !finding.acknowledged);
            open.any(|finding| finding.code == code)
        };
        all.push((format!("finding:{}", code.name()), Box::new(is)));
    }
    for status in Status::ALL {
        all.push((
            format!("status:{}", status.name()),
            Box::new(move |row| row.interview.status == status),
        ));
    }
    all.push((
        "joined:yes".to_owned(),
        Box::new(|row| row.interview.joined_at.is_some()),
    ));
    all.push((
        "joined:no".to_owned(),
        Box::new(|row| row.interview.joined_at.is_none()),
    ));
    all.push((
        "joined:waiting".to_owned(),
        Box::new(move |row| row.door(&window, now) == Door::Waiting),
    ));
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
        let closes = window.of(&row.interview).map(|(_, closes)| closes);
        closes.map(|closes| now >= closes)
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
                audits_as_the_code_says(&world, &everything).await?;
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

/// Groups and pages of an audit against the code, with and without the past, whole and above a severity.
async fn audits_as_the_code_says(world: &World, everything: &[Row]) -> Result<(), TestCaseError> {
    let (now, window) = (world.now(), world.app.access_window());
    for (least, past) in [("0", true), ("high", false)] {
        let least = Severity::parse(least).unwrap();
        let mut expected = Vec::new();
        for row in everything {
            let over = Nearness::of(&row.interview, &window, now) == Nearness::Over;
            let findings = audit(&row.interview, &row.facts, &window, now);
            let open = findings.into_iter().filter(|finding| {
                !finding.acknowledged && finding.severity >= least && (past || !over)
            });
            expected.extend(open.map(|finding| (row.id(), finding.code)));
        }
        let audit = world.app.audit(&Filter::parse("all").unwrap(), least, past);
        let groups = world.app.audit_groups(&audit).await.unwrap();
        for code in Code::ALL {
            let counted = groups.iter().find(|group| group.code == code);
            let there = expected.iter().filter(|(_, other)| *other == code).count();
            prop_assert_eq!(
                counted.map_or(0, |group| group.count),
                there as u64,
                "{:?}",
                code
            );
        }
        let (mut found, mut from) = (Vec::new(), None);
        loop {
            let page = world.app.audit_page(&audit, None, from, 23).await.unwrap();
            found.extend(page.found);
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        prop_assert!(found.is_sorted_by_key(|found| std::cmp::Reverse(found.finding.severity)));
        if let (Some(first), Some(group)) = (found.first(), groups.first()) {
            prop_assert_eq!(first.finding.severity, group.severity);
        }
        let found: Vec<_> = found
            .iter()
            .map(|found| (found.row.id(), found.finding.code))
            .collect();
        let distinct: BTreeSet<_> = found.iter().copied().collect();
        prop_assert_eq!(distinct.len(), found.len(), "none comes twice");
        prop_assert_eq!(distinct, expected.into_iter().collect());
    }
    Ok(())
}
