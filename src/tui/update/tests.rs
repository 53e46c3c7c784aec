//! Keys in, effects out.

mod outbox;

use proptest::prelude::*;
use rstest::rstest;

use crate::app::{From, MailWish, Scheduled, TakenBack, UnsentMail, Window};
use crate::domain::delivery::State;
use crate::domain::draft::{Field, Refusal};
use crate::domain::session::SessionCondition;
use crate::tui::key::Key;
use crate::tui::keymap::{BINDINGS, Layer};
use crate::tui::message::{Effect, Event, Intent, Moment, SaveError};
use crate::tui::model::Modal;
use crate::tui::model::list::{KEPT, PAGE};
use crate::tui::testing::{
    NOW, Stage, at, delivery, id, outbox as in_the_outbox, plan, row, rows, without_link,
};

fn names(stage: &Stage) -> Vec<String> {
    stage
        .model
        .list
        .rows
        .iter()
        .map(|row| row.interview.candidate_name.clone())
        .collect()
}

fn cursor(stage: &Stage) -> String {
    stage
        .model
        .selected()
        .unwrap()
        .interview
        .candidate_name
        .clone()
}

fn status(stage: &Stage) -> String {
    stage.screen().lines().last().unwrap().trim().to_owned()
}

const FILLED: &str = "n Ada~Lovelace Tab ada@c.example Tab Engineer Tab tomorrow~15:00";

fn the_plan(stage: &mut Stage, count: usize) {
    let Some(Effect::MakePlan { request, .. }) = stage.taken().pop() else {
        panic!("no plan was asked for")
    };
    stage.tell(Event::PlanMade(request, Ok(plan(count))));
}

fn many(range: std::ops::Range<u128>) -> Vec<crate::app::Row> {
    range
        .map(|number| {
            row(
                number,
                &format!("Candidate {number}"),
                "2031-03-05T09:00:00Z",
            )
        })
        .collect()
}

// ---- the list ----

#[test]
fn the_cursor_belongs_to_an_interview_and_stays_on_it_when_the_list_changes() {
    let mut stage = Stage::new(80, 24);
    stage.keys("j j");
    assert_eq!(cursor(&stage), "José Ñáñez");
    let mut changed = rows();
    changed.insert(0, row(20, "Newcomer", "2031-03-04T09:20:00Z"));
    stage.tell(Event::DataChanged);
    stage.answer_window(changed);
    assert_eq!(cursor(&stage), "José Ñáñez");
}

#[test]
fn a_row_that_no_longer_matches_stays_dimmed_in_its_place_until_the_cursor_leaves() {
    let mut stage = Stage::new(80, 24);
    stage.keys("j j");
    stage.tell(Event::DataChanged);
    stage.answer_window(rows().into_iter().filter(|row| row.id() != id(3)).collect());
    assert_eq!(stage.model.list.ghost, Some(id(3)));
    assert_eq!(
        names(&stage)[1..4],
        ["Grace Hopper", "José Ñáñez", "李小龍"]
    );
    stage.keys("j");
    assert_eq!(stage.model.list.ghost, None);
    assert_eq!(names(&stage)[1..3], ["Grace Hopper", "李小龍"]);
    assert_eq!(cursor(&stage), "李小龍");
}

#[test]
fn a_long_list_is_read_on_before_the_cursor_reaches_its_end_and_only_part_of_it_is_kept() {
    let mut stage = Stage::blank(80, 24);
    stage.answer_with(Window {
        rows: many(0..200),
        more_before: false,
        more_after: true,
    });
    let mut read = 200;
    while read < 1000 {
        stage.taken();
        while !stage
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::ReadWindow { .. }))
        {
            stage.keys("Ctrl-d");
        }
        let after = stage.effects.iter().any(|effect| {
            matches!(
                effect,
                Effect::ReadWindow {
                    from: From::After(_),
                    ..
                }
            )
        });
        assert!(after);
        stage.answer_with(Window {
            rows: many(read..read + 200),
            more_before: true,
            more_after: true,
        });
        read += 200;
        assert!(stage.model.list.rows.len() <= KEPT);
        assert!(stage.model.selected().is_some());
    }
    assert!(stage.model.list.more_before, "the beginning was forgotten");
    stage.taken();
    stage.keys("g");
    assert!(matches!(
        stage.effects.first(),
        Some(Effect::ReadWindow {
            from: From::Start,
            limit: PAGE,
            ..
        })
    ));
}

#[test]
fn an_answer_to_an_older_request_is_ignored() {
    let mut stage = Stage::new(80, 24);
    stage.tell(Event::DataChanged);
    let older = stage.taken();
    stage.tell(Event::DataChanged);
    let Some(Effect::ReadWindow { request, .. }) = older.into_iter().next() else {
        panic!()
    };
    stage.model.changed = false;
    stage.tell(Event::WindowRead(request, Ok(Window::default())));
    assert_eq!(names(&stage).len(), 8);
    assert!(!stage.model.changed);
}

