//! Every screen at awkward sizes, and foreign text that wants out.

use proptest::prelude::*;
use rstest::rstest;

use crate::app::{Affected, InTheWay, UnsentMail, Waiting};
use crate::domain::access::{Access, AccessKind};
use crate::domain::batch::Progress;
use crate::domain::delivery::State;
use crate::domain::door::Door;
use crate::domain::text::{columns, visible};
use crate::tui::layout::said;
use crate::tui::message::{Effect, Event, Intent};
use crate::tui::model::Modal;
use crate::tui::model::outbox::Steer;
use crate::tui::model::plan::MadePlan;
use crate::tui::testing::{
    Stage, at, batches, id, mailed, marked_plan, not_served, outbox, plan, row, rows, waiting,
};
use crate::tui::theme::Role;

const SCENES: [&str; 34] = [
    "import-file",
    "import",
    "list",
    "waiting",
    "pane",
    "details",
    "source",
    "find",
    "palette",
    "change",
    "form-empty",
    "form-filled",
    "form-refused",
    "form-ambiguous",
    "form-preview",
    "plan",
    "plan-many",
    "findings",
    "findings-evidence",
    "findings-head",
    "findings-empty",
    "marks",
    "plan-marked",
    "batches",
    "batch-stop",
    "batch-held",
    "outbox",
    "outbox-empty",
    "outbox-withdraw",
    "outbox-again",
    "outbox-settle",
    "outbox-resume",
    "help",
    "quit",
];

fn scene(name: &str, rows: Vec<crate::app::Row>, width: u16, height: u16) -> Stage {
    let mut stage = Stage::showing(rows, width, height);
    stage.keys("j");
    stage.answer_pane();
    match name {
        "list" => {}
        "waiting" => {
            let grace = waiting(2, "Grace Hopper", "2031-03-04T09:11:00Z");
            let id = grace.id();
            let mut rows = stage.model.list.rows.clone();
            rows[1] = grace;
            stage.tell(Event::DataChanged);
            stage.answer_window(rows);
            stage.answer_pane();
            stage.tell(Event::WaitingRead(Ok(vec![Waiting {
                id,
                name: "Grace Hopper".to_owned(),
                since: at("2031-03-04T09:11:00Z"),
            }])));
        }
        "pane" => drop(stage.keys("Tab")),
        "details" => drop(stage.keys("Enter")),
        "source" => drop(stage.keys("Enter p p p p p")),
        "palette" => drop(stage.keys(": li Down")),
        "import-file" => drop(stage.keys(": import Enter t.csv")),
        "import" => drop(stage.importing("José")),
        "change" => drop(stage.keys(": hour Enter")),
        "find" => drop(stage.keys("/ link:missing~ada")),
        "form-empty" => drop(stage.keys("n")),
        "form-filled" | "form-preview" => {
            stage.keys("n Grace~Hopper Tab grace@gmial.com Tab Compiler~Engineer Tab tomorrow~15:00 Tab Tab America/New_York");
            stage.answer_pane();
            if name == "form-preview" {
                stage.keys("Ctrl-p");
            }
        }
        "form-refused" => drop(stage.keys("n Tab nobody Ctrl-s")),
        "form-ambiguous" => drop(stage.keys("n Ada Tab ada@c.example Tab Engineer Tab tue~15:00")),
        "plan" | "plan-many" => {
            stage.taken();
            stage.keys("R");
            let Some(Effect::MakePlan { request, .. }) = stage.taken().pop() else {
                panic!()
            };
            stage.tell(Event::PlanMade(
                request,
                Ok(plan(if name == "plan" { 1 } else { 35 }).into()),
            ));
            stage.tell(Event::PlanDrawn);
        }
        name if name.starts_with("findings") => {
            if name == "findings-empty" {
                stage.model.list.rows.retain(|row| row.id() == id(2));
            }
            stage.keys("A");
            stage.answer_pane();
            if name == "findings-head" {
                stage.keys("k");
            }
            if name == "findings-evidence" {
                stage.keys("Tab");
                stage.answer_pane();
                stage.keys("Enter");
            }
        }
        "marks" | "plan-marked" | "batches" | "batch-stop" | "batch-held" => {
            bulk_scene(&mut stage, name);
        }
        "outbox-empty" => {
            stage.keys("B");
            stage.answer_pane();
        }
        name if name.starts_with("outbox") => {
            stage.outbox = outbox();
            if name == "outbox-resume" {
                stage.outbox.unsent.count = 52;
            }
            stage.keys("B");
            stage.answer_pane();
            stage.keys(match name {
                "outbox-withdraw" => "w",
                "outbox-again" => "j a",
                "outbox-settle" => "j s she~phoned",
                "outbox-resume" => "j j j r",
                _ => "j j j",
            });
            stage.tell(Event::PlanDrawn);
        }
        "help" => drop(stage.keys("?")),
        "quit" => stage.model.modals.push(Modal::Quit(UnsentMail {
            count: 3,
            held: 1,
            paused: 0,
            first_start: Some(at("2031-03-04T11:15:00Z")),
        })),
        other => panic!("no scene {other}"),
    }
    stage
}

