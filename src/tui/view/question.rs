//! Questions: what would be lost or what would happen, and the keys that answer. The keys stand in the status line.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::header::first_start;
use super::{Pen, panel};
use crate::app::{self, BatchStatus, UnsentMail};
use crate::domain::change::{Ending, Extension};
use crate::domain::text::visible;
use crate::domain::when;
use crate::tui::field::Field;
use crate::tui::model::change::{ChangeQuestion, Deed};
use crate::tui::model::outbox::{Steer, SteerQuestion, whom};
use crate::tui::model::{Modal, Model};
use crate::tui::safe;
use crate::tui::theme::{Role, Theme};

// What is asked, what it means, what is typed, and what stands in the way.
struct Question {
    asked: String,
    explained: String,
    typed: Option<String>,
    objection: Option<String>,
}

impl Question {
    const fn plain(asked: String, explained: String) -> Self {
        Self {
            asked,
            explained,
            typed: None,
            objection: None,
        }
    }
}

pub(super) fn draw(frame: &mut Frame<'_>, model: &Model, modal: &Modal, theme: Theme, area: Rect) {
    let pen = Pen(theme);
    let Some(question) = question(model, modal) else {
        return;
    };
    let width = usize::from(area.width).saturating_sub(2);
    let mut lines = pen.paragraph(Role::Strong, &question.asked, width);
    lines.extend(pen.paragraph(Role::Dim, &question.explained, width));
    if let Some(typed) = question.typed {
        lines.extend(pen.paragraph(Role::Strong, &typed, width));
    }
    if let Some(objection) = question.objection {
        lines.extend(pen.paragraph(Role::Attention, &format!("▲ {objection}"), width));
    }
    let indented = lines.into_iter().map(|mut line| {
        line.spans.insert(0, Span::raw(" "));
        line
    });
    let lines: Vec<Line<'static>> = indented.collect();
    panel(frame, theme, area, lines);
}

fn question(model: &Model, modal: &Modal) -> Option<Question> {
    Some(match modal {
        Modal::Quit(unsent) => quit(model, unsent),
        Modal::LeaveForm => Question::plain(
            "Leave the form? What you typed is lost.".to_owned(),
            "Nothing was saved, and nobody was mailed.".to_owned(),
        ),
        Modal::LeaveTakenBack => Question::plain(
            "The mail was taken back. What about the interview?".to_owned(),
            "It is saved as it was; changes in this form are not.".to_owned(),
        ),
        Modal::Steer(question) => steer(model, question),
        Modal::Change(question) => change(model, question),
        Modal::Settle(line) => Question {
            typed: Some(format!("Why: {}", typed(&line.why))),
            objection: line.objection.clone(),
            ..Question::plain(
                format!("Settle the mail to {} as it is?", whom(&line.mail)),
                "Its outcome stays unknown, and it is not sent again. The interview can be mailed anew."
                    .to_owned(),
            )
        },
        Modal::Find(_)
        | Modal::Form(_)
        | Modal::Plan(_)
        | Modal::Mail(_)
        | Modal::Findings(_)
        | Modal::Evidence(_)
        | Modal::Outbox(_)
        | Modal::Palette(_)
        | Modal::Batches(_)
        | Modal::Import(_)
        | Modal::Help(_) => return None,
    })
}

fn typed(field: &Field) -> String {
    let (before, after) = field.around_cursor();
    format!("{}▏{}", visible(before), visible(after))
}

fn quit(model: &Model, unsent: &UnsentMail) -> Question {
    let mails = if unsent.count == 1 {
        "1 mail has".to_owned()
    } else {
        format!("{} mails have", unsent.count)
    };
    let clock = |start| when::moment(start, &model.setting.zone, model.moment.now);
    let first = unsent
        .first_start
        .map(|start| format!("; the first interview starts {}", clock(start)));
    Question::plain(
        format!("{mails} not left yet{}. Quit?", first.unwrap_or_default()),
        "Nothing else sends them. They stay in the outbox and leave when Greenroom runs again."
            .to_owned(),
    )
}

fn resume(model: &Model, unsent: &UnsentMail, names: &[String]) -> String {
    let mails = match unsent.count {
        0 => return "Resume the outbox? Nothing waits in it.".to_owned(),
        1 => "1 mail".to_owned(),
        count => format!("{count} mails"),
    };
    let named = u64::try_from(names.len()).unwrap_or(u64::MAX);
    let others = match unsent.count.saturating_sub(named) {
        0 => String::new(),
        others => format!(" and {others} more"),
    };
    let first = first_start(model, unsent)
        .map(|first| format!("; the {first}"))
        .unwrap_or_default();
    let names = names.join(", ");
    format!("Resume the outbox? {mails} may leave, to {names}{others}{first}.")
}