#[test]
fn nothing_is_drawn_when_nothing_changed() {
    let mut stage = Stage::new(80, 24);
    stage.model.changed = false;
    stage.tell(Event::Ticked(Moment {
        now: at("2031-03-04T09:12:20Z"),
        running: at("2031-03-04T09:12:20Z"),
    }));
    stage.tell(Event::DataChanged);
    stage.answer_window(rows());
    stage.answer_pane();
    assert!(!stage.model.changed);
    stage.tell(Event::Ticked(Moment {
        now: at("2031-03-04T09:13:00Z"),
        running: at(NOW),
    }));
    assert!(stage.model.changed, "the clock shows another minute");
}

#[test]
fn a_text_that_is_pasted_into_the_list_becomes_a_filter_and_nothing_else() {
    let mut stage = Stage::new(80, 24);
    stage.want(Intent::Paste("R y\nverdict:blocked q".to_owned()));
    assert!(stage.model.modals.is_empty());
    assert_eq!(stage.model.list.narrowing.text(), "R y verdict:blocked q");
    let literal = crate::domain::filter::Filter::literal("R y verdict:blocked q");
    assert_eq!(stage.model.list.narrowing.filter(), literal);
}

#[test]
fn what_matches_nothing_here_is_counted_elsewhere_and_enter_goes_there() {
    let mut stage = Stage::new(80, 24);
    stage.keys("/ link:missing Enter");
    stage.answer_window(rows().into_iter().take(1).collect());
    stage.keys("/ grace");
    stage.answer_window(Vec::new());
    let Some(Effect::CountElsewhere { request, .. }) = stage.taken().pop() else {
        panic!("not counted")
    };
    stage.tell(Event::CountedElsewhere(request, 1));
    assert!(
        stage.screen().contains("0 here, 1 elsewhere: Enter"),
        "{}",
        stage.screen()
    );
    stage.keys("Enter");
    assert_eq!(stage.model.list.narrowing.text(), "grace");
}

#[test]
fn a_bad_filter_is_explained_and_the_list_stays() {
    let mut stage = Stage::new(120, 24);
    stage.taken();
    stage.keys("/ lnik:missing");
    assert!(
        stage.screen().contains("did you mean \"link\""),
        "{}",
        stage.screen()
    );
    assert_eq!(names(&stage).len(), 8);
    stage.keys("Esc");
    assert!(stage.model.modals.is_empty());
}

#[test]
fn leaving_the_filter_line_brings_back_the_list_and_the_cursor() {
    let mut stage = Stage::new(80, 24);
    stage.keys("j j / grace");
    stage.answer_window(rows().into_iter().skip(1).take(1).collect());
    assert_eq!(cursor(&stage), "Grace Hopper");
    stage.keys("Esc");
    assert!(
        matches!(stage.effects.iter().rev().find(|effect| matches!(effect, Effect::ReadWindow { .. })),
        Some(Effect::ReadWindow { from: From::Around(around), .. }) if *around == id(3))
    );
    stage.answer_window(rows());
    assert_eq!(cursor(&stage), "José Ñáñez");
}

#[test]
fn the_link_is_copied_or_the_reason_why_not_is_said() {
    let mut stage = Stage::new(120, 24);
    stage.taken();
    stage.keys("c");
    assert!(stage.taken().is_empty());
    assert!(status(&stage).contains("no link"));
    stage.keys("j");
    stage.taken();
    stage.keys("c");
    let link = "https://join.acme.example/interview/?session_key=9689ddff000040008000000000000002";
    assert!(matches!(&stage.taken()[..], [Effect::Copy(text)] if text == link));
    let mut revoked = rows();
    revoked[1].facts.session = SessionCondition::Revoked;
    stage.tell(Event::DataChanged);
    stage.answer_window(revoked);
    stage.taken();
    stage.keys("c");
    assert!(
        !stage
            .taken()
            .iter()
            .any(|effect| matches!(effect, Effect::Copy(_)))
    );
}

// ---- the form ----

#[test]
fn a_second_ctrl_s_does_nothing_and_a_later_one_is_the_same_action() {
    let mut stage = Stage::new(120, 30);
    stage.keys(FILLED);
    stage.taken();
    stage.keys("Ctrl-s Ctrl-s Ctrl-s");
    let effects = stage.taken();
    let [Effect::Schedule { request, schedule }] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(schedule.draft.candidate, "Ada Lovelace");
    assert_eq!(schedule.draft.zone, "Europe/London");
    assert_eq!(
        schedule.mail,
        MailWish::HeldFor(std::time::Duration::from_secs(10))
    );
    stage.tell(Event::Saved(
        *request,
        Err(SaveError::Other("the disk is full".to_owned())),
    ));
    assert!(stage.screen().contains("the disk is full"));
    stage.keys("Ctrl-s");
    let again = stage.taken();
    let [
        Effect::Schedule {
            schedule: repeated, ..
        },
    ] = &again[..]
    else {
        panic!("{again:?}")
    };
    assert_eq!(repeated.idempotency_key, schedule.idempotency_key);
    stage.tell(Event::Saved(*request, Err(SaveError::AlreadyThere)));
    assert!(
        !stage.screen().contains("makes a second one"),
        "an old answer is ignored"
    );
}

