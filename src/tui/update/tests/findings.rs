//! Keys in the findings.

use crate::app::Action;
use crate::domain::filter::Filter;
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
            .starts_with("no plan mends this: greenroom outbox settle")
    );
}

#[test]
fn on_the_head_of_a_group_f_opens_the_plan_of_all_of_it() {
    let mut stage = open();
    stage.taken();
    stage.keys("k f");
    let effects = stage.taken();
    let all = Filter::parse("finding:missing-link -when:past").unwrap();
    assert!(
        effects.iter().any(|effect| matches!(
            effect,
            Effect::MakePlan { action: Action::Repair { send: true }, subject: Subject::Matching(filter), .. }
                if *filter == all
        )),
        "{effects:?}"
    );
    assert!(effects.iter().all(|effect| !effect.mails_or_changes()));
}

#[test]
fn up_and_down_go_over_heads_and_stop_at_both_ends() {
    let mut stage = open();
    let mut go = |keys: &str| {
        stage.keys(keys);
        stage.answer_pane();
        let view = stage.model.findings_mut().unwrap();
        (view.on_head, view.index, view.code)
    };
    let (_, _, first) = go("k");
    assert_eq!(go("k"), (true, 0, first), "nothing is above the first head");
    let count = rows().len();
    let mut seen = vec![first];
    for _ in 0..20 * count {
        let (on_head, _, code) = go("j");
        if seen.last() != Some(&code) {
            assert!(on_head, "a group is entered by its head");
            seen.push(code);
        }
    }
    assert_eq!(seen.len(), stage.model.findings_mut().unwrap().groups.len());
    let last = stage.model.findings_mut().unwrap();
    assert!(!last.on_head && last.index + 1 == last.found.len());
}

#[test]
fn f_does_not_send_what_would_end_like_the_last() {
    use crate::domain::base_url::BaseUrl;
    use crate::domain::delivery::State;
    use crate::tui::testing::{mailed, row};

    let stored = mailed(row(1, "Ada", "2031-03-04T15:00:00Z"), State::Stored);
    let mut stage = Stage::showing(vec![stored], 120, 30);
    stage.model.setting.mail_stays_here = true;
    stage.answer_pane();
    stage.keys("A");
    stage.answer_pane();
    stage.taken();
    stage.keys("f");
    assert!(stage.taken().is_empty());
    assert!(
        stage.screen().contains("set up a mail server first"),
        "{}",
        stage.screen()
    );
    stage.model.setting.mail_stays_here = false;
    stage.keys("f");
    assert!(
        stage
            .taken()
            .iter()
            .any(|effect| matches!(effect, Effect::MakePlan { .. }))
    );

    let mut local = mailed(row(1, "Ada", "2031-03-04T15:00:00Z"), State::Accepted);
    if let Some(told) = &mut local.facts.told {
        told.link_is_local = true;
    }
    let mut stage = Stage::showing(vec![local], 120, 30);
    stage.model.setting.base = BaseUrl::parse("http://127.0.0.1:8000").unwrap();
    stage.answer_pane();
    stage.keys("A");
    stage.answer_pane();
    stage.taken();
    stage.keys("f");
    assert!(stage.taken().is_empty());
    assert!(
        stage.screen().contains("set links.base_url first"),
        "{}",
        stage.screen()
    );
}

#[test]
fn the_help_opens_at_the_keys_of_what_is_on_the_screen() {
    let mut stage = open();
    stage.keys("?");
    let screen = stage.screen();
    let heading = screen.lines().position(|line| line.trim() == "Findings");
    let mend = screen
        .lines()
        .position(|line| line.contains("mend it, or all"));
    assert!(heading < mend && heading.is_some(), "{screen}");
    stage.keys("Esc");
    assert!(
        stage.model.findings_mut().is_some(),
        "and leaves it as it was"
    );
    stage.keys("Esc ?");
    assert!(stage.screen().lines().any(|line| line.trim() == "List"));
}