fn batch(status: &BatchStatus, what: app::Steer) -> (String, String) {
    let (name, progress) = (status.name(), &status.progress);
    let left = match progress.left() {
        1 => "1 mail has".to_owned(),
        left => format!("{left} mails have"),
    };
    let asked = match what {
        app::Steer::Pause => format!("Pause {name}? {left} not left yet."),
        app::Steer::Resume => format!("Let {name} go on? {left} not left yet and may leave."),
        app::Steer::Stop => format!("Stop {name}? {left} not left yet and will be withdrawn."),
    };
    let explained = match what {
        app::Steer::Pause => "Nothing more of it leaves until it is resumed, in no process.",
        app::Steer::Resume => "What is no longer true is withdrawn, not sent.",
        app::Steer::Stop => {
            "What is leaving just now can't be stopped. r in B mails again what did not leave."
        }
    };
    // What was replaced stays so, whatever becomes of its mail.
    let rotated = what == app::Steer::Stop && status.batch.action == app::Action::Rotate.name();
    let dead = if rotated {
        " The old links have ended all the same: until then nobody of these holds one that works."
    } else {
        ""
    };
    (asked, format!("{}. {explained}{dead}", status.words()))
}

fn steer(model: &Model, question: &SteerQuestion) -> Question {
    let clock = |at| when::moment(at, &model.setting.zone, model.moment.now);
    let (asked, explained) = match &question.steer {
        Steer::Withdraw(mail) => (
            format!("Withdraw the mail to {}?", whom(mail)),
            format!(
                "It has not left and then never will: they are not mailed. Their interview stays, at {}.",
                clock(mail.delivery.starts_at)
            ),
        ),
        Steer::SendAgain(mail) => {
            let paused = if model.outbox.pause.is_some() {
                "It waits until the paused outbox is resumed."
            } else {
                "It leaves at once."
            };
            (
                format!(
                    "Mail {} once more? Their interview starts {}.",
                    whom(mail),
                    clock(mail.delivery.starts_at)
                ),
                format!(
                    "{paused} The same mail under the same Message-ID: they may get it twice, if it did arrive."
                ),
            )
        }
        Steer::Batch(status, what) => batch(status, *what),
        Steer::Resume {
            pause,
            unsent,
            first,
        } => (
            resume(model, unsent, first),
            format!(
                "Paused since {}: {}. What is no longer true is withdrawn, not sent.",
                clock(pause.since),
                safe::line(&pause.reason(), 300)
            ),
        ),
    };
    Question {
        typed: question
            .number()
            .map(|number| format!("Type {number}, then y: {}", typed(&question.typed))),
        objection: question.objection.clone(),
        ..Question::plain(asked, explained)
    }
}

fn change(model: &Model, question: &ChangeQuestion) -> Question {
    let (zone, now) = (&model.setting.zone, model.moment.now);
    let clock = |at| when::moment(at, zone, now);
    let interview = &question.row.interview;
    let name = safe::line(&interview.candidate_name, 40);
    let start = interview
        .starts_at
        .map(|start| format!(" ({})", clock(start)));
    let whom = format!("{name}{}", start.unwrap_or_default());
    let window = model.setting.window.of(&question.after);
    let full = |at| when::moment_in_full(at, zone, now);
    let works = window.map_or_else(String::new, |(opens, closes)| {
        format!("It then works from {} until {}.", full(opens), full(closes))
    });
    let joined = interview
        .joined_at
        .map(|at| format!(" They joined {}.", clock(at)));
    let (asked, explained) = match question.deed {
        Deed::End(Ending::Completed) => (
            format!("Has the interview with {whom} taken place?"),
            "Its link closes.".to_owned(),
        ),
        Deed::End(Ending::NoShow) => (
            format!("Did {whom} not come?"),
            format!("The link closes.{}", joined.unwrap_or_default()),
        ),
        Deed::End(Ending::Cancelled) => (
            format!("Cancel the interview with {whom}?"),
            "Its link lets nobody in any longer.".to_owned(),
        ),
        Deed::Extend(Extension { closes: None, .. }) => {
            (format!("Open the link of {whom} now?"), works)
        }
        Deed::Extend(Extension {
            closes: Some(_), ..
        }) => (format!("Let the link of {whom} work longer?"), works),
    };
    let taken_back = if matches!(question.deed, Deed::Extend(_)) {
        ""
    } else {
        " Mail that has not left is taken back."
    };
    Question::plain(asked, format!("{explained}{taken_back} Nobody is mailed."))
}