fn bulk_scene(stage: &mut Stage, name: &str) {
    match name {
        "marks" => {
            stage.keys("Space j v j j");
            stage.answer_pane();
            stage.model.marks.ids.insert(id(77));
            stage.model.marks.hidden = 1;
        }
        "plan-marked" => {
            stage.keys("a");
            stage.answer_pane();
            stage.keys("R");
            let Some(Effect::MakePlan { request, .. }) = stage.taken().pop() else {
                panic!()
            };
            let made = MadePlan {
                hidden: 2,
                ..marked_plan().into()
            };
            stage.tell(Event::PlanMade(request, Ok(made)));
            stage.tell(Event::PlanDrawn);
            stage.keys("j j j");
        }
        "batches" | "batch-stop" => {
            stage.outbox.batches = batches();
            stage.keys("B Tab");
            stage.answer_pane();
            if name == "batch-stop" {
                stage.keys("s");
                stage.tell(Event::PlanDrawn);
            }
        }
        "batch-held" => {
            let mut held = batches();
            held[0].progress = Progress {
                waiting: 34,
                ..Progress::default()
            };
            held[0].batch.held_until = Some(at("2031-03-04T09:12:25Z"));
            stage.outbox.batches = held;
            stage.model.watched.push(12);
            stage.tell(Event::DataChanged);
            stage.answer_pane();
        }
        other => panic!("no scene {other}"),
    }
}

#[rstest]
fn every_screen_at_every_size(
    #[values((80, 24), (200, 50), (120, 30), (40, 10))] size: (u16, u16),
) {
    let (width, height) = size;
    for name in SCENES {
        let screen = scene(name, rows(), width, height).screen();
        insta::assert_snapshot!(format!("{name}-{width}x{height}"), screen);
    }
    let empty = Stage::showing(Vec::new(), width, height).screen();
    insta::assert_snapshot!(format!("empty-{width}x{height}"), empty);
}

#[test]
fn the_newest_event_is_seen_where_there_is_room_for_one() {
    let mut stage = scene("list", rows(), 80, 24);
    let event = &mut stage.model.pane.dossier.as_mut().unwrap().events;
    event.last_mut().unwrap().detail = "the newest".to_owned();
    let screen = stage.screen();
    assert!(screen.contains("the newest"), "{screen}");
}

#[test]
fn no_size_panics_and_any_can_follow_any() {
    for name in SCENES {
        let mut stage = scene(name, rows(), 80, 24);
        for (width, height) in [
            (0, 0),
            (1, 1),
            (2, 3),
            (9, 5),
            (20, 7),
            (99, 12),
            (100, 8),
            (300, 4),
            (5, 60),
        ] {
            stage.tell(Event::Resized(width, height));
            stage.screen();
            stage.want(Intent::Down);
            stage.screen();
        }
    }
}

#[rstest]
fn foreign_text_is_harmless_in_every_widget(
    #[values((80, 24), (200, 50), (40, 10))] size: (u16, u16),
) {
    let hostile = [
        "\x1b[2J\x1b]0;owned\x07\x1b[31mred",
        "a\u{202e}gpj.exe\u{2066}b",
        "zero\u{200b}\u{feff}\u{200d}width\u{ad}",
        "👩‍👩‍👧‍👦🏳️‍🌈👩🏽‍💻❤️é",
        "Z\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}algo",
        "line\r\nBcc: x\ttab\u{9b}31m\u{85}",
        "\u{3164}\u{115f}",
    ];
    let long = "李👩‍💻".repeat(2_000);
    for text in hostile.into_iter().chain([long.as_str()]) {
        let mut hostile = mailed(row(2, text, "2031-03-04T11:15:00Z"), State::Accepted);
        hostile.interview.role = text.to_owned();
        hostile.interview.company = Some(text.to_owned());
        hostile.interview.note = Some(text.to_owned());
        hostile.interview.round = Some(text.to_owned());
        hostile.interview.recruiter.name = Some(text.to_owned());
        for name in SCENES {
            let mut stage = scene(name, vec![hostile.clone(), hostile.clone()], size.0, size.1);
            stage.model.setting.user = text.to_owned();
            stage.model.setting.read_only = Some(text.to_owned());
            stage.model.sending.transport = text.to_owned();
            stage.model.serving = not_served(InTheWay::Other(text.to_owned()));
            stage.model.affected = Affected {
                count: 7,
                first: vec![text.to_owned(); 3],
            };
            stage.model.list.error = Some(text.to_owned());
            if let Some(pause) = &mut stage.model.outbox.pause {
                pause.why = text.to_owned();
            }
            for mail in &mut stage.model.outbox.mails {
                mail.candidate = text.to_owned();
                mail.delivery.last_reply = Some(text.to_owned());
                mail.delivery.settled = Some(crate::app::Settled {
                    at: stage.model.moment.now,
                    by: text.to_owned(),
                    why: text.to_owned(),
                });
            }
            for modal in &mut stage.model.modals {
                match modal {
                    Modal::Steer(question) => {
                        if let Steer::Resume { pause, .. } = &mut question.steer {
                            pause.why = text.to_owned();
                        }
                    }
                    Modal::Settle(line) => line.mail.candidate = text.to_owned(),
                    _ => {}
                }
            }
            if let Some(dossier) = &mut stage.model.pane.dossier {
                dossier.deliveries[0].last_reply = Some(text.to_owned());
                dossier.events[0].detail = text.to_owned();
                dossier.events[0].actor = text.to_owned();
            }
            let mut mail = crate::tui::testing::mail();
            mail.html = format!("<p>{text}</p>");
            mail.source = text.to_owned();
            stage.model.pane.mail.show(Some(Ok(mail)));
            stage.tell(Event::Resized(size.0, size.1));
            stage.want(Intent::Paste(text.to_owned()));
            assert_harmless(&stage);
        }
    }
}

