//! Marks belong to interviews, not to rows.

use rstest::rstest;

use crate::app::{Row, Window};
use crate::domain::ids::InterviewId;
use crate::tui::message::{Effect, Event, Marking, Request};
use crate::tui::model::plan::Subject;
use crate::tui::testing::{Stage, id, row, rows};

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

fn far(numbers: std::ops::Range<u128>) -> Vec<Row> {
    let named = |number| row(number, &format!("Far {number}"), "2031-03-04T12:00:00Z");
    numbers.map(named).collect()
}

fn at_the_other_end(stage: &mut Stage, rows: Vec<Row>) {
    stage.answer_with(Window {
        rows,
        more_before: true,
        more_after: false,
    });
}

fn ids_asked(stage: &mut Stage) -> Option<Request> {
    stage.taken().into_iter().find_map(|effect| match effect {
        Effect::ReadIds {
            request, marking, ..
        } => {
            assert_eq!(marking, Marking::Range);
            Some(request)
        }
        _ => None,
    })
}

fn in_order(stage: &mut Stage, request: Request) {
    let ids = (100..300).map(id).collect();
    stage.tell(Event::IdsRead(request, Marking::Range, Ok(ids)));
}

#[rstest]
#[case::ended_at_once("G v", true)]
#[case::ended_when_it_is_there("G", false)]
fn a_range_goes_on_beyond_the_rows_that_are_kept(#[case] keys: &str, #[case] ended: bool) {
    let mut stage = Stage::blank(80, 24);
    stage.answer_with(Window {
        rows: far(100..120),
        more_before: false,
        more_after: true,
    });
    stage.keys("j j v");
    assert!(
        stage.screen().contains("v or Space ends it"),
        "{}",
        stage.screen()
    );
    stage.keys(keys);
    at_the_other_end(&mut stage, far(280..300));
    let request = ids_asked(&mut stage).expect("which they are is asked");
    stage.keys("R");
    assert!(
        stage.taken().is_empty(),
        "nothing is planned for a part of them"
    );
    assert!(stage.screen().contains("still being read"));
    in_order(&mut stage, request);
    assert_eq!(marked(&stage), (102..300).map(id).collect::<Vec<_>>());
    assert_eq!(stage.model.marks.range.is_none(), ended);
    stage.taken();
    // What moves after that needs no further question.
    stage.keys("k k");
    assert_eq!(ids_asked(&mut stage), None);
    let last = if ended { 300 } else { 298 };
    assert_eq!(marked(&stage), (102..last).map(id).collect::<Vec<_>>());
}

#[test]
fn a_range_whose_beginning_is_gone_is_given_up_and_says_so() {
    let mut stage = Stage::blank(80, 24);
    stage.answer_with(Window {
        rows: far(1..20),
        more_before: false,
        more_after: true,
    });
    stage.keys("v G");
    at_the_other_end(&mut stage, far(280..300));
    let request = ids_asked(&mut stage).expect("which they are is asked");
    in_order(&mut stage, request);
    assert!(
        stage.screen().contains("the range was given up"),
        "{}",
        stage.screen()
    );
    assert!(stage.model.marks.range.is_none());
}

#[test]
fn nothing_is_planned_for_one_while_all_are_still_being_marked() {
    let mut stage = Stage::new(80, 24);
    stage.taken();
    stage.keys("a R");
    assert!(matches!(&stage.effects[..], [Effect::ReadIds { .. }]));
    stage.answer_pane();
    stage.keys("R");
    assert!(matches!(
        stage.taken().last(),
        Some(Effect::MakePlan {
            subject: Subject::Marked { .. },
            ..
        })
    ));
}
