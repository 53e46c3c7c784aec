//! A plan: what will be done to whom, and why, before it is done.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Pen, cut, panel};
use crate::app::{Action, Plan, PlanRow, Step};
use crate::domain::text::{pad, visible};
use crate::domain::when;
use crate::tui::model::Model;
use crate::tui::model::plan::PlanView;
use crate::tui::safe;
use crate::tui::theme::{Role, Theme};

pub(super) fn draw(
    frame: &mut Frame<'_>,
    model: &Model,
    view: &PlanView,
    theme: Theme,
    area: Rect,
) {
    let pen = Pen(theme);
    let width = usize::from(area.width).saturating_sub(2);
    let mut lines = vec![heading(view, pen, width)];
    match &view.plan {
        None => lines.push(Line::from(pen.write(Role::Dim, " a moment …"))),
        Some(Err(why)) => lines.extend(indented(pen.paragraph(
            Role::Trouble,
            &format!("! {}", visible(why)),
            width,
        ))),
        Some(Ok(plan)) => {
            let rows = usize::from(area.height).saturating_sub(7).max(1);
            lines.extend(rows_of(plan, view, pen, width, rows));
            lines.extend(whole_reason(plan, view, pen, width));
            let wish = plan.sends() > 0 && !model.setting.hold.is_zero();
            if wish {
                let seconds = model.setting.hold.as_secs();
                lines.push(Line::from(pen.write(
                    Role::Dim,
                    format!(" held {seconds} s first: u takes it back"),
                )));
            }
        }
    }
    if let Some(number) = view.number() {
        let typed = format!(" Type {number}, then y: {}▏", view.typed.text());
        lines.push(Line::from(pen.write(Role::Strong, typed)));
    }
    if let Some(objection) = &view.objection {
        lines.extend(indented(pen.paragraph(
            Role::Attention,
            &format!("▲ {objection}"),
            width,
        )));
    }
    if view.running {
        lines.push(Line::from(pen.write(Role::Dim, " being carried out …")));
    }
    panel(frame, theme, area, lines);
}

fn indented(lines: Vec<Line<'static>>) -> Vec<Line<'static>> {
    let shift = |mut line: Line<'static>| {
        line.spans.insert(0, Span::raw(" "));
        line
    };
    lines.into_iter().map(shift).collect()
}

fn heading(view: &PlanView, pen: Pen, width: usize) -> Line<'static> {
    let mut line = vec![Span::raw(" ")];
    let way = |chosen: bool, words: &str| {
        let role = if chosen { Role::Strong } else { Role::Dim };
        pen.write(
            role,
            format!("{} {words}   ", if chosen { "▸" } else { " " }),
        )
    };
    match view.action {
        Action::Resend => line.push(pen.write(Role::Strong, "Resend the invitation   ")),
        Action::Rotate => line.push(pen.write(Role::Strong, "Replace the link   ")),
        Action::Repair { send } => {
            line.push(way(send, "Make the link and invite"));
            line.push(way(!send, "Only make the link"));
        }
    }
    if let Some(plan) = view.made().filter(|plan| plan.rows.len() > 1) {
        let links = plan.acts() - plan.sends();
        let links = if links > 0 {
            format!("{links} link only · ")
        } else {
            String::new()
        };
        line.push(pen.write(
            Role::Text,
            format!("{} send · {links}{} skip", plan.sends(), plan.skips()),
        ));
    }
    Line::from(cut(line, width))
}

fn rows_of(
    plan: &Plan,
    view: &PlanView,
    pen: Pen,
    width: usize,
    height: usize,
) -> Vec<Line<'static>> {
    let first = view.row.saturating_sub(height.saturating_sub(1));
    let several = plan.rows.len() > 1;
    let rows = plan.rows.iter().enumerate().skip(first).take(height);
    rows.flat_map(|(index, row)| row_lines(row, several, several && index == view.row, pen, width))
        .collect()
}

// Where the rows of many have no room for their reasons, the one under the cursor is said in full.
fn whole_reason(plan: &Plan, view: &PlanView, pen: Pen, width: usize) -> Option<Line<'static>> {
    const ROOMY: usize = 110;
    let row = plan
        .rows
        .get(view.row)
        .filter(|_| plan.rows.len() > 1 && width < ROOMY)?;
    let why = visible(row.step.why());
    Some(Line::from(cut(
        vec![pen.write(
            Role::Dim,
            format!("   {}: {why}", safe::line(&row.candidate, 30)),
        )],
        width,
    )))
}

fn row_lines(
    row: &PlanRow,
    several: bool,
    under_cursor: bool,
    pen: Pen,
    width: usize,
) -> Vec<Line<'static>> {
    let role = if row.acts() { Role::Accent } else { Role::Dim };
    let (word, why) = (row.step.name(), row.step.why());
    let cursor = if under_cursor {
        pen.write(Role::Accent, " ▌ ")
    } else {
        Span::raw("   ")
    };
    let word = pen.write(role, pad(word, 6));
    let name = safe::line(&row.candidate, 40);
    let address = row
        .address
        .as_deref()
        .map(|address| format!(" <{}>", safe::line(address, 60)))
        .unwrap_or_default();
    let start = row.starts_at.map_or("no time yet".to_owned(), |start| {
        let theirs = when::both_clocks(start, &row.zone, row.candidate_zone.as_ref())
            .theirs
            .filter(|_| !several);
        let theirs = theirs
            .and(row.candidate_zone.as_ref())
            .map(|zone| format!(" · {}", when::time_and_zone(start, zone)));
        format!(
            "{}{}",
            when::day_and_time(start, &row.zone),
            theirs.unwrap_or_default()
        )
    });
    let why = visible(why).into_owned();
    if several {
        let whom = pad(&format!("{name}{address}"), 38);
        let line = vec![
            cursor,
            word,
            pen.write(Role::Text, whom),
            pen.write(Role::Dim, format!(" {} ", pad(&start, 26))),
            pen.write(Role::Text, why),
        ];
        return vec![Line::from(cut(line, width))];
    }
    // One alone has the room to be read at leisure.
    let who = vec![
        cursor,
        word,
        pen.write(Role::Strong, name),
        pen.write(Role::Text, address),
    ];
    let rest = format!("         {start}");
    let why_role = if matches!(row.step, Step::Skip { .. }) {
        Role::Attention
    } else {
        Role::Text
    };
    vec![
        Line::from(cut(who, width)),
        Line::from(cut(vec![pen.write(Role::Text, rest)], width)),
        Line::from(cut(
            vec![pen.write(why_role, format!("         {why}"))],
            width,
        )),
    ]
}
