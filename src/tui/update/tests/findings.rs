//! Keys in the findings.

use crate::app::Action;
use crate::domain::finding::Code;
use crate::tui::message::Effect;
use crate::tui::model::plan::Subject;
use crate::tui::testing::{Stage, id, rows};

fn open() -> Stage {
    let mut stage = Stage::showing(rows(), 120, 30);
    stage.answer_pane();
    stage.keys("A");
    stage.answer_pane();
    stage
}

fn code(stage: &mut Stage) -> Option<Code> {
    stage.model.findings_mut().unwrap().code
}

#[test]
fn the_most_urgent_group_is_open_and_tab_goes_round() {
    let mut stage = open();
    let first = code(&mut stage);
    assert!(first.is_some());
    let groups = stage.model.findings_mut().unwrap().groups.len();
    for _ in 0..groups {
        stage.keys("Tab");
        stage.answer_pane();
    }
    assert_eq!(code(&mut stage), first);
    stage.keys("Shift-Tab");
    stage.answer_pane();
    assert_ne!(code(&mut stage), first);
}

#[test]
fn f_opens_the_plan_that_mends_the_finding_and_carries_nothing_out() {
    let mut stage = open();
    stage.taken();
    let selected = stage
        .model
        .findings_mut()
        .unwrap()
        .selected()
        .unwrap()
        .clone();
    assert_eq!(selected.finding.code, Code::MissingLink);
    stage.keys("f");
    let effects = stage.taken();
    assert!(effects.iter().all(|effect| !effect.mails_or_changes()));
    assert!(
        effects.iter().any(|effect| matches!(
            effect,
            Effect::MakePlan { action: Action::Repair { send: true }, subject: Subject::These(ids), .. }
                if *ids == [selected.row.id()]
        )),
        "{effects:?}"
    );
}

#[test]
fn enter_shows_the_evidence_and_enter_again_goes_to_the_interview() {
    let mut stage = open();
    stage.keys("Enter");
    assert!(
        stage.screen().contains("what is true"),
        "{}",
        stage.screen()
    );
    stage.keys("Enter");
    assert!(stage.model.modals.is_empty());
    assert_eq!(stage.model.list.cursor, Some(id(1)));
}

#[test]
fn what_no_plan_mends_names_the_key_that_does() {
    let mut stage = open();
    while code(&mut stage) != Some(Code::Unknown) {
        stage.keys("Tab");
        stage.answer_pane();
    }
    stage.taken();
    stage.keys("f");
    assert!(stage.taken().is_empty());
    assert!(
        stage
            .model
            .message
            .as_ref()
            .unwrap()
            .text
            .starts_with("no plan mends this; B does")
    );
}
