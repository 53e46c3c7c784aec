//! Keys in the outbox.

use rstest::rstest;

use super::status;
use crate::app::{Affected, InTheWay, Outbox, Serving, Settlement};
use crate::domain::delivery::State;
use crate::tui::keymap::Layer;
use crate::tui::message::{Effect, Event};
use crate::tui::testing::{NOW, Stage, delivery, id, not_served, outbox, row, rows};

fn open(outbox: Outbox) -> Stage {
    let mut stage = Stage::new(120, 30);
    stage.outbox = outbox;
    stage.keys("B");
    stage.answer_pane();
    stage.taken();
    stage
}

fn changed(stage: &mut Stage, outbox: Outbox) {
    stage.outbox = outbox;
    stage.tell(Event::DataChanged);
    stage.answer_pane();
    stage.taken();
}

fn under_cursor(stage: &Stage) -> &str {
    &stage.model.mail_under_cursor().unwrap().candidate
}

fn seen(stage: &mut Stage, keys: &str) {
    stage.keys(keys);
    stage.tell(Event::PlanDrawn);
}

#[test]
fn a_pause_is_seen_without_looking_for_it_and_goes_with_its_cause() {
    let mut stage = Stage::new(120, 30);
    assert!(!stage.screen().contains("paused"));
    changed(&mut stage, outbox());
    let banner = "▲ mail paused: the user name or the password was refused · 4 waiting, first starts 09:37 · B";
    assert!(stage.screen().contains(banner), "{}", stage.screen());
    assert!(
        stage.model.outbox.mails.is_empty(),
        "only what is shown is read"
    );
    changed(&mut stage, Outbox::default());
    assert!(!stage.screen().contains("paused"));
}

#[test]
fn a_join_page_that_is_not_served_is_said_with_whose_links_lead_astray() {
    let mut stage = Stage::new(160, 30);
    assert!(!stage.screen().contains("join page"));
    stage.taken();
    stage.tell(Event::ServingChanged(not_served(InTheWay::AnotherProgram)));
    let counts = |effect: &Effect| matches!(effect, Effect::Count { .. });
    assert!(stage.taken().iter().any(counts), "whose links is asked");
    for (first, count, words) in [
        (vec![], 0, "no link is affected"),
        (vec!["Ada"], 1, "1 link leads astray: Ada"),
        (vec!["Ada", "Grace"], 2, "2 links lead astray: Ada, Grace"),
        (
            vec!["Ada", "Grace", "Alan"],
            40,
            "40 links lead astray: Ada, Grace, Alan, …",
        ),
    ] {
        let first = first.into_iter().map(str::to_owned).collect();
        stage.tell(Event::AffectedRead(Affected { count, first }));
        let banner = format!(
            "no join page: 127.0.0.1:8000 is taken by another program; free it or set server.listen · {words}"
        );
        assert!(stage.screen().contains(&banner), "{}", stage.screen());
    }
    // Where there is less room, what helps and how many stay whole.
    stage.tell(Event::Resized(80, 24));
    let first = ["Augusta Ada King Lovelace", "Grace Hopper", "Alan Turing"];
    let first = first.map(str::to_owned).to_vec();
    for (count, whose) in [(40, ": Augusta A…, …"), (12_345, "")] {
        let first = first.clone();
        stage.tell(Event::AffectedRead(Affected { count, first }));
        let banner =
            format!("no join page: port 8000 taken, free it · {count} links lead astray{whose}");
        assert!(stage.screen().contains(&banner), "{}", stage.screen());
    }
    for (why, words) in [
        (InTheWay::AnotherGreenroom, "another Greenroom's, free it"),
        (InTheWay::NotAllowed, "not allowed, set server.listen"),
        (InTheWay::NotHere, "not this machine's, set server.listen"),
        (
            InTheWay::Other("x".repeat(99)),
            "unusable, set server.listen",
        ),
    ] {
        stage.tell(Event::ServingChanged(not_served(why)));
        let screen = stage.screen();
        let banner = screen.lines().find(|line| line.contains("join page"));
        assert!(banner.is_some_and(|line| line.contains(words)), "{screen}");
        assert!(
            banner.is_some_and(|line| line.contains("12345 links")),
            "{screen}"
        );
    }
    stage.tell(Event::ServingChanged(Serving::Off));
    assert!(!stage.screen().contains("join page"));
}