#[test]
fn refusals_are_shown_under_a_field_once_it_was_left_and_all_of_them_on_ctrl_s() {
    let mut stage = Stage::new(120, 30);
    stage.keys("n");
    assert!(!stage.screen().contains("is missing"));
    stage.keys("Tab");
    assert_eq!(stage.screen().matches("is missing").count(), 1);
    stage.taken();
    stage.keys("Ctrl-s");
    assert!(stage.taken().is_empty());
    assert!(
        stage.screen().matches("is missing").count() >= 3,
        "{}",
        stage.screen()
    );
    let form = stage.model.form().unwrap();
    assert_eq!(form.focus, 0, "the cursor is on the first of them");
}

#[test]
fn what_the_use_case_refuses_stands_under_its_field_until_that_changes() {
    let mut stage = Stage::new(120, 30);
    stage.keys(FILLED);
    stage.taken();
    stage.keys("Ctrl-s");
    let Some(Effect::Schedule { request, .. }) = stage.taken().pop() else {
        panic!()
    };
    let refusal = Refusal {
        field: Field::Email,
        message: "nobody reads there".to_owned(),
        choices: Vec::new(),
    };
    stage.tell(Event::Saved(
        request,
        Err(SaveError::Refused(vec![refusal])),
    ));
    assert!(stage.screen().contains("nobody reads there"));
    stage.keys("x");
    assert!(!stage.screen().contains("nobody reads there"));
}

#[test]
fn a_time_that_the_clocks_skip_or_repeat_is_explained_where_it_is_chosen() {
    let mut stage = Stage::new(200, 50);
    stage.keys("n Tab Tab Tab 2031-03-30~01:30");
    let screen = stage.screen();
    assert!(
        screen.contains("does not exist in Europe/London"),
        "{screen}"
    );
    stage.keys("Ctrl-u 2031-10-26~01:30 Ctrl-s");
    let screen = stage.screen();
    assert!(screen.contains("occurs twice in Europe/London"), "{screen}");
    assert!(!screen.contains("--fold"), "{screen}");
}

#[test]
fn a_when_with_two_readings_is_chosen_with_the_keys() {
    let mut stage = Stage::new(120, 30);
    stage.keys("n Tab Tab Tab tue~15:00");
    assert!(
        stage.model.form().unwrap().offers.len() >= 2,
        "{}",
        stage.screen()
    );
    assert!(
        stage
            .screen()
            .contains("▲ can be read in more than one way"),
        "{}",
        stage.screen()
    );
    stage.keys("Down Down Enter");
    let form = stage.model.form().unwrap();
    let chosen = form.meaning.echo.as_ref().unwrap();
    assert!(
        chosen.0.starts_with("Tuesday 11 March 2031 15:00 GMT"),
        "{chosen:?}"
    );
    assert!(form.offers.is_empty());
}

#[test]
fn zones_are_completed() {
    let mut stage = Stage::new(120, 30);
    stage.keys("n Tab Tab Tab Tab tok");
    assert_eq!(stage.model.form().unwrap().offers[0].text, "Asia/Tokyo");
    stage.keys("Down Enter");
    assert_eq!(stage.model.form().unwrap().draft().zone, "Asia/Tokyo");
}

#[test]
fn a_paste_goes_into_the_field_with_the_cursor() {
    let mut stage = Stage::new(120, 30);
    stage.keys("n");
    stage.want(Intent::Paste("Ada\nLovelace\n".to_owned()));
    assert_eq!(
        stage.model.form().unwrap().draft().candidate,
        "Ada Lovelace"
    );
    stage.keys("Shift-Tab Shift-Tab");
    stage.want(Intent::Paste("two\nlines".to_owned()));
    assert_eq!(stage.model.form().unwrap().draft().note, "two\nlines");
}

#[rstest]
#[case("n Esc", false)]
#[case("n Ada Esc", true)]
#[case("n Ada Esc Esc", true)]
#[case("n Ada Esc y", false)]
fn leaving_asks_when_something_was_typed(#[case] keys: &str, #[case] open: bool) {
    let mut stage = Stage::new(120, 30);
    stage.keys(keys);
    assert_eq!(stage.model.form().is_some(), open);
}

#[test]
fn without_the_wish_to_mail_nobody_is_mailed() {
    let mut stage = Stage::new(120, 30);
    stage
        .keys(FILLED)
        .keys("Shift-Tab Shift-Tab Shift-Tab Shift-Tab Space");
    stage.taken();
    stage.keys("Ctrl-s");
    assert!(
        matches!(&stage.taken()[..], [Effect::Schedule { schedule, .. }] if schedule.mail == MailWish::No)
    );
}

// ---- mail on its way ----

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

// ---- plans ----

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
        Err("an interview changed".to_owned()),
    ));
    the_plan(&mut stage, 1);
    stage.keys("y");
    assert!(stage.taken().is_empty(), "the new plan has not been seen");
    assert!(stage.screen().contains("an interview changed"));
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
    stage.tell(Event::PlanMade(request, Ok(plan(1))));
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
        Layer::Text | Layer::Everywhere => unreachable!("never on top"),
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
#[case(Layer::Outbox, &[])]
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
