//! The fields of the form, line by line, with what is said under them.

use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation as _;

use super::Pen;
use crate::domain::draft::{Defaults, Field as Name};
use crate::domain::text::{clip, columns, visible, wrap};
use crate::tui::field::Field;
use crate::tui::model::form::{Form, Stop};
use crate::tui::safe;
use crate::tui::theme::Role;

const LABEL: usize = 13;
// Lines of a note that are shown at a time.
const NOTE_LINES: usize = 4;

/// The lines of the form while they are made.
pub(super) struct Page {
    pen: Pen,
    width: usize,
    pub(super) lines: Vec<Line<'static>>,
    /// The lines of the stop with the cursor: from, to.
    pub(super) focus: (usize, usize),
    /// Where the cursor stands: column, line.
    pub(super) cursor: Option<(usize, usize)>,
}

impl Page {
    /// An empty page.
    pub(super) const fn new(pen: Pen, width: usize) -> Self {
        Self {
            pen,
            width,
            lines: Vec::new(),
            focus: (0, 0),
            cursor: None,
        }
    }

    /// Adds a stop of the Tab key, and what is said under it.
    pub(super) fn stop(&mut self, form: &Form, index: usize, defaults: &Defaults) {
        let first = self.lines.len();
        let focused = form.focus == index;
        let stop = form.stop(index);
        match (stop, form.fields.get(index)) {
            (Stop::Field(Name::Note), Some((_, field))) => self.note(field, focused),
            (Stop::Field(name), Some((_, field))) => self.field(name, field, focused, defaults),
            _ => self.mail(form.mail, focused),
        }
        if let Some(refusal) = form.refusal(index) {
            self.remark(Role::Trouble, refusal);
        }
        if let Stop::Field(name) = stop {
            self.meaning(form, name);
        }
        if focused {
            for (at, offer) in form.offers.iter().enumerate() {
                let chosen = form.chosen == Some(at);
                let (mark, role) = if chosen {
                    ("▸", Role::Accent)
                } else {
                    (" ", Role::Text)
                };
                let room = self.width.saturating_sub(LABEL + 3);
                let text = format!("{:LABEL$} {mark} {}", "", safe::line(&offer.label, room));
                self.lines.push(Line::from(self.pen.write(role, text)));
            }
            if !form.offers.is_empty() {
                let hint = format!("{:LABEL$}   ↓ and Enter take one", "");
                self.lines.push(Line::from(self.pen.write(Role::Dim, hint)));
            }
            self.focus = (first, self.lines.len());
        }
    }

    fn meaning(&mut self, form: &Form, name: Name) {
        for notice in form
            .meaning
            .notices
            .iter()
            .filter(|notice| notice.field == name)
        {
            self.remark(Role::Attention, &notice.message);
        }
        if let (Name::At, Some(question)) = (name, &form.meaning.question) {
            self.remark(Role::Attention, question);
        }
        if let (Name::At, Some((ours, theirs))) = (name, &form.meaning.echo) {
            self.remark(Role::Fine, ours);
            if let Some(theirs) = theirs {
                self.remark(Role::Dim, theirs);
            }
        }
    }