#[test]
fn what_was_wrong_with_the_base_url_stays_on_the_screen_until_it_is_mended() {
    let mut stage = Stage::new(120, 30);
    let problem =
        "https://join.acme.example: another application answers at /healthz (HTTP 502)\u{1b}[2J";
    let text = format!(
        r#"{{"base":"https://join.acme.example","at":"{NOW}","problem":{}}}"#,
        serde_json::to_string(problem).unwrap()
    );
    let astray = serde_json::from_str(&text).unwrap();
    stage.tell(Event::AstrayRead(Some(astray)));
    let screen = stage.screen();
    assert!(
        screen.contains("links lead astray: https://join.acme.example: another application"),
        "{screen}"
    );
    stage.tell(Event::AstrayRead(None));
    assert!(!stage.screen().contains("astray"));
}

#[test]
fn over_ssh_the_line_that_makes_the_join_page_reachable_is_said_once_it_is_served() {
    let mut stage = Stage::new(80, 24);
    let line = "ssh -p 2222 -L 8000:127.0.0.1:8000 rita.levi-montalcini@2001:db8:12:34::5678";
    stage.model.setting.port_forwarding = Some(line.to_owned());
    stage.tell(Event::ServingChanged(Serving::Off));
    assert!(!stage.screen().contains("ssh -p"));
    let here = Serving::Here("127.0.0.1:8000".parse().unwrap());
    stage.tell(Event::ServingChanged(here));
    let screen = stage.screen();
    let whole = screen.lines().any(|shown| shown.trim() == line);
    assert!(whole, "to be copied, on a line of its own: {screen}");
}

#[test]
fn the_reason_of_a_pause_gives_way_before_the_numbers_do() {
    for (width, words) in [
        (
            120,
            "mail paused: the user name or the password was refused · 4 waiting, first starts 09:37 · B",
        ),
        (
            80,
            "mail paused: login refused (535) · 4 waiting, first starts 09:37 · B",
        ),
        (
            70,
            "mail paused: login refused · 4 waiting, first starts 09:37 · B",
        ),
        (50, "mail paused: login refused · 4 waiting · B"),
    ] {
        let mut stage = Stage::new(width, 24);
        changed(&mut stage, outbox());
        let screen = stage.screen();
        assert!(screen.contains(words), "{screen}");
    }
}

#[test]
fn a_pause_that_an_earlier_version_wrote_is_shown_as_well() {
    let mut stage = Stage::new(80, 24);
    let mut earlier = outbox();
    earlier.pause.as_mut().unwrap().brief = String::new();
    changed(&mut stage, earlier);
    let screen = stage.screen();
    assert!(
        screen.contains("mail paused: the user name or the p"),
        "{screen}"
    );
    assert!(
        screen.contains("· 4 waiting, first starts 09:37 · B"),
        "{screen}"
    );
}

#[test]
fn the_cursor_stays_on_its_mail_and_passes_to_the_next_when_that_is_gone() {
    let mut stage = open(outbox());
    stage.keys("j j j");
    assert_eq!(under_cursor(&stage), "José Ñáñez");
    let mut left = outbox();
    left.mails.remove(0);
    changed(&mut stage, left.clone());
    assert_eq!(under_cursor(&stage), "José Ñáñez");
    left.mails.remove(2);
    changed(&mut stage, left);
    assert!(under_cursor(&stage).starts_with("Maximiliana"));
    changed(&mut stage, Outbox::default());
    assert!(stage.screen().contains("Nothing is on its way"));
    assert!(stage.keys("j k Enter w s a").taken().is_empty());
}

#[test]
fn nothing_is_drawn_when_the_outbox_did_not_change() {
    let mut stage = open(outbox());
    stage.model.changed = false;
    let same = stage.outbox.clone();
    changed(&mut stage, same);
    assert!(!stage.model.changed);
}

#[test]
fn enter_goes_to_the_interview_and_clears_a_filter_that_hides_it() {
    let mut stage = open(outbox());
    stage.keys("j j j Enter");
    assert_eq!(stage.model.layer(), Layer::List);
    assert_eq!(stage.model.list.cursor, Some(id(3)));

    let mut stage = Stage::new(120, 30);
    stage.keys("/ grace Enter");
    stage.answer_window(vec![rows().remove(1)]);
    stage.outbox = outbox();
    stage.keys("B");
    stage.answer_pane();
    stage.keys("j j j Enter");
    stage.answer_window(rows());
    assert_eq!(stage.model.list.cursor, Some(id(3)));
    assert_eq!(stage.model.selected().unwrap().id(), id(3));
    assert_eq!(stage.model.list.narrowing.text(), "");
}

