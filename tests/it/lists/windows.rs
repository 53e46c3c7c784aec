//! Windows against a full sort.

use std::collections::BTreeSet;

use greenroom::app::{From, Row};
use greenroom::domain::filter::Filter;
use greenroom::domain::ids::InterviewId;
use greenroom::store::Horizon;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::found;
use super::sample::{fill, sample, template};
use crate::support::World;

/// The order of the list, said in code: ahead by start, then without a time, then the past backwards.
fn in_order(rows: &[Row], world: &World) -> Vec<InterviewId> {
    let (now, window) = (world.now(), world.app.access_window());
    let mut sorted: Vec<_> = rows
        .iter()
        .map(|row| {
            let id = row.id();
            match row.interview.starts_at {
                None => ((1, 0), id, false),
                Some(start) if window.has_closed(&row.interview, now) => {
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
