//! Typing, refusals, saving once.

use rstest::rstest;

use super::FILLED;
use crate::app::MailWish;
use crate::domain::draft::{Field, Refusal};
use crate::tui::message::{Effect, Event, Intent, SaveError};
use crate::tui::testing::Stage;

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
