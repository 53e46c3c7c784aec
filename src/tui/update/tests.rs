//! Keys in, effects out.

mod batches;
mod change;
mod door;
mod findings;
mod form;
mod import;
mod list;
mod marks;
mod outbox;
mod outgoing;
mod palette;
mod plans;

use proptest::prelude::*;
use rstest::rstest;

use crate::app::{Scheduled, TakenBack, UnsentMail};
use crate::domain::delivery::State;
use crate::tui::key::Key;
use crate::tui::keymap::{BINDINGS, Layer};
use crate::tui::layout::said;
use crate::tui::message::{Effect, Event};
use crate::tui::model::Modal;
use crate::tui::testing::{
    Stage, at, batches, delivery, outbox as in_the_outbox, plan, row, without_link,
};

fn cursor(stage: &Stage) -> String {
    stage
        .model
        .selected()
        .unwrap()
        .interview
        .candidate_name
        .clone()
}

/// What is said below, put together where it takes several lines.
fn status(stage: &Stage) -> String {
    let screen = stage.screen();
    let lines: Vec<&str> = screen.lines().map(str::trim).collect();
    let said = said(&stage.model).len().max(1);
    lines[lines.len() - said..].join(" ")
}

const FILLED: &str = "n Ada~Lovelace Tab ada@c.example Tab Engineer Tab tomorrow~15:00";

fn saved(stage: &mut Stage) {
    stage.keys(FILLED);
    stage.taken();
    stage.keys("Ctrl-s");
    let Some(Effect::Schedule { request, .. }) = stage.taken().pop() else {
        panic!()
    };
    let ada = row(30, "Ada Lovelace", "2031-03-05T15:00:00Z");
    let mut mail = delivery(&ada, State::Held);
    mail.due = Some(at("2031-03-04T09:12:10Z"));
    let scheduled = Scheduled {
        row: ada,
        delivery: Some(mail),
        repeated: false,
        notices: Vec::new(),
    };
    stage.tell(Event::Saved(request, Ok(Box::new(scheduled))));
}

fn the_plan(stage: &mut Stage, count: usize) {
    let Some(Effect::MakePlan { request, .. }) = stage.taken().pop() else {
        panic!("no plan was asked for")
    };
    stage.tell(Event::PlanMade(request, Ok(plan(count).into())));
}

// ---- leaving ----

#[rstest]
#[case(0, true)]
#[case(3, false)]
fn quitting_asks_when_mail_would_stay_behind(#[case] count: u64, #[case] quits: bool) {
    let mut stage = Stage::new(120, 30);
    stage.taken();
    stage.keys("q");
    assert!(matches!(&stage.taken()[..], [Effect::CountUnsent]));
    stage.tell(Event::CountedUnsent(Ok(UnsentMail {
        count,
        held: 1,
        paused: 0,
        first_start: Some(at("2031-03-04T11:15:00Z")),
    })));
    assert_eq!(
        stage
            .taken()
            .iter()
            .any(|effect| matches!(effect, Effect::Quit)),
        quits
    );
    if !quits {
        assert!(
            stage
                .screen()
                .contains("3 mails have not left yet; the first interview starts 11:15. Quit?")
        );
        stage.keys("y");
        assert!(matches!(&stage.taken()[..], [Effect::Quit]));
    }
}

#[test]
fn a_database_that_can_only_be_read_changes_nothing_and_says_so() {
    let mut stage = Stage::new(120, 30);
    stage.model.setting.read_only = Some("written by a newer Greenroom".to_owned());
    stage.taken();
    stage.keys("n R F u");
    assert!(stage.taken().is_empty());
    assert!(stage.model.modals.is_empty());
    assert!(
        stage
            .screen()
            .contains("read only: written by a newer Greenroom")
    );
}

// ---- invariant 11 ----

fn every_key() -> Vec<Key> {
    let bound = BINDINGS
        .iter()
        .flat_map(|binding| binding.keys)
        .filter_map(|name| Key::named(name));
    let typed = (' '..='~').map(|character| Key::plain(crossterm::event::KeyCode::Char(character)));
    bound.chain(typed).collect()
}

