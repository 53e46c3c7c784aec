//! Two Greenrooms on one database.

use std::time::Duration;

use greenroom::app::MailWish;
use greenroom::store::{OpenOptions, Store, StoreError};

use super::ADA;
use super::sudden_ends::assert_whole;
use crate::support::world::request;
use crate::support::{World, draft};

#[tokio::test]
async fn a_change_by_one_greenroom_is_seen_by_the_other() {
    let here = World::new().await;
    let there = here.another("").await;
    let mut changes = there.app.changes();
    changes.mark_unchanged();
    let ada = here.schedule(ADA, "tomorrow 15:00").await;
    tokio::time::timeout(Duration::from_secs(1), changes.changed())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        there.row(ada).await.interview.candidate_name,
        "Ada Lovelace"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_interviews_of_two_greenrooms_interleave() {
    let here = World::new().await;
    let there = here.another("").await;
    let mut tasks = Vec::new();
    for number in 0..1000 {
        let app = if number % 2 == 0 {
            &here.app
        } else {
            &there.app
        }
        .clone();
        let candidate = format!("C{number} <c{number}@c.example>");
        tasks.push(tokio::spawn(async move {
            app.schedule(request(draft(&candidate, "tomorrow 15:00"), MailWish::Now))
                .await
        }));
    }
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_whole(&here.sql(), 1000);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_in_vain_is_told_what_is_being_written_and_can_read_meanwhile() {
    let here = World::new().await;
    let hasty = OpenOptions {
        patience: Duration::from_millis(50),
        ..OpenOptions::default()
    };
    let there = Store::open(&here.data(), hasty).unwrap();
    let (begun, begins) = tokio::sync::oneshot::channel();
    let (end, ends) = std::sync::mpsc::channel::<()>();
    let store = here.store.clone();
    let long = tokio::spawn(async move {
        let what = "an import of 1000000 interviews".to_owned();
        let work = store.write_long(what, move |write| {
            write.set_setting("long", "done")?;
            begun.send(()).unwrap();
            ends.recv().unwrap();
            Ok::<_, StoreError>(())
        });
        work.await
    });
    begins.await.unwrap();
    let write = async || {
        there
            .write(|write| write.set_setting("short", "done"))
            .await
    };
    assert_eq!(
        write().await.unwrap_err().to_string(),
        "another Greenroom process is writing: an import of 1000000 interviews; nothing was changed. \
         Try again when it is done"
    );
    let all = greenroom::domain::filter::Filter::parse("all").unwrap();
    assert_eq!(here.app.count(&all).await.unwrap(), 0, "reading goes on");
    let seen = there.read(|read| read.setting("long")).await;
    assert_eq!(seen, Ok(None), "and sees nothing of it");
    end.send(()).unwrap();
    long.await.unwrap().unwrap();
    write().await.unwrap();
    assert!(!here.data().join("writing").exists());
}
