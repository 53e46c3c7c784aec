//! The cursor, the window that is read, the filter.

use rstest::rstest;

use super::{cursor, status};
use crate::app::{From, Window};
use crate::domain::session::SessionCondition;
use crate::tui::message::{Effect, Event, Intent, Moment};
use crate::tui::model::list::{KEPT, PAGE};
use crate::tui::model::{Browser, Clipboard};
use crate::tui::testing::{NOW, Stage, at, id, row, rows};

fn names(stage: &Stage) -> Vec<String> {
    stage
        .model
        .list
        .rows
        .iter()
        .map(|row| row.interview.candidate_name.clone())
        .collect()
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
    assert!(status(&stage).contains("handed Grace Hopper's link to your terminal"));
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

#[rstest]
#[case(Some("xterm-256color"), false, "to your terminal for its clipboard")]
#[case(
    Some("xterm-256color"),
    true,
    "to your terminal for the clipboard where you sit"
)]
#[case(
    Some("tmux-256color"),
    true,
    "to your terminal for the clipboard where you sit"
)]
#[case(None, true, "to your terminal for the clipboard where you sit")]
#[case(
    Some("linux"),
    false,
    "not copied: a terminal like yours (linux) has no clipboard"
)]
#[case(
    Some("linux"),
    true,
    "not copied: a terminal like yours (linux) has no clipboard"
)]
fn others_nothing_is_called_copied_and_it_is_said_whose_clipboard_it_is(
    #[case] terminal: Option<&str>,
    #[case] over_ssh: bool,
    #[case] said: &str,
) {
    let mut stage = Stage::new(160, 24);
    stage.model.setting.clipboard = Clipboard::of(terminal, over_ssh);
    stage.keys("j");
    stage.taken();
    stage.keys("c");
    let status = status(&stage);
    assert!(status.contains(said), "{status}");
    let otherwise = status.replace("not copied", "");
    assert!(!otherwise.contains("copied"), "nobody knows that: {status}");
    // It leaves as a sequence for the terminal and in no other way, whose other end is the person's.
    let handed = stage.taken();
    let refused = said.starts_with("not copied");
    assert!(refused == handed.is_empty());
    assert!(refused || matches!(&handed[..], [Effect::Copy(_)]));
}

#[rstest]
#[case::here(Browser::Here, None)]
#[case::over_ssh(
    Browser::AtTheOtherEnd,
    Some("over SSH, a browser of this machine is not before you")
)]
#[case::nowhere(Browser::Nowhere, Some("this machine has no display"))]
fn o_opens_the_link_where_a_browser_can_be_seen_and_shows_it_elsewhere(
    #[case] browser: Browser,
    #[case] why_not: Option<&str>,
) {
    let mut stage = Stage::new(80, 24);
    stage.model.setting.browser = browser;
    stage.keys("j");
    stage.taken();
    stage.keys("o");
    let link = stage.model.link(stage.model.selected().unwrap()).unwrap();
    let opened = stage.taken();
    let said = super::status(&stage);
    match why_not {
        None => {
            assert!(matches!(&opened[..], [Effect::OpenLink(other)] if *other == link));
            assert!(
                said.contains("opening Grace Hopper's link in your browser"),
                "{said}"
            );
            assert!(
                !format!("{opened:?}").contains(&link.expose()),
                "the key is shortened"
            );
            let failed = "there is no xdg-open on this machine".to_owned();
            stage.tell(crate::tui::message::Event::Opened(Err(failed)));
            let said = super::status(&stage);
            assert!(
                said.contains("not opened: there is no xdg-open on this machine; c copies"),
                "{said}"
            );
        }
        Some(why) => {
            assert!(opened.is_empty(), "{opened:?}");
            assert!(
                said.contains(&format!("not opened: {why}; c copies")),
                "{said}"
            );
            // It is longer than a line here.
            let whole: String = stage.screen().split_whitespace().collect();
            assert!(whole.contains(&link.expose()), "{}", stage.screen());
        }
    }
    // There is nothing to open where there is no link.
    stage.keys("k o");
    assert!(
        stage
            .taken()
            .iter()
            .all(|effect| !matches!(effect, Effect::OpenLink(_)))
    );
    let said = super::status(&stage);
    assert!(
        said.contains("not opened: the interview has no link (F makes one)"),
        "{said}"
    );
}