fn in_layer(layer: Layer) -> Stage {
    let mut stage = Stage::new(120, 30);
    match layer {
        Layer::List => {}
        Layer::Pane => drop(stage.keys("Tab")),
        Layer::Find => drop(stage.keys("/")),
        Layer::Form => drop(stage.keys(FILLED)),
        Layer::Help => drop(stage.keys("?")),
        Layer::LeaveQuestion => drop(stage.keys(FILLED).keys("Esc")),
        Layer::QuitQuestion => stage.model.modals.push(Modal::Quit(UnsentMail {
            count: 1,
            held: 0,
            paused: 0,
            first_start: None,
        })),
        Layer::Plan | Layer::Mail => {
            stage.taken();
            stage.keys("R");
            the_plan(&mut stage, 1);
            stage.tell(Event::PlanDrawn);
            if layer == Layer::Mail {
                stage.keys("Enter");
            }
        }
        Layer::Findings | Layer::Evidence => {
            stage.keys("A");
            stage.answer_pane();
            if layer == Layer::Evidence {
                stage.keys("Enter");
            }
        }
        Layer::ImportFile => drop(stage.keys(": import Enter t.csv")),
        Layer::Import => {
            stage.importing("");
            stage.tell(Event::PlanDrawn);
        }
        Layer::Palette => drop(stage.keys(":")),
        Layer::Change => {
            stage.keys(": hour Enter");
            stage.tell(Event::PlanDrawn);
        }
        Layer::Batches => {
            stage.outbox.batches = batches();
            stage.keys("B Tab");
            stage.answer_pane();
        }
        Layer::Outbox | Layer::Steer | Layer::Settle => {
            stage.outbox = in_the_outbox();
            stage.keys("B");
            stage.answer_pane();
            stage.keys("j");
            match layer {
                Layer::Steer => drop(stage.keys("a")),
                Layer::Settle => drop(stage.keys("s she~phoned")),
                _ => {}
            }
            stage.tell(Event::PlanDrawn);
        }
        Layer::TakenBackQuestion => {
            saved(&mut stage);
            let ada = row(30, "Ada Lovelace", "2031-03-05T15:00:00Z");
            let mail = delivery(&ada, State::Held).id;
            stage.tell(Event::TookBack(
                mail,
                Ok(TakenBack::Withdrawn(Box::new(ada))),
            ));
            stage.keys("Esc");
        }
        Layer::Interview | Layer::Text | Layer::Everywhere => unreachable!("never on top"),
    }
    assert_eq!(stage.model.layer(), layer);
    stage.taken();
    stage
}

#[rstest]
#[case(Layer::List, &[])]
#[case(Layer::Pane, &[])]
#[case(Layer::Find, &[])]
#[case(Layer::Help, &[])]
#[case(Layer::Mail, &[])]
#[case(Layer::QuitQuestion, &[])]
#[case(Layer::LeaveQuestion, &[])]
#[case(Layer::Form, &["Ctrl-s"])]
#[case(Layer::Plan, &["y"])]
#[case(Layer::Palette, &[])]
#[case(Layer::Change, &["y"])]
#[case(Layer::ImportFile, &[])]
#[case(Layer::Import, &["y"])]
#[case(Layer::Outbox, &[])]
#[case(Layer::Batches, &[])]
#[case(Layer::Steer, &["y"])]
#[case(Layer::Settle, &["Enter"])]
#[case(Layer::TakenBackQuestion, &["x"])]
fn no_stray_key_mails_or_changes(#[case] layer: Layer, #[case] may: &[&str]) {
    let mut stage = in_layer(layer);
    for key in every_key() {
        let may = may.contains(&key.name().as_str());
        // In the line of a reason, what other keys erase would be missed.
        if may || layer == Layer::Settle || stage.model.layer() != layer {
            stage = in_layer(layer);
        }
        stage.press(key);
        let changes = stage.taken().iter().any(Effect::mails_or_changes);
        assert_eq!(changes, may, "{} in {layer:?}", key.name());
    }
}

proptest! {
    #[test]
    fn however_keys_follow_each_other_nothing_is_mailed_without_its_answer(picks in proptest::collection::vec(any::<prop::sample::Index>(), 0..60)) {
        let keys = every_key();
        let mut stage = Stage::new(120, 30);
        stage.outbox = in_the_outbox();
        for pick in picks {
            let key = pick.get(&keys);
            // The answer to plans and questions, the form's, the one about mail that was taken back, and a typed reason.
            let reason = stage.model.layer() == Layer::Settle && key.name() == "Enter";
            if !reason && !["y", "Ctrl-s", "x"].contains(&key.name().as_str()) {
                stage.press(*key);
                stage.answer_pane();
            }
        }
        prop_assert!(!stage.effects.iter().any(Effect::mails_or_changes));
    }
}

#[test]
fn an_interview_without_a_link_can_be_told_without_colour() {
    let stage = Stage::showing(
        vec![without_link(row(1, "Ada", "2031-03-04T09:37:00Z"))],
        80,
        24,
    );
    assert!(stage.screen().contains("! no link"));
}
