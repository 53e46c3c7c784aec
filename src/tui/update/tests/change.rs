//! Changing an interview by the palette: asked about first, and only `y` there does it.

use rstest::rstest;

use super::status;
use crate::domain::change::{Ending, Extension};
use crate::domain::interview::Status;
use crate::tui::keymap::Layer;
use crate::tui::message::{Effect, Event};
use crate::tui::model::change::Deed;
use crate::tui::testing::{NOW, Stage, at, id, row, waiting, without_link};

fn deed(effects: &[Effect]) -> Option<Deed> {
    effects.iter().find_map(|effect| match effect {
        Effect::Change { id: changed, deed } if *changed == id(2) => Some(*deed),
        _ => None,
    })
}

fn stage() -> Stage {
    let mut stage = Stage::showing(
        vec![waiting(2, "Grace Hopper", "2031-03-04T09:11:00Z")],
        80,
        24,
    );
    stage.taken();
    stage
}

fn seen(stage: &mut Stage, keys: &str) {
    stage.keys(keys);
    stage.tell(Event::PlanDrawn);
}

#[rstest]
#[case(
    ": complete Enter",
    "Has the interview with Grace Hopper (09:15) taken place?",
    Deed::End(Ending::Completed)
)]
#[case(": hour Enter", "Let the link of Grace Hopper (09:15) work longer?", Deed::Extend(Extension {
    opens: None,
    closes: Some(at("2031-03-04T13:00:00Z")),
}))]
fn a_command_asks_and_y_does_it(#[case] keys: &str, #[case] asked: &str, #[case] expected: Deed) {
    let mut stage = stage();
    seen(&mut stage, keys);
    assert_eq!(stage.model.layer(), Layer::Change);
    assert!(stage.screen().contains(asked), "{}", stage.screen());
    assert_eq!(deed(&stage.taken()), None);
    stage.keys("y");
    assert_eq!(deed(&stage.taken()), Some(expected));
    assert_eq!(stage.model.layer(), Layer::List);
    let said = "Grace Hopper: done. Nobody was mailed; they hold nothing.";
    stage.tell(Event::Changed(Ok(said.to_owned())));
    assert!(status(&stage).starts_with(said), "{}", status(&stage));
}

#[test]
fn the_link_of_a_later_interview_is_opened_at_once() {
    let mut stage = Stage::showing(vec![row(2, "Grace Hopper", "2031-03-04T11:15:00Z")], 80, 24);
    seen(&mut stage, ": open~now Enter");
    let screen = stage.screen();
    assert!(
        screen.contains("It then works from 09:12 GMT until 14:00 GMT. Nobody is mailed."),
        "{screen}"
    );
    stage.keys("y");
    let expected = Deed::Extend(Extension {
        opens: Some(at(NOW)),
        closes: None,
    });
    assert_eq!(deed(&stage.taken()), Some(expected));
}

#[rstest]
#[case("Esc")]
#[case("n")]
#[case("q")]
fn any_other_key_leaves_it_as_it_is(#[case] key: &str) {
    let mut stage = stage();
    seen(&mut stage, ": complete Enter");
    stage.keys(key).keys("y");
    assert_eq!(deed(&stage.taken()), None);
}

#[test]
fn a_key_typed_before_the_question_was_seen_is_no_answer() {
    let mut stage = stage();
    stage.keys(": complete Enter y");
    assert_eq!(deed(&stage.taken()), None);
    assert_eq!(stage.model.layer(), Layer::Change);
}

#[rstest]
#[case(": no-show Enter", "the interview starts 09:15; before that it can't")]
#[case(": open~now Enter", "the link is open already")]
fn what_can_not_be_is_said_and_not_asked(#[case] keys: &str, #[case] why: &str) {
    let mut stage = stage();
    stage.keys(keys);
    assert!(status(&stage).contains(why), "{}", status(&stage));
    assert_eq!(stage.model.layer(), Layer::List);
}

#[rstest]
#[case(": complete Enter", "status: the interview is cancelled")]
#[case(": hour Enter", "its link stays closed")]
fn an_interview_that_has_ended_or_has_no_link_says_so(#[case] keys: &str, #[case] why: &str) {
    let mut ended = without_link(row(2, "Grace Hopper", "2031-03-04T09:15:00Z"));
    ended.interview.status = Status::Cancelled;
    let mut stage = Stage::showing(vec![ended], 120, 30);
    stage.keys(keys);
    assert!(status(&stage).contains(why), "{}", status(&stage));
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let mut stage = stage();
    stage.model.setting.read_only = Some("newer".to_owned());
    for keys in [": complete Enter", "W"] {
        stage.keys(keys);
        assert!(status(&stage).contains("nothing can be changed: newer"));
        assert!(
            !stage
                .taken()
                .iter()
                .any(|effect| matches!(effect, Effect::Change { .. } | Effect::Admit { .. }))
        );
    }
}
