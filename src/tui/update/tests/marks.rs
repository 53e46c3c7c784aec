//! Marks belong to interviews, not to rows.

use rstest::rstest;

use crate::domain::ids::InterviewId;
use crate::tui::message::Effect;
use crate::tui::model::plan::Subject;
use crate::tui::testing::{Stage, id, rows};

fn marked(stage: &Stage) -> Vec<InterviewId> {
    stage.model.marks.ids.iter().copied().collect()
}

fn ids(numbers: &[u128]) -> Vec<InterviewId> {
    numbers.iter().map(|number| id(*number)).collect()
}

#[rstest]
#[case::one("Space", &[1])]
#[case::and_down("Space Space", &[1, 2])]
#[case::and_not("Space k Space", &[])]
#[case::a_range("j v j j v j", &[2, 3, 4])]
#[case::a_range_that_shrinks("j v j j k", &[2, 3])]
#[case::a_range_upwards("j j v k k v", &[1, 2, 3])]
#[case::a_range_ended_by_space("v j j Space", &[1, 2, 3])]
#[case::a_range_beside_others("Space j j v j v", &[1, 4, 5])]
#[case::all("a", &[1, 2, 3, 4, 5, 6, 7, 9])]
#[case::inverted("Space Space i", &[3, 4, 5, 6, 7, 9])]
#[case::given_up("a Esc", &[])]
#[case::and_brought_back("Space Space Esc m", &[1, 2])]
fn what_keys_mark(#[case] keys: &str, #[case] expected: &[u128]) {
    let mut stage = Stage::new(120, 30);
    for key in keys.split(' ') {
        stage.keys(key);
        stage.answer_pane();
    }
    assert_eq!(marked(&stage), ids(expected));
}

#[test]
fn marks_survive_a_filter_and_what_it_hides_is_counted() {
    let mut stage = Stage::new(120, 30);
    stage.keys("Space Space Space");
    stage.answer_pane();
    assert!(stage.screen().contains("3 marked"), "{}", stage.screen());
    stage.keys("/ grace Enter");
    stage.answer_window(vec![rows().swap_remove(1)]);
    stage.keys("i");
    stage.taken();
    stage.model.marks.ids = ids(&[1, 2, 3]).into_iter().collect();
    stage.tell(crate::tui::message::Event::DataChanged);
    stage.answer_pane();
    assert!(
        stage.screen().contains("3 marked, 2 hidden"),
        "{}",
        stage.screen()
    );
    // Esc clears the filter first, the marks then.
    stage.keys("Esc");
    stage.answer_window(rows());
    assert_eq!(marked(&stage).len(), 3);
    stage.keys("Esc");
    assert_eq!(marked(&stage).len(), 0);
}

#[rstest]
#[case("R")]
#[case("F")]
#[case("N")]
#[case("x")]
fn a_key_concerns_what_is_marked_or_else_the_row_under_the_cursor(#[case] key: &str) {
    let mut stage = Stage::new(120, 30);
    stage.taken();
    stage.keys(key);
    let Some(Effect::MakePlan { subject, .. }) = stage.taken().pop() else {
        panic!("no plan was asked for")
    };
    assert_eq!(subject, Subject::one(id(1)));
    stage.keys("Esc Space j Space");
    stage.answer_pane();
    stage.keys(key);
    let Some(Effect::MakePlan { subject, .. }) = stage.taken().pop() else {
        panic!("no plan was asked for")
    };
    assert!(
        matches!(subject, Subject::Marked { ids: marked, .. } if marked == ids(&[1, 3]).into_iter().collect())
    );
}

#[test]
fn only_what_is_marked_can_be_shown_and_everything_again() {
    let mut stage = Stage::new(120, 30);
    stage.keys("Space");
    stage.answer_pane();
    stage.keys("M");
    let narrowed = stage.taken().into_iter().find_map(|effect| match effect {
        Effect::ReadWindow { filter, .. } => Some(filter),
        _ => None,
    });
    assert_eq!(
        narrowed,
        Some(crate::domain::filter::Filter::these(ids(&[1])))
    );
    assert_eq!(stage.model.list.narrowing.text(), "only marked");
    stage.keys("M");
    assert_eq!(stage.model.list.narrowing.text(), "");
}

#[test]
fn marks_of_what_is_gone_go() {
    let mut stage = Stage::new(120, 30);
    stage.keys("Space Space");
    let Some(Effect::CheckMarks { request, .. }) = stage.taken().pop() else {
        panic!("nobody looked at the marks")
    };
    let left = crate::app::Marked {
        hidden: Vec::new(),
        shown: ids(&[2]),
    };
    stage.tell(crate::tui::message::Event::MarksChecked(request, Ok(left)));
    assert_eq!(marked(&stage), ids(&[2]));
}
