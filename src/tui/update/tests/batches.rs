//! Batches are followed, and steered only after an answer.

use rstest::rstest;

use super::the_plan;
use crate::app::{CarriedOut, SentBy, Steer};
use crate::domain::batch::Progress;
use crate::domain::ids::DeliveryId;
use crate::tui::message::{Effect, Event, Moment};
use crate::tui::model::plan::Subject;
use crate::tui::testing::{Stage, at, batches, outbox};

fn open() -> Stage {
    let mut stage = Stage::new(120, 30);
    stage.outbox.batches = batches();
    stage.keys("B Tab");
    stage.answer_pane();
    stage.taken();
    stage
}

#[rstest]
#[case::pause("p", 12, Steer::Pause)]
#[case::resume("j p", 11, Steer::Resume)]
#[case::stop("s", 12, Steer::Stop)]
fn a_batch_is_steered_after_an_answer(#[case] keys: &str, #[case] batch: i64, #[case] what: Steer) {
    let mut stage = open();
    stage.keys(keys).keys("y");
    assert!(stage.taken().is_empty(), "the question was not seen");
    stage.tell(Event::PlanDrawn);
    stage.keys("y");
    assert!(
        matches!(stage.taken()[..], [Effect::SteerBatch { number, steer }] if (number, steer) == (batch, what))
    );
}

#[test]
fn what_is_over_can_be_tried_again_by_a_plan_and_not_stopped() {
    let mut stage = open();
    stage.keys("j j s");
    assert!(stage.screen().contains("nothing of it waits any more"));
    stage.keys("r");
    assert!(
        matches!(&stage.taken()[..], [Effect::MakePlan { subject, .. }] if *subject == Subject::Retry(10))
    );
}

fn carried_out(stage: &mut Stage) {
    stage.keys("R");
    the_plan(stage, 5);
    stage.tell(Event::PlanDrawn);
    stage.keys("y");
    let Some(Effect::CarryOut { request, hold, .. }) = stage.taken().pop() else {
        panic!()
    };
    assert_eq!(hold, Some(std::time::Duration::from_secs(30)));
    let mail = |number| DeliveryId::new(uuid::Uuid::from_u128(number));
    let done = CarriedOut {
        batch: Some(12),
        deliveries: (0..4).map(mail).collect(),
        ..CarriedOut::default()
    };
    stage.outbox.batches = batches();
    stage.tell(Event::PlanCarriedOut(request, Ok(done)));
    stage.answer_pane();
}

#[test]
fn a_batch_of_this_run_is_followed_to_its_end_and_that_is_said() {
    let mut stage = Stage::new(120, 30);
    stage.taken();
    carried_out(&mut stage);
    assert!(
        stage.screen().contains(
            "batch 12: 15 of 34 sent, 17 waiting, 1 being sent, 1 failed, 5 a second, about 4 seconds left · B"
        ),
        "{}",
        stage.screen()
    );
    stage.outbox.batches[0].progress = Progress {
        accepted: 33,
        failed: 1,
        ..Progress::default()
    };
    (
        stage.outbox.batches[0].per_minute,
        stage.outbox.batches[0].time_left,
    ) = (None, None);
    stage.tell(Event::DataChanged);
    stage.answer_pane();
    assert!(
        stage
            .screen()
            .contains("batch 12: 33 of 34 sent, 1 failed · r in B tries again"),
        "{}",
        stage.screen()
    );
}

#[test]
fn u_stops_a_batch_that_has_not_left_after_an_answer() {
    let mut stage = Stage::new(120, 30);
    stage.taken();
    carried_out(&mut stage);
    stage.keys("u");
    stage.tell(Event::PlanDrawn);
    assert!(
        stage.screen().contains("Stop batch 12?"),
        "{}",
        stage.screen()
    );
    stage.keys("y");
    assert!(matches!(
        stage.taken()[..],
        [Effect::SteerBatch {
            number: 12,
            steer: Steer::Stop
        }]
    ));
}

#[test]
fn a_plan_that_was_carried_out_before_says_so() {
    let mut stage = Stage::new(120, 30);
    stage.taken();
    stage.keys("R");
    the_plan(&mut stage, 1);
    stage.tell(Event::PlanDrawn);
    stage.keys("y");
    let Some(Effect::CarryOut { request, .. }) = stage.taken().pop() else {
        panic!()
    };
    let done = CarriedOut {
        batch: Some(7),
        repeated: true,
        ..CarriedOut::default()
    };
    stage.tell(Event::PlanCarriedOut(request, Ok(done)));
    assert!(stage.screen().contains("done before, as batch 7"));
}