fn assert_harmless(stage: &Stage) {
    let buffer = stage.buffer();
    let width = usize::from(buffer.area.width);
    for (index, cell) in buffer.content.iter().enumerate() {
        let symbol = cell.symbol();
        assert!(!symbol.chars().any(char::is_control), "{symbol:?}");
        // A lone mark is shown as a marker; on its letter it is an ordinary part of a name.
        assert!(symbol.is_ascii() || visible(symbol) == symbol, "{symbol:?}");
        assert!(
            index % width + columns(symbol) <= width,
            "{symbol:?} leaves its line"
        );
    }
}

#[test]
fn whether_a_candidate_looked_is_seen_and_is_not_joining() {
    let opened = "opened 09:02: page said it opens 11:00, not joined";
    let mut stage = Stage::showing(rows(), 120, 30);
    stage.keys("j");
    stage.answer_pane();
    assert!(!stage.screen().contains("opened 09:02"));
    let dossier = stage.model.pane.dossier.as_mut().unwrap();
    dossier.accesses.push(Access {
        at: at("2031-03-04T09:02:00Z"),
        kind: AccessKind::View,
        door: Door::NotYetOpen,
        opens_at: Some(at("2031-03-04T11:00:00Z")),
    });
    assert!(stage.screen().contains(opened), "{}", stage.screen());
    stage.keys("Enter");
    let screen = stage.screen();
    assert!(screen.contains(opened), "{screen}");
    assert_eq!(screen.matches("opened 09:02").count(), 2, "{screen}");
    let dossier = stage.model.pane.dossier.as_mut().unwrap();
    dossier.row.interview.joined_at = Some(at("2031-03-04T09:10:00Z"));
    assert!(stage.screen().contains("joined 09:10"));
}

proptest! {
    #[test]
    fn a_sentence_of_four_lines_stands_whole_below_and_a_longer_one_ends_in_an_ellipsis(
        words in proptest::collection::vec("[a-z]{1,12}", 1..60),
        role in prop::sample::select(vec![Role::Text, Role::Fine, Role::Attention, Role::Trouble]),
    ) {
        let text = words.join(" ");
        let mut stage = Stage::new(80, 24);
        stage.model.say(role, text.clone());
        let lines = said(&stage.model);
        let glyph = role.glyph().trim();
        let together = lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
        let together = together.strip_prefix(glyph).unwrap().trim();
        // Words of twelve letters leave at most twelve columns of a line empty.
        if columns(&text) <= 4 * (76 - 12) {
            prop_assert_eq!(together, &text);
        } else if together != text {
            prop_assert!(text.starts_with(together.strip_suffix('…').unwrap().trim()), "{together}");
        }
        prop_assert!(lines.len() <= 4 && lines.iter().all(|line| columns(line) <= 78));
        let screen = stage.screen();
        let shown: Vec<&str> = screen.lines().rev().take(lines.len()).collect();
        for (line, shown) in lines.iter().rev().zip(shown) {
            prop_assert!(shown.trim_start().starts_with(line.trim()), "{shown}");
        }
    }
}

#[test]
fn a_long_sentence_takes_its_room_from_the_list_and_leaves_the_cursor_in_sight() {
    let mut stage = Stage::new(80, 16);
    stage.keys("G");
    let name = stage
        .model
        .selected()
        .unwrap()
        .interview
        .candidate_name
        .clone();
    let long = "the words of a sentence that does not fit on one line ".repeat(4);
    stage.tell(Event::Changed(Ok(long)));
    assert_eq!(said(&stage.model).len(), 3);
    let screen = stage.screen();
    assert!(screen.contains(&name), "{screen}");
    stage.keys("k");
    assert!(said(&stage.model).is_empty(), "gone with the next key");
}