#[rstest]
#[case::withdraws("w", "Withdraw the mail to Ada Lovelace <c1@mail.example>?")]
#[case::sends_again("j a", "Mail Søren Kierkegaard <c6@mail.example> once more?")]
#[case::resumes(
    "r",
    "Resume the outbox? 4 mails may leave, to Ada Lovelace, Grace Hopper"
)]
fn whatever_is_done_is_asked_about_by_name_and_only_y_does_it(
    #[case] keys: &str,
    #[case] question: &str,
) {
    let mut stage = open(outbox());
    stage.keys(keys).keys("y y");
    assert!(
        stage.taken().is_empty(),
        "nobody has seen the question before it was drawn"
    );
    stage.tell(Event::PlanDrawn);
    assert!(stage.screen().contains(question), "{}", stage.screen());
    assert!(stage.keys("Enter j Esc").taken().is_empty());
    assert_eq!(stage.model.layer(), Layer::Outbox);
    seen(&mut stage, keys.split(' ').next_back().unwrap());
    stage.keys("y");
    let mail = |number| delivery(&row(number, "", NOW), State::Held).id;
    match &stage.taken()[..] {
        [Effect::TakeBack { delivery }] => assert_eq!((keys, *delivery), ("w", mail(1))),
        [
            Effect::Settle {
                delivery,
                settlement: Settlement::SendAgain,
            },
        ] => assert_eq!((keys, *delivery), ("j a", mail(6))),
        [Effect::Resume] => assert_eq!(keys, "r"),
        other => panic!("{other:?}"),
    }
    assert_eq!(stage.model.layer(), Layer::Outbox);
}

#[test]
fn above_twenty_mails_resuming_wants_their_number_typed() {
    let mut many = outbox();
    many.unsent.count = 52;
    let mut stage = open(many);
    seen(&mut stage, "r y");
    assert!(stage.keys("y").taken().is_empty());
    assert!(stage.screen().contains("type 52 first, then y"));
    stage.keys("5 3 Backspace 2 y");
    assert!(matches!(&stage.taken()[..], [Effect::Resume]));
}

#[test]
fn a_mail_is_settled_for_a_reason_and_not_without_one() {
    let mut stage = open(outbox());
    stage.keys("j s Enter Space Enter");
    assert!(stage.taken().is_empty());
    assert!(stage.screen().contains("say in a few words why"));
    stage.keys("she~phoned Enter");
    assert!(matches!(
        &stage.taken()[..],
        [Effect::Settle { settlement: Settlement::Leave(why), .. }] if why == "she phoned"
    ));
    let mut mail = stage.outbox.mails[1].delivery.clone();
    mail.settled = Some(crate::app::Settled {
        at: mail.since,
        by: "Rita Levi <r@acme.example>".into(),
        why: "she phoned".into(),
    });
    stage.tell(Event::Settled(mail.id, Ok(Box::new(mail))));
    assert!(
        status(&stage).contains("left; settled by Rita Levi: she phoned"),
        "{}",
        status(&stage)
    );
}

#[test]
fn what_is_sent_once_more_is_followed_to_its_end() {
    let mut stage = open(outbox());
    let mut mail = stage.outbox.mails[1].delivery.clone();
    mail.state = State::Queued;
    stage.tell(Event::Settled(mail.id, Ok(Box::new(mail.clone()))));
    let watched = stage.taken();
    assert!(
        matches!(&watched[..], [Effect::ReadDelivery { delivery, .. }] if *delivery == mail.id)
    );
    assert!(status(&stage).contains("queued once more; the outbox is paused"));
    mail.state = State::Accepted;
    mail.last_reply = Some("the mail program msmtp ended well".to_owned());
    stage.tell(Event::DeliveryRead(mail.id, Some(Box::new(mail))));
    let said = "✓ this machine's mail program accepted the mail to Søren Kierkegaard";
    assert!(status(&stage).starts_with(said), "{}", status(&stage));
}

#[rstest]
#[case("w", "it may have left already", 1)]
#[case("a", "nothing to settle or to send again", 0)]
#[case("s", "nothing to settle or to send again", 3)]
#[case("w", "too late: it is leaving just now", 2)]
fn what_can_not_be_done_is_refused_in_words(
    #[case] key: &str,
    #[case] words: &str,
    #[case] down: usize,
) {
    let mut stage = open(outbox());
    for _ in 0..down {
        stage.keys("j");
    }
    assert!(stage.keys(key).taken().is_empty());
    assert!(status(&stage).contains(words), "{}", status(&stage));
}