#[test]
fn the_end_of_a_batch_that_another_began_is_said_as_well() {
    let mut stage = Stage::new(160, 30);
    stage.outbox.batches = batches();
    stage.tell(Event::DataChanged);
    stage.answer_pane();
    assert_eq!(stage.model.followed, [12, 11]);
    let mut ended = batches();
    ended[0].progress = Progress {
        accepted: 33,
        failed: 1,
        ..Progress::default()
    };
    (ended[0].per_minute, ended[0].time_left) = (None, None);
    stage.outbox.batches = ended;
    stage.tell(Event::DataChanged);
    stage.answer_pane();
    let screen = stage.screen();
    assert!(
        screen.contains("batch 12: 33 of 34 sent, 1 failed · r in B"),
        "{screen}"
    );
    assert_eq!(stage.model.followed, [11]);
    // It is theirs to stop in B, not by u.
    stage.taken();
    stage.keys("u");
    assert!(!stage.screen().contains("Stop batch"));
}

#[test]
fn stopping_new_links_says_that_the_old_ones_have_ended() {
    let mut stage = open();
    stage.keys("j s");
    stage.tell(Event::PlanDrawn);
    let screen = stage.screen();
    assert!(screen.contains("links have ended all the same"), "{screen}");
}

fn second(stage: &mut Stage, number: i8) {
    let now = at(&format!("2031-03-04T09:12:{number:02}Z"));
    stage.model.changed = false;
    stage.tell(Event::Ticked(Moment { now, running: now }));
}

#[test]
fn what_is_held_of_a_batch_counts_down_by_itself() {
    let mut stage = Stage::new(80, 24);
    let mut held = batches();
    held.truncate(1);
    held[0].batch.held_until = Some(at("2031-03-04T09:12:30Z"));
    held[0].progress = Progress {
        waiting: 34,
        ..Progress::default()
    };
    stage.outbox.batches = held;
    stage.tell(Event::DataChanged);
    stage.answer_pane();
    for (number, words) in [(1, "34 mails leave in 29 s · B"), (2, "in 28 s · B")] {
        assert_eq!(stage.model.counting_down().count(), 1);
        second(&mut stage, number);
        assert!(stage.model.changed, "nothing would be drawn");
        assert!(stage.screen().contains(words), "{}", stage.screen());
    }
    // Whoever asked for it can take it back with u, and nobody else.
    stage.model.watched.push(12);
    stage.model.setting.mail_stays_here = true;
    let words = "34 mails are stored on this machine in 28 s · u stops it · B";
    assert!(stage.screen().contains(words), "{}", stage.screen());
    second(&mut stage, 30);
    assert!(stage.model.changed);
    assert_eq!(stage.model.counting_down().count(), 0);
    second(&mut stage, 31);
    assert!(!stage.model.changed, "nothing counts down any more");
}

#[test]
fn how_far_a_batch_is_stands_whole_on_a_narrow_screen() {
    let mut stage = Stage::new(80, 24);
    stage.outbox.batches = batches();
    let status = &mut stage.outbox.batches[0];
    status.progress = Progress {
        waiting: 3_000,
        sending: 4,
        accepted: 1_600,
        deferred: 20,
        failed: 12,
        unknown: 3,
        ..Progress::default()
    };
    status.batch.sends = status.progress.mails();
    stage.tell(Event::DataChanged);
    stage.answer_pane();
    let screen = stage.screen();
    let words = "batch 12: 1600 of 4639 sent, 12 failed, 3 unknown, 3024 left · B";
    assert!(screen.contains(words), "{screen}");
    stage.outbox.batches.remove(0);
    stage.tell(Event::DataChanged);
    stage.answer_pane();
    let words = "batch 11 paused: 8 of 60 sent, 52 left · p in B lets it go on";
    assert!(stage.screen().contains(words), "{}", stage.screen());
}

#[test]
fn a_batch_that_stands_still_says_why_and_what_to_do() {
    type Change = fn(&mut Stage);
    let said = |change: Change| {
        let mut stage = Stage::new(80, 24);
        stage.outbox.batches = batches();
        stage.outbox.batches[0].progress.sending = 0;
        change(&mut stage);
        stage.keys("B Tab");
        stage.answer_pane();
        stage.screen()
    };
    let goes = said(|_| {});
    assert!(!goes.contains("stands still"), "{goes}");
    let cases: [(Change, &str); 5] = [
        (
            |stage| drop(stage.outbox.batches.remove(0)),
            "It stands still, it is paused: p lets it go on",
        ),
        (
            |stage| stage.outbox.pause = outbox().pause,
            "It stands still, the outbox is paused (login refused (535)): Tab tells why",
        ),
        (
            |stage| stage.model.sending.by = SentBy::Nobody,
            "It stands still, nobody is sending: greenroom deliver sends it",
        ),
        (
            |stage| stage.outbox.batches[0].batch.held_until = Some(at("2031-03-04T09:12:25Z")),
            "It is held until 09:12: s takes it back",
        ),
        (
            |stage| {
                let progress = &mut stage.outbox.batches[0].progress;
                (progress.waiting, progress.deferred) = (0, 17);
            },
            "What is left was put off and is tried again: Tab tells when",
        ),
    ];
    for (change, words) in cases {
        let screen = said(change);
        assert!(screen.contains(words), "{words}:\n{screen}");
    }
}
