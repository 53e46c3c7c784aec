//! What the status line says of mail on its way, and taking it back.

use rstest::rstest;

use super::{cursor, saved, status};
use crate::app::TakenBack;
use crate::domain::delivery::State;
use crate::tui::keymap::Layer;
use crate::tui::message::{Effect, Event, Moment};
use crate::tui::testing::{NOW, Stage, at, delivery, id, row};

fn tick(stage: &mut Stage, time: &str) {
    stage.tell(Event::Ticked(Moment {
        now: at(NOW),
        running: at(time),
    }));
}

#[rstest]
#[case(80, "Ada Lovelace <c30@mail.example>   u take back")]
#[case(60, "Ada Lovelace <c30…   u take back")]
fn the_key_that_takes_mail_back_never_gives_way(#[case] width: u16, #[case] end: &str) {
    let mut stage = Stage::new(width, 24);
    stage.model.setting.mail_stays_here = true;
    saved(&mut stage);
    let status = status(&stage);
    assert!(
        status.starts_with("saved; held 10 s: mail to Ada"),
        "{status}"
    );
    assert!(status.contains(end), "{status}");
}

#[test]
fn held_mail_counts_down_and_names_whom() {
    let mut stage = Stage::new(120, 30);
    saved(&mut stage);
    assert_eq!(cursor(&stage), "Ada Lovelace");
    assert!(status(&stage).starts_with(
        "saved; mail to Ada Lovelace <c30@mail.example> leaves in 10 s   u take back"
    ));
    stage.model.changed = false;
    tick(&mut stage, "2031-03-04T09:12:02Z");
    assert!(stage.model.changed);
    assert!(status(&stage).contains("leaves in 8 s"));
    stage.taken();
    tick(&mut stage, "2031-03-04T09:12:10Z");
    assert!(
        matches!(&stage.taken()[..], [Effect::ReadDelivery { .. }]),
        "when it leaves, it is looked at"
    );
    let ada = row(30, "Ada Lovelace", "2031-03-05T15:00:00Z");
    let accepted = delivery(&ada, State::Accepted);
    stage.tell(Event::DeliveryRead(accepted.id, Some(Box::new(accepted))));
    assert!(
        status(&stage).starts_with("✓ the mail server accepted the mail to Ada Lovelace"),
        "{}",
        status(&stage)
    );
}

#[test]
fn incident_19_mail_on_this_machine_is_never_called_sent() {
    let mut stage = Stage::new(120, 30);
    saved(&mut stage);
    let ada = row(30, "Ada Lovelace", "2031-03-05T15:00:00Z");
    let stored = delivery(&ada, State::Stored);
    stage.tell(Event::DeliveryRead(stored.id, Some(Box::new(stored))));
    assert!(
        status(&stage).starts_with("▲ stored on this machine: mail to Ada Lovelace"),
        "{}",
        status(&stage)
    );
}

#[test]
fn taking_back_opens_the_same_interview_with_a_new_key() {
    let mut stage = Stage::new(120, 30);
    saved(&mut stage);
    stage.taken();
    stage.keys("u");
    let Some(Effect::TakeBack { delivery }) = stage.taken().pop() else {
        panic!()
    };
    let ada = row(30, "Ada Lovelace", "2031-03-05T15:00:00Z");
    stage.tell(Event::TookBack(
        delivery,
        Ok(TakenBack::Withdrawn(Box::new(ada))),
    ));
    assert_eq!(stage.model.layer(), Layer::Form);
    stage.keys("~Byron");
    stage.taken();
    stage.keys("Ctrl-s");
    let effects = stage.taken();
    let [
        Effect::Revise {
            id: revised,
            schedule,
            ..
        },
    ] = &effects[..]
    else {
        panic!("{effects:?}")
    };
    assert_eq!(*revised, id(30));
    assert_eq!(schedule.draft.candidate, "Ada Lovelace Byron");
    assert_eq!(schedule.idempotency_key.as_deref(), Some("seed-2"));
}

#[rstest]
#[case("k", 0)]
#[case("x", 1)]
#[case("y", 0)]
fn leaving_the_form_of_mail_taken_back_asks_what_becomes_of_the_interview(
    #[case] key: &str,
    #[case] removals: usize,
) {
    let mut stage = Stage::new(120, 30);
    saved(&mut stage);
    stage.keys("u");
    let Some(Effect::TakeBack { delivery }) = stage.taken().pop() else {
        panic!()
    };
    let ada = row(30, "Ada Lovelace", "2031-03-05T15:00:00Z");
    stage.tell(Event::TookBack(
        delivery,
        Ok(TakenBack::Withdrawn(Box::new(ada))),
    ));
    stage.taken();
    stage.keys("Esc").keys(key);
    let removed = stage
        .taken()
        .iter()
        .filter(|effect| matches!(effect, Effect::Remove { id: gone } if *gone == id(30)))
        .count();
    assert_eq!(removed, removals);
    assert_eq!(
        stage.model.layer(),
        if key == "y" {
            Layer::TakenBackQuestion
        } else {
            Layer::List
        }
    );
}

#[test]
fn too_late_says_when_it_left() {
    let mut stage = Stage::new(120, 30);
    saved(&mut stage);
    let ada = row(30, "Ada Lovelace", "2031-03-05T15:00:00Z");
    tick(&mut stage, "2031-03-04T09:12:22Z");
    let late = TakenBack::TooLate {
        state: State::Accepted,
        since: at("2031-03-04T09:12:10Z"),
    };
    stage.tell(Event::TookBack(
        delivery(&ada, State::Accepted).id,
        Ok(late),
    ));
    assert!(
        status(&stage).contains("too late: left 12 s ago"),
        "{}",
        status(&stage)
    );
}
