//! Who waits: seen, heard once, let in.

use rstest::rstest;

use super::{cursor, status};
use crate::app::{Row, Waiting};
use crate::tui::message::{Effect, Event};
use crate::tui::testing::{Stage, at, id, waiting};

fn waits(rows: &[Row]) -> Event {
    let waiting = rows.iter().map(|row| Waiting {
        id: row.id(),
        name: row.interview.candidate_name.clone(),
        since: row.interview.joined_at.unwrap(),
    });
    Event::WaitingRead(Ok(waiting.collect()))
}

fn rings(stage: &mut Stage) -> usize {
    let effects = stage.taken();
    let rings = effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Ring));
    rings.count()
}

/// Ada and Grace: the second joined later.
fn two() -> [Row; 2] {
    [
        waiting(1, "Ada Lovelace", "2031-03-04T09:10:00Z"),
        waiting(2, "Grace Hopper", "2031-03-04T09:11:00Z"),
    ]
}

#[test]
fn each_arrival_is_heard_once_and_who_was_there_already_is_not() {
    let [ada, grace] = two();
    let mut stage = Stage::new(120, 30);
    stage.taken();
    stage.tell(waits(std::slice::from_ref(&ada)));
    assert_eq!(rings(&mut stage), 0, "was there before the dashboard");
    stage.tell(waits(std::slice::from_ref(&ada)));
    assert_eq!(rings(&mut stage), 0);
    stage.tell(waits(&[ada.clone(), grace.clone()]));
    assert_eq!(rings(&mut stage), 1);
    stage.tell(waits(std::slice::from_ref(&grace)));
    stage.tell(waits(&[]));
    stage.tell(waits(&[grace]));
    assert_eq!(rings(&mut stage), 0, "nobody new");
}

#[test]
fn an_empty_house_hears_the_first_and_a_silent_one_nobody() {
    let [ada, grace] = two();
    let mut stage = Stage::new(120, 30);
    stage.taken();
    stage.tell(waits(&[]));
    stage.tell(waits(std::slice::from_ref(&ada)));
    assert_eq!(rings(&mut stage), 1);
    stage.model.setting.bell = false;
    stage.tell(waits(&[ada, grace]));
    assert_eq!(rings(&mut stage), 0);
}

#[rstest]
#[case(
    120,
    "▲ 2 waiting: Ada Lovelace since 09:10, Grace Hopper since 09:11 · W lets in"
)]
#[case(
    80,
    "▲ 2 waiting: Ada Lovelace since 09:10, Grace Hopper since 09:11 · W lets in"
)]
#[case(64, "▲ 2 waiting: Ada Lovelace since 09:10 and 1 more · W lets in")]
#[case(40, "▲ 2 waiting since 09:10 · W")]
fn the_header_names_as_many_as_fit(#[case] width: u16, #[case] banner: &str) {
    let mut stage = Stage::showing(two().to_vec(), width, 24);
    stage.tell(waits(&two()));
    let screen = stage.screen();
    assert!(
        screen.lines().any(|line| line.trim_start() == banner),
        "{screen}"
    );
    stage.tell(waits(&[]));
    assert!(!stage.screen().contains("waiting:"));
}

#[test]
fn the_list_says_it_in_place_of_the_verdict() {
    let [ada, mut grace] = two();
    let mut sent = waiting(3, "Alan Turing", "2031-03-04T09:11:30Z");
    sent.interview.meeting_url =
        crate::domain::interview::MeetingUrl::parse("https://meet.example/abc").ok();
    grace.interview.admitted_at = Some(at("2031-03-04T09:12:00Z"));
    let screen = Stage::showing(vec![ada, grace, sent], 120, 30).screen();
    for words in ["▲ waiting since 09:10", "✓ let in 09:12", "✓ joined 09:11"] {
        assert!(screen.contains(words), "{words}: {screen}");
    }
}

#[test]
fn w_lets_in_who_waits_under_the_cursor_and_goes_to_them_otherwise() {
    let [_, grace] = two();
    let mut rows = crate::tui::testing::rows();
    rows[1] = grace.clone();
    let mut stage = Stage::showing(rows, 120, 30);
    stage.keys("W");
    assert_eq!(
        status(&stage).split("  ").next(),
        Some("▲ nobody waits to be let in")
    );
    stage.tell(waits(std::slice::from_ref(&grace)));
    stage.taken();
    stage.keys("W");
    let admits = |effect: &Effect| matches!(effect, Effect::Admit { .. });
    assert!(
        !stage.taken().iter().any(admits),
        "nobody waits under the cursor"
    );
    assert_eq!(cursor(&stage), "Grace Hopper");
    stage.keys("W");
    let effects = stage.taken();
    assert!(matches!(effects[..], [Effect::Admit { id: admitted }] if admitted == id(2)));
    stage.tell(Event::LetIn(Ok(Box::new(grace))));
    assert!(status(&stage).starts_with("✓ Grace Hopper is let in"));
    stage.tell(Event::LetIn(Err("nobody waits there".to_owned())));
    assert!(status(&stage).starts_with("▲ nobody was let in: nobody waits there"));
}
