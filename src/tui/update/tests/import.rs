//! Importing: nothing comes in before `y` in a report that was seen.

use crate::app::{Progress, Stage as Doing};
use crate::tui::keymap::Layer;
use crate::tui::message::{Effect, Event};
use crate::tui::testing::Stage;

fn imports(stage: &Stage) -> usize {
    let import = |effect: &&Effect| matches!(effect, Effect::Import { .. });
    stage.effects.iter().filter(import).count()
}

#[test]
fn y_counts_only_after_the_report_was_drawn_and_bad_lines_were_answered() {
    let mut stage = Stage::new(80, 24);
    stage.importing("x").keys("y");
    assert_eq!(imports(&stage), 0);
    assert!(stage.model.awaits_drawing());
    stage.tell(Event::PlanDrawn);
    stage.keys("y");
    assert_eq!(imports(&stage), 0);
    assert!(stage.screen().contains("Space leaves them out"));
    stage.keys("Space");
    let Some(Effect::LookThrough { skip_bad, .. }) = stage.effects.last() else {
        panic!("not looked through anew")
    };
    assert!(*skip_bad);
}

#[test]
fn an_answer_that_is_no_longer_waited_for_shows_nothing() {
    let mut stage = Stage::new(80, 24);
    stage.keys(": import Enter t.csv Enter");
    let Some(Effect::LookThrough { request, .. }) = stage.effects.last() else {
        panic!("not looked through")
    };
    let request = *request;
    stage.keys("Esc");
    stage.tell(Event::LookedThrough(request, Err("late".to_owned())));
    assert_eq!(stage.model.layer(), Layer::ImportFile);
    assert!(!stage.screen().contains("late"));
}

#[test]
fn one_that_was_left_says_in_the_status_line_how_far_it_is_and_how_it_ended() {
    let mut stage = Stage::new(80, 24);
    stage.model.importing = true;
    let half = Progress {
        stage: Doing::Writing,
        done: 1,
        total: 2,
    };
    stage.tell(Event::ImportGoesOn(half));
    assert!(super::status(&stage).contains("importing 50 %"));
    stage.keys(": import Enter");
    assert!(super::status(&stage).contains("under way"));
    stage.tell(Event::Imported(Ok(vec!["2 imported".to_owned()])));
    assert!(super::status(&stage).contains("2 imported; nobody was mailed"));
    assert!(!stage.model.importing);
}

#[test]
fn the_footer_names_only_what_keys_do_just_now() {
    let mut stage = Stage::new(80, 24);
    stage.importing("x");
    let footer = super::status(&stage);
    assert!(footer.contains("y import") && footer.contains("Space leave bad lines out"));
    assert!(!footer.contains("Tab"), "no two times differ: {footer}");
    let mut stage = Stage::new(80, 24);
    stage.importing("");
    assert!(!super::status(&stage).contains("Space"), "none is bad");
    stage.tell(Event::PlanDrawn);
    stage.keys("y");
    let half = Progress {
        stage: Doing::Writing,
        done: 1,
        total: 2,
    };
    stage.tell(Event::ImportGoesOn(half));
    assert!(
        !super::status(&stage).contains("import "),
        "it is under way"
    );
    let bar = format!("{}{}", "━".repeat(30), "─".repeat(30));
    assert!(stage.screen().contains(&bar), "{}", stage.screen());
    stage.tell(Event::Imported(Ok(vec!["3 read; 2 imported".to_owned()])));
    stage.keys("y");
    let footer = super::status(&stage);
    assert_eq!(footer.trim(), "Esc back", "it is done");
    assert!(
        stage.screen().contains("/ link:missing"),
        "and what is next is said"
    );
}

#[test]
fn the_zone_of_the_slots_is_shown_and_can_be_named_for_an_old_database_only() {
    let mut stage = Stage::new(80, 24);
    stage.importing("");
    stage.tell(Event::PlanDrawn);
    stage.keys("z");
    assert_eq!(stage.model.layer(), Layer::Import, "a table has no slots");
    stage.keys("Esc Enter");
    let Some(Effect::LookThrough { request, .. }) = stage.effects.last() else {
        panic!("not looked through")
    };
    let request = *request;
    let import = crate::app::Import::legacy_sample(crate::domain::import::Report::default());
    let looked = crate::tui::model::import::Looked::of(import);
    stage.tell(Event::LookedThrough(request, Ok(Box::new(looked))));
    let screen = stage.screen();
    assert!(
        screen.contains("on the clock of Asia/Kolkata; z names"),
        "{screen}"
    );
    stage.tell(Event::PlanDrawn);
    stage.keys("z Ctrl-u M a r s Enter");
    assert!(stage.screen().contains("! zone: "), "{}", stage.screen());
    stage.keys("Ctrl-u U T C Enter");
    let Some(Effect::LookThrough { zone, file, .. }) = stage.effects.last() else {
        panic!("not looked through anew")
    };
    assert_eq!(
        zone.as_ref().map(crate::domain::when::Zone::name),
        Some("UTC")
    );
    assert_eq!(file, "t.csv");
}

#[test]
fn what_a_report_says_of_one_line_stays_set_in_behind_it() {
    let mut stage = Stage::new(40, 40);
    stage.importing("a time that nobody can read in one line of a narrow terminal");
    let screen = stage.screen();
    let lines: Vec<&str> = screen.lines().collect();
    let first = lines.iter().position(|line| line.starts_with("   line 3:"));
    let below = lines[first.unwrap() + 1];
    assert!(
        below.starts_with("     ") && !below.trim().is_empty(),
        "{screen}"
    );
}
