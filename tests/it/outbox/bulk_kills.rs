//! `greenroom resend`, killed at any moment and begun again with the same plan: one batch, one mail for each interview in
//! it, and totals that agree with what arrived.

use std::process::Stdio;
use std::time::Duration;

use greenroom::app::{MailWish, Settlement};
use greenroom::domain::delivery::State;

use super::kills::{Draws, Sink, number};
use crate::support::program::{Greenroom, Ran};
use crate::support::world::NOW;
use crate::support::{World, draft};

struct Bulk {
    greenroom: Greenroom,
    sink: Sink,
    plan: String,
    mails: usize,
}

impl Bulk {
    async fn with(mails: usize) -> Self {
        let sink = Sink::start().await;
        let greenroom = Greenroom::new()
            .with_smtp(sink.port())
            .with("GREENROOM_NOW", NOW)
            .with(
                "GREENROOM_LINKS__BASE_URL",
                "https://interviews.acme.example",
            );
        let world = World::at(greenroom.home(), 1).await;
        for number in 0..mails {
            let candidate = format!("C{number} <c{number}@c.example>");
            world
                .try_schedule(draft(&candidate, "tomorrow 15:00"), MailWish::No)
                .await
                .unwrap();
        }
        let plan = greenroom.home().join("plan.json");
        let plan = plan.to_str().unwrap().to_owned();
        greenroom
            .run(&["resend", "all", "--save-plan", &plan])
            .ended(0);
        Self {
            greenroom,
            sink,
            plan,
            mails,
        }
    }

    fn begin(&self) -> std::process::Child {
        let arguments = ["resend", "--plan", &self.plan, "--yes", "--json"];
        let mut command = self.greenroom.command(&arguments);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    fn sql<T: rusqlite::types::FromSql>(&self, sql: &str) -> T {
        let file = self.greenroom.home().join("data/greenroom.db");
        let database = rusqlite::Connection::open(file).unwrap();
        database.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// All of the batch, or nothing of it; and its totals are those of the outbox.
    fn check(&self) {
        let batches: usize = self.sql("SELECT count(*) FROM batch");
        let mails: usize = self.sql("SELECT count(*) FROM delivery");
        assert!(batches <= 1);
        assert_eq!(mails, batches * self.mails, "half a batch");
        if batches == 0 {
            return;
        }
        let shown = self.greenroom.run(&["batch", "--json"]).ended(0).one();
        let count = |name: &str| usize::try_from(shown[name].as_u64().unwrap()).unwrap();
        let parts = [
            "left",
            "accepted",
            "stored",
            "failed",
            "unknown",
            "withdrawn",
        ];
        assert_eq!(
            parts.map(count).iter().sum::<usize>(),
            self.mails,
            "{shown}"
        );
        assert_eq!(count("planned"), self.mails);
        assert!(count("accepted") <= self.sink.count(), "{shown}");
    }

    /// Says of everything of unknown outcome that it is to be sent again; how many that were.
    async fn send_unknown_again(&self) -> usize {
        let world = World::at(self.greenroom.home(), 2).await;
        let mails = world.app.on_its_way(10_000).await.unwrap();
        let unknown = mails.iter().filter(|mail| mail.state == State::Unknown);
        let mut count = 0;
        for mail in unknown {
            let again = world.app.settle_unknown(mail.id, Settlement::SendAgain);
            again.await.unwrap();
            count += 1;
        }
        count
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_throughout_a_bulk_resend_its_batch_is_one_and_its_totals_are_right() {
    let kills = number("GREENROOM_KILLS", 8);
    let bulk = Bulk::with(number("GREENROOM_MAILS", 100)).await;
    let mut draws = Draws(7);
    let (mut killed, mut again) = (0, 0);
    while killed < kills {
        let until = bulk.sink.count() + usize::try_from(draws.below(9)).unwrap();
        // The first ones die while they plan and enqueue.
        let moment = if killed < 3 { 60_000 } else { 3_000 };
        let mut doomed = bulk.begin();
        if killed >= 3 {
            while bulk.sink.count() < until && doomed.try_wait().unwrap().is_none() {
                std::thread::sleep(Duration::from_micros(200));
            }
        }
        std::thread::sleep(Duration::from_micros(draws.below(moment)));
        let ended = doomed.try_wait().unwrap().is_some();
        doomed.kill().unwrap();
        doomed.wait().unwrap();
        bulk.check();
        again += bulk.send_unknown_again().await;
        if ended {
            break;
        }
        killed += 1;
    }
    loop {
        let ended = bulk.begin().wait_with_output().unwrap();
        assert!(ended.status.code().is_some());
        bulk.greenroom.run(&["deliver"]);
        bulk.check();
        let more = bulk.send_unknown_again().await;
        again += more;
        if more == 0 {
            break;
        }
    }
    assert!(killed > 0, "nothing was killed");
    let shown = bulk.greenroom.run(&["batch", "--json"]).ended(0).one();
    assert_eq!(
        (&shown["accepted"], &shown["over"]),
        (&bulk.mails.into(), &true.into())
    );
    let arrived = bulk.sink.count();
    assert!(arrived >= bulk.mails && arrived <= bulk.mails + again);
    println!(
        "{} mails, {killed} kills: all accepted, {again} were of unknown outcome",
        bulk.mails
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn incident_23_two_processes_that_carry_out_one_plan_send_it_once() {
    let bulk = Bulk::with(30).await;
    let both = [bulk.begin(), bulk.begin()];
    for process in both {
        let ended = process.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{said}");
    }
    assert_eq!(bulk.sink.count(), 30);
    bulk.check();
    let Ran { err, .. } = bulk
        .greenroom
        .run(&["resend", "--plan", &bulk.plan, "--yes"])
        .ended(0);
    assert!(err.contains("carried out before, as batch 1"), "{err}");
    assert_eq!(bulk.sink.count(), 30);
}
