use std::sync::Arc;

use crate::app::{App, FixedClock, SystemChance, Wiring};
use crate::config::{Config, Environment, Options};
use crate::domain::filter::Filter;
use crate::render::templates::Templates;
use crate::store::Store;

pub(in crate::app) async fn demo(rows: u64) -> App {
    let directory = std::path::PathBuf::from("/nonexistent");
    let options = Options {
        data_dir: Some(directory),
        ..Options::default()
    };
    let config = Config::load(&options, &Environment::default()).unwrap();
    let app = App::new(Wiring {
        store: Store::in_memory().unwrap(),
        config,
        templates: Templates::load(None).unwrap(),
        clock: Arc::new(FixedClock::at("2031-03-04T09:12:00Z".parse().unwrap())),
        chance: Arc::new(SystemChance),
    })
    .await
    .unwrap();
    app.fill_demo(rows, |_| {}).await.unwrap();
    app
}

#[tokio::test]
async fn the_week_has_ten_without_a_link_and_mail_of_every_fate() {
    let app = demo(40).await;
    let counts = app.counts(&Filter::default()).await.unwrap();
    assert_eq!((counts.everything, counts.no_link), (40, 10));
    for (filter, expected) in [
        ("mail:failed", 2),
        ("mail:deferred", 2),
        ("mail:unknown", 1),
        ("status:cancelled", 1),
        ("mail:stored", 1),
    ] {
        let found = app
            .counts(&Filter::parse(filter).unwrap())
            .await
            .unwrap()
            .matching;
        assert_eq!(found, expected, "{filter}");
    }
    assert_eq!(app.unsent().await.unwrap().count, 2, "the deferred ones");
    assert_eq!(
        app.store()
            .read(|read| Ok::<_, crate::app::AppError>(read.next_due()?))
            .await
            .unwrap(),
        None,
        "no sample is ever due"
    );
}

#[tokio::test]
async fn a_large_demonstration_can_be_searched() {
    let app = demo(3_000).await;
    let counts = app
        .counts(&Filter::parse("candidate2999@example.org").unwrap())
        .await
        .unwrap();
    assert_eq!((counts.everything, counts.matching), (3_000, 1));
}