    fn label(&self, stop: Stop, focused: bool) -> Vec<Span<'static>> {
        let mark = if focused {
            self.pen.write(Role::Accent, " ▌ ")
        } else {
            Span::raw("   ")
        };
        let role = if focused { Role::Strong } else { Role::Dim };
        vec![
            mark,
            self.pen
                .write(role, format!("{:<width$}", stop.label(), width = LABEL - 2)),
        ]
    }

    const fn room(&self) -> usize {
        self.width.saturating_sub(LABEL + 3)
    }

    fn field(&mut self, name: Name, field: &Field, focused: bool, defaults: &Defaults) {
        let mut line = self.label(Stop::Field(name), focused);
        if field.text().is_empty() {
            line.push(self.pen.write(
                Role::Dim,
                safe::line(&placeholder(name, defaults, focused), self.room()),
            ));
        }
        let (shown, at) = window(field, self.room());
        line.push(self.pen.write(Role::Text, shown));
        if focused {
            self.cursor = Some((LABEL + 1 + at, self.lines.len()));
        }
        self.lines.push(Line::from(line));
    }

    fn note(&mut self, field: &Field, focused: bool) {
        let (before, _) = field.around_cursor();
        let row = before.matches('\n').count();
        let all: Vec<&str> = field.text().split('\n').collect();
        let first = (row + 1).saturating_sub(NOTE_LINES);
        for (index, text) in all.iter().enumerate().skip(first).take(NOTE_LINES) {
            let mut line = if index == first {
                self.label(Stop::Field(Name::Note), focused)
            } else {
                vec![Span::raw(" ".repeat(LABEL + 1))]
            };
            let in_line = if index == row {
                before.rsplit('\n').next().unwrap_or_default()
            } else {
                ""
            };
            let rest = text.get(in_line.len()..).unwrap_or_default();
            let (shown, at) = around(in_line, rest, self.room());
            if field.text().is_empty() {
                line.push(self.pen.write(
                    Role::Dim,
                    if focused {
                        "what to prepare; goes into the mail"
                    } else {
                        ""
                    },
                ));
            }
            line.push(self.pen.write(Role::Text, shown));
            if focused && index == row {
                self.cursor = Some((LABEL + 1 + at, self.lines.len()));
            }
            self.lines.push(Line::from(line));
        }
    }

    fn mail(&mut self, mail: bool, focused: bool) {
        let mut line = self.label(Stop::Mail, focused);
        let (mark, words) = if mail {
            ("[x]", "send the invitation")
        } else {
            ("[ ]", "only save; nobody is mailed")
        };
        line.push(
            self.pen
                .write(if focused { Role::Accent } else { Role::Text }, mark),
        );
        line.push(self.pen.write(Role::Text, format!(" {words}")));
        if focused {
            line.push(self.pen.write(Role::Dim, "   Space changes"));
        }
        self.lines.push(Line::from(line));
    }

    /// Adds something said under a field.
    pub(super) fn remark(&mut self, role: Role, text: &str) {
        let glyph = role.glyph();
        let text = visible(text);
        for (index, line) in wrap(&text, self.width.saturating_sub(LABEL + 4))
            .into_iter()
            .enumerate()
        {
            let glyph = if index == 0 { glyph } else { " " };
            self.lines.push(Line::from(self.pen.write(
                role,
                format!("{:width$}{glyph} {line}", "", width = LABEL + 1),
            )));
        }
    }
}

fn placeholder(name: Name, defaults: &Defaults, focused: bool) -> String {
    let shown = |text: &str| {
        if focused {
            text.to_owned()
        } else {
            String::new()
        }
    };
    match name {
        Name::At => shown("tomorrow at 3pm · tue 15:00 · 2031-05-06 14:30"),
        Name::Zone => defaults
            .zone
            .as_ref()
            .map_or(shown("for example Europe/London"), |zone| {
                zone.name().to_owned()
            }),
        Name::CandidateZone => shown("the candidate's zone, for their clock"),
        Name::Duration => defaults.duration.to_string(),
        Name::Company => defaults.company.clone().unwrap_or_default(),
        Name::Recruiter => defaults.recruiter.label(),
        Name::Interviewers => shown("Ada Byron <ada@acme.example>, …"),
        Name::MeetingUrl => shown("https://…"),
        Name::Round => shown("first, final …"),
        Name::Kind => shown("technical, behavioural …"),
        Name::Candidate | Name::Email | Name::Role | Name::Note => String::new(),
    }
}

// What is shown of a field in so many columns, and the column of the cursor in it.
fn window(field: &Field, room: usize) -> (String, usize) {
    let (before, after) = field.around_cursor();
    around(before, after, room)
}

fn around(before: &str, after: &str, room: usize) -> (String, usize) {
    // Far more than any screen shows, so that a huge text costs nothing.
    let tail: String = before
        .graphemes(true)
        .rev()
        .take(500)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    let mut tail = visible(&tail).into_owned();
    while columns(&tail) + 1 > room.max(2) {
        let first = tail.graphemes(true).next().map_or(tail.len(), str::len);
        tail.drain(..first.max(1));
    }
    let at = columns(&tail);
    let head: String = after.graphemes(true).take(500).collect();
    let head = clip(&visible(&head), room.saturating_sub(at));
    (format!("{tail}{head}"), at)
}
