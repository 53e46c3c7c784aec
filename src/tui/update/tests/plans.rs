//! Nothing is carried out that was not seen.

use super::the_plan;
use crate::tui::message::{Effect, Event};
use crate::tui::model::plan::NotCarriedOut;
use crate::tui::testing::{Stage, id, marked_plan, plan};

#[test]
fn keys_typed_before_the_plan_was_seen_are_dropped() {
    let mut stage = Stage::new(120, 30);
    stage.taken();
    stage.keys("R y y");
    the_plan(&mut stage, 1);
    stage.keys("y Enter y");
    assert!(stage.taken().is_empty(), "it was made, but not seen");
    stage.tell(Event::PlanDrawn);
    stage.keys("y y");
    assert!(matches!(&stage.taken()[..], [Effect::CarryOut { .. }]));
}

#[test]
fn a_large_plan_wants_its_number_typed() {
    let mut stage = Stage::new(120, 30);
    stage.taken();
    stage.keys("R");
    the_plan(&mut stage, 35);
    stage.tell(Event::PlanDrawn);
    stage.keys("y");
    assert!(
        stage.screen().contains("type 34 first, then y"),
        "{}",
        stage.screen()
    );
    stage.keys("3 3 y");
    assert!(stage.taken().is_empty());
    stage.keys("Backspace 4 y");
    assert!(matches!(&stage.taken()[..], [Effect::CarryOut { .. }]));
}

#[test]
fn a_plan_that_was_overtaken_is_made_and_seen_again() {
    let mut stage = Stage::new(120, 30);
    stage.taken();
    stage.keys("R");
    the_plan(&mut stage, 1);
    stage.tell(Event::PlanDrawn);
    stage.keys("y");
    let Some(Effect::CarryOut { request, .. }) = stage.taken().pop() else {
        panic!()
    };
    stage.tell(Event::PlanCarriedOut(
        request,
        Err(NotCarriedOut {
            why: "an interview changed".to_owned(),
            changed: vec![id(1)],
        }),
    ));
    the_plan(&mut stage, 1);
    stage.keys("y");
    assert!(stage.taken().is_empty(), "the new plan has not been seen");
    assert!(stage.screen().contains("an interview changed"));
    assert!(stage.screen().contains("changed just now"));
}

#[test]
fn fixing_a_link_offers_to_invite_or_not() {
    let mut stage = Stage::new(120, 30);
    stage.taken();
    stage.keys("F");
    let first = stage.taken();
    assert!(matches!(
        &first[..],
        [Effect::MakePlan {
            action: crate::app::Action::Repair { send: true },
            ..
        }]
    ));
    let [Effect::MakePlan { request, .. }] = first[..] else {
        panic!()
    };
    stage.tell(Event::PlanMade(request, Ok(plan(1).into())));
    stage.tell(Event::PlanDrawn);
    stage.keys("Tab");
    assert!(matches!(
        &stage.taken()[..],
        [Effect::MakePlan {
            action: crate::app::Action::Repair { send: false },
            ..
        }]
    ));
    stage.keys("y");
    assert!(stage.taken().is_empty());
}

#[test]
fn only_who_was_mailed_a_moment_ago_can_be_chosen_and_then_the_number_is_typed_anew() {
    let mut stage = Stage::new(120, 30);
    stage.taken();
    stage.keys("R");
    let Some(Effect::MakePlan { request, .. }) = stage.taken().pop() else {
        panic!()
    };
    stage.tell(Event::PlanMade(request, Ok(marked_plan().into())));
    stage.tell(Event::PlanDrawn);
    stage.keys("j j Space");
    assert!(stage.taken().is_empty());
    assert!(stage.screen().contains("that can't be chosen here"));
    stage.keys("j Space");
    let Some(Effect::MakePlan { chosen, .. }) = stage.taken().pop() else {
        panic!("no plan was asked for")
    };
    assert_eq!(chosen.into_iter().collect::<Vec<_>>(), [id(4)]);
    stage.keys("y");
    assert!(stage.taken().is_empty(), "the new plan has not been seen");
}

#[test]
fn planning_anew_clears_the_number() {
    let mut stage = Stage::new(120, 30);
    stage.taken();
    stage.keys("R");
    the_plan(&mut stage, 35);
    stage.tell(Event::PlanDrawn);
    stage.keys("3 4 y");
    let Some(Effect::CarryOut { request, .. }) = stage.taken().pop() else {
        panic!()
    };
    let refused = NotCarriedOut {
        why: "an interview changed".to_owned(),
        changed: Vec::new(),
    };
    stage.tell(Event::PlanCarriedOut(request, Err(refused)));
    the_plan(&mut stage, 35);
    stage.tell(Event::PlanDrawn);
    stage.keys("y");
    assert!(stage.taken().is_empty());
    assert!(stage.screen().contains("type 34 first, then y"));
}

#[test]
fn a_plan_can_be_saved() {
    let mut stage = Stage::new(120, 30);
    stage.taken();
    stage.keys("R");
    the_plan(&mut stage, 3);
    stage.tell(Event::PlanDrawn);
    stage.keys("Ctrl-w");
    assert!(matches!(&stage.taken()[..], [Effect::SavePlan { plan }] if plan.rows.len() == 3));
}
