//! Nothing is carried out that was not seen.

use rstest::rstest;

use super::the_plan;
use crate::app::Plan;
use crate::tui::message::{Effect, Event};
use crate::tui::model::Modal;
use crate::tui::model::plan::{MadePlan, NotCarriedOut};
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
    // A second `y` that was on its way is no answer to it, however few it concerns.
    stage.tell(Event::PlanDrawn);
    stage.keys("y");
    assert!(stage.taken().is_empty());
    assert!(
        stage.screen().contains("type 1 first, then y"),
        "{}",
        stage.screen()
    );
    stage.keys("1 y");
    assert!(matches!(stage.taken().pop(), Some(Effect::CarryOut { .. })));
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
    assert!(
        stage
            .screen()
            .contains("that can't be chosen: outcome unknown: settle it first")
    );
    stage.keys("j Space");
    let Some(Effect::MakePlan { chosen, .. }) = stage.taken().pop() else {
        panic!("no plan was asked for")
    };
    assert_eq!(chosen.into_iter().collect::<Vec<_>>(), [id(4)]);
    stage.keys("y");
    assert!(stage.taken().is_empty(), "the new plan has not been seen");
}

#[test]
fn a_chooses_all_who_were_mailed_a_moment_ago_but_nobody_whom_a_new_link_throws_out() {
    for (key, offered) in [("R", true), ("N", false)] {
        let mut stage = Stage::new(120, 30);
        stage.taken();
        stage.keys(key);
        let Some(Effect::MakePlan { request, .. }) = stage.taken().pop() else {
            panic!()
        };
        stage.tell(Event::PlanMade(request, Ok(marked_plan().into())));
        stage.tell(Event::PlanDrawn);
        stage.keys("a");
        match stage.taken().pop() {
            Some(Effect::MakePlan { chosen, .. }) if offered => {
                assert_eq!(chosen.into_iter().collect::<Vec<_>>(), [id(4)]);
            }
            None if !offered => assert!(stage.screen().contains("is chosen one by one")),
            other => panic!("{key}: {other:?}"),
        }
    }
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

#[test]
fn a_number_that_was_asked_for_stays_asked_for_however_few_are_left() {
    let mut stage = Stage::new(80, 24);
    stage.taken();
    stage.keys("R");
    the_plan(&mut stage, 22);
    stage.tell(Event::PlanDrawn);
    stage.keys("2 1 y");
    let Some(Effect::CarryOut { request, .. }) = stage.taken().pop() else {
        panic!()
    };
    let refused = NotCarriedOut {
        why: "1 interview changed".to_owned(),
        changed: vec![id(21)],
    };
    stage.tell(Event::PlanCarriedOut(request, Err(refused)));
    stage.keys("2");
    the_plan(&mut stage, 21);
    stage.tell(Event::PlanDrawn);
    stage.keys("1 y");
    assert!(stage.taken().is_empty(), "21 was not typed for this plan");
    let screen = stage.screen();
    assert!(screen.contains("Type 20, then y: 1"), "{screen}");
    assert!(screen.contains("type 20 first, then y"), "{screen}");
    stage.keys("Backspace 2 0 y");
    assert!(matches!(&stage.taken()[..], [Effect::CarryOut { plan, .. }] if plan.acts() == 20));
}

/// What stands on a screen as one text, without the ends of its lines.
fn running(screen: &str) -> String {
    screen.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[rstest]
#[case(80, 24)]
#[case(120, 30)]
#[case(200, 50)]
fn all_that_is_said_of_the_row_under_the_cursor_can_be_read(
    #[case] width: u16,
    #[case] height: u16,
) {
    let mut stage = Stage::new(width, height);
    stage.taken();
    stage.keys("R");
    let Some(Effect::MakePlan { request, .. }) = stage.taken().pop() else {
        panic!("no plan was asked for")
    };
    let mut plan = serde_json::to_value(marked_plan()).unwrap();
    let address = format!(
        "{}@{}.example",
        "a".repeat(60),
        "long-".repeat(8) + "domain"
    );
    let row = plan["rows"][1].as_object_mut().unwrap();
    row.insert(
        "candidate".into(),
        "Augusta Ada King Countess of Lovelace".into(),
    );
    row.insert("address".into(), address.clone().into());
    row.insert("chosen".into(), true.into());
    let made = MadePlan {
        hidden: 2,
        ..serde_json::from_value::<Plan>(plan).unwrap().into()
    };
    stage.tell(Event::PlanMade(request, Ok(made)));
    stage.tell(Event::PlanDrawn);
    let Some(Modal::Plan(view)) = stage.model.modals.last_mut() else {
        panic!("there is no plan")
    };
    view.changed = vec![id(2)];
    stage.keys("j");
    let screen = running(&stage.screen());
    for words in [
        "Augusta Ada King Countess of Lovelace",
        "changed just now · not on your screen · they hold the old time · they hold Tue 4 Mar 2031 10:00 GMT, \
         c1@mail.example · chosen by you · link 9689ddff… stays",
    ] {
        assert!(screen.contains(words), "{words}\n{}", stage.screen());
    }
    // What has no space in it is broken where the line ends.
    let whole = stage.screen().split_whitespace().collect::<String>();
    assert!(whole.contains(&address), "{}", stage.screen());
    stage.keys("j j");
    let screen = running(&stage.screen());
    assert!(
        screen.contains("mailed 4 min ago · Space acts on them anyway · link 9689ddff… stays"),
        "{}",
        stage.screen()
    );
}

#[test]
fn why_many_are_left_alone_is_counted() {
    let mut stage = Stage::new(80, 24);
    stage.taken();
    stage.keys("R");
    let Some(Effect::MakePlan { request, .. }) = stage.taken().pop() else {
        panic!("no plan was asked for")
    };
    let mut plan = serde_json::to_value(plan(30)).unwrap();
    let whys = [
        ("over", 12),
        ("already waiting: it was put off (next try 09:31)", 4),
        ("already waiting: it is in the outbox", 5),
        ("no address", 2),
        ("cancelled", 1),
    ];
    let whys = whys.into_iter().flat_map(|(why, count)| vec![why; count]);
    for (row, why) in plan["rows"].as_array_mut().unwrap().iter_mut().zip(whys) {
        row["step"] = "skip".into();
        row["why"] = why.into();
    }
    let plan: Plan = serde_json::from_value(plan).unwrap();
    stage.tell(Event::PlanMade(request, Ok(plan.into())));
    stage.tell(Event::PlanDrawn);
    let screen = stage.screen();
    assert!(screen.contains("5 send · 25 skip"), "{screen}");
    assert!(
        screen.contains("skip: 12 over, 10 already waiting, 2 no address, 1 for other reasons"),
        "{screen}"
    );
}
