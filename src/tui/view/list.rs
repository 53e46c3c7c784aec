//! The list: when, how far away, who, what for, and first of all whether they can get in.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Pen, dimmed, show};
use crate::app::Row;
use crate::domain::door::Door;
use crate::domain::text::{pad, visible};
use crate::domain::verdict::{Reason, Standing};
use crate::domain::when;
use crate::tui::model::list::{Entry, Narrowing};
use crate::tui::model::{Focus, Model};
use crate::tui::safe;
use crate::tui::theme::{Role, Theme};

const MARGIN: usize = 3;
const TIME: usize = 7;
const DISTANCE: usize = 11;
const VERDICT: usize = 27;
// A role is shown when a name still has this much beside it.
const NAME: usize = 20;
const ROLE: usize = 14;

/// The meaning of a standing.
pub(super) const fn role_of(reason: Reason) -> Role {
    match reason.standing() {
        Standing::Blocked => Role::Trouble,
        Standing::NotInvited | Standing::InDoubt => Role::Attention,
        Standing::Ready => Role::Fine,
        Standing::Over => Role::Dim,
    }
}

pub(super) fn draw(frame: &mut Frame<'_>, model: &Model, theme: Theme, area: Rect) {
    let pen = Pen(theme);
    let height = usize::from(area.height);
    if !model.list.known || height == 0 {
        return;
    }
    if model.list.rows.is_empty() {
        return show(frame, area, nothing(model, pen), 0);
    }
    let columns = Columns::fitting(usize::from(area.width));
    let entries = model.list.entries(height, |row| model.heading(row));
    let line = |entry: &Entry| match entry {
        Entry::Heading(heading) => Line::from(pen.write(Role::Dim, format!("   {heading}"))),
        Entry::Row(index) => match model.list.rows.get(*index) {
            Some(row) => row_line(model, row, pen, &columns),
            None => Line::default(),
        },
    };
    show(frame, area, entries.iter().map(line).collect(), 0);
}

// How wide each column is; none where it has given way.
struct Columns {
    distance: usize,
    name: usize,
    role: usize,
    verdict: usize,
}

impl Columns {
    // They give way in the order role, distance; the verdict stays longest.
    fn fitting(width: usize) -> Self {
        let rest = width.saturating_sub(MARGIN + TIME);
        let verdict = if rest >= VERDICT + 14 {
            VERDICT
        } else {
            rest / 2 + 2
        };
        let rest = rest.saturating_sub(verdict);
        let distance = if rest >= DISTANCE + 12 { DISTANCE } else { 0 };
        let rest = rest - distance;
        let role = if rest >= NAME + ROLE + 2 {
            ROLE.max((rest - NAME) / 2).min(32)
        } else {
            0
        };
        Self {
            distance,
            name: rest - role,
            role,
            verdict,
        }
    }
}

fn row_line(model: &Model, row: &Row, pen: Pen, columns: &Columns) -> Line<'static> {
    let (zone, now) = (&model.setting.zone, model.moment.now);
    let interview = &row.interview;
    let reason = row.reason(&model.setting.window, now);
    let under_cursor = model.list.cursor == Some(row.id());
    let ghost = model.list.ghost == Some(row.id());
    let over = reason.standing() == Standing::Over;
    let plain = if ghost || over { Role::Dim } else { Role::Text };
    let name = if under_cursor && !ghost {
        Role::Strong
    } else {
        plain
    };
    let column = |text: &str, width: usize| {
        if width == 0 {
            String::new()
        } else {
            pad(&safe::line(text, width - 1), width)
        }
    };
    let time = interview
        .starts_at
        .map_or("—".to_owned(), |start| when::time_24h(start, zone));
    let distance = interview.starts_at.map_or(String::new(), |start| {
        when::relative_short(start, zone, now)
    });
    let door = row.door(&model.setting.window, now);
    let verdict = match door {
        Door::Waiting => Role::Attention,
        Door::Joined | Door::Admitted => Role::Fine,
        _ => role_of(reason),
    };
    let words = safe::line(
        &visible(&row.words(&model.setting.window, zone, now)),
        columns.verdict.saturating_sub(2),
    );
    let verdict = if ghost {
        pen.write(Role::Dim, format!("  {words}"))
    } else {
        pen.mark(verdict, &words)
    };
    let cursor = match (under_cursor, model.focus) {
        (true, Focus::List) => pen.write(Role::Accent, " ▌"),
        (true, Focus::Pane | Focus::Details) => pen.write(Role::Dim, " ▌"),
        (false, _) => Span::raw("  "),
    };
    let mark = if model.marks.has(row.id()) {
        pen.write(Role::Accent, "●")
    } else {
        Span::raw(" ")
    };
    let line = Line::from(vec![
        cursor,
        mark,
        pen.write(plain, column(&time, TIME)),
        pen.write(Role::Dim, column(&distance, columns.distance)),
        pen.write(name, column(&interview.candidate_name, columns.name)),
        pen.write(Role::Dim, column(&interview.role, columns.role)),
        verdict,
    ]);
    if ghost {
        line.style(dimmed(pen.0))
    } else {
        line
    }
}

fn nothing(model: &Model, pen: Pen) -> Vec<Line<'static>> {
    let narrowed = model.list.narrowing != Narrowing::None;
    let line = |spans: Vec<Span<'static>>| {
        let mut indented = vec![Span::raw("   ")];
        indented.extend(spans);
        Line::from(indented)
    };
    let mut lines = vec![Line::default()];
    if narrowed {
        lines.push(line(vec![pen.write(Role::Text, "Nothing matches.")]));
        lines.push(line(pen.key("Esc", "shows everything again").into()));
        return lines;
    }
    lines.push(line(vec![pen.write(Role::Strong, "No interviews yet.")]));
    lines.push(Line::default());
    lines.push(line(
        pen.key(
            "n",
            "schedules one: it is saved, gets its link, and its mail leaves",
        )
        .into(),
    ));
    lines.push(line(pen.key("?", "shows all keys").into()));
    if model.setting.mail_stays_here {
        lines.push(Line::default());
        lines.push(line(vec![pen.write(
            Role::Dim,
            "Until a mail server is configured, mail is stored on this machine.",
        )]));
    }
    lines
}
