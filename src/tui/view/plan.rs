//! A plan: what will be done to whom, and why, before it is done.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Pen, cut, panel};
use crate::app::{Action, Plan, PlanRow};
use crate::domain::text::{pad, visible};
use crate::domain::when;
use crate::tui::model::Model;
use crate::tui::model::plan::{MadePlan, PlanView, Subject};
use crate::tui::safe;
use crate::tui::theme::{Role, Theme};

// Below this height, there is no room for everything.
const SMALL: u16 = 10;

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
    let mut foot = Vec::new();
    match &view.plan {
        None => lines.push(Line::from(pen.write(Role::Dim, " a moment …"))),
        Some(Err(why)) => lines.extend(indented(pen.paragraph(
            Role::Trouble,
            &format!("! {}", visible(why)),
            width,
        ))),
        Some(Ok(made)) => {
            let plan = &made.plan;
            // On a small screen, what is typed stays longest.
            let small = area.height < SMALL && view.number().is_some();
            lines.extend(totals(model, plan, pen, width).filter(|_| !small));
            lines.extend(skips(made, pen, width).filter(|_| area.height > SMALL));
            lines.extend(remarks(made, pen, width));
            foot.extend(held(model, plan, pen).filter(|_| !small));
        }
    }
    if let Some(number) = view.number() {
        let typed = format!(" Type {number}, then y: {}▏", view.typed.text());
        foot.push(Line::from(pen.write(Role::Strong, typed)));
    }
    if let Some(objection) = &view.objection {
        foot.extend(indented(pen.paragraph(
            Role::Attention,
            &format!("▲ {objection}"),
            width,
        )));
    }
    if view.running {
        foot.push(Line::from(pen.write(Role::Dim, " being carried out …")));
    }
    if let Some(made) = view.made_plan() {
        // What is said of the row under the cursor is said whole; the other rows have what is left.
        let room = usize::from(area.height).saturating_sub(lines.len() + foot.len() + 1);
        let whole = whole_reason(model, made, view, pen, width, room);
        let rows = room.saturating_sub(whole.len()).max(1);
        lines.extend(rows_of(model, made, view, pen, width, rows));
        lines.extend(whole);
    }
    lines.extend(foot);
    panel(frame, theme, area, lines);
}

// How long its mails can be taken back, and what that does not undo.
fn held(model: &Model, plan: &Plan, pen: Pen) -> Option<Line<'static>> {
    let several = plan.sends() > 1;
    let hold = if several {
        model.setting.batch_hold
    } else {
        model.setting.hold
    };
    if plan.sends() == 0 || hold.is_zero() {
        return None;
    }
    let (seconds, it) = (hold.as_secs(), if several { "them" } else { "it" });
    let links = match plan.action {
        Action::Rotate => ", but not the new links",
        Action::Resend | Action::Repair { .. } | Action::Cancel | Action::Revoke => "",
    };
    let text = format!(" held {seconds} s first: u takes {it} back{links}");
    Some(Line::from(pen.write(Role::Dim, text)))
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
    let again;
    let title = match view.action {
        Action::Resend => {
            if let Subject::Retry(number) = view.subject {
                again = format!("Send again what of batch {number} did not leave   ");
                again.as_str()
            } else {
                "Resend the invitation   "
            }
        }
        Action::Rotate => "A new link; the old one ends at once   ",
        Action::Cancel => "Cancel; nobody is mailed   ",
        Action::Revoke => "End the link; nobody is mailed   ",
        Action::Repair { send } => {
            line.push(way(send, "Make the link and invite"));
            line.push(way(!send, "Only make the link"));
            ""
        }
    };
    line.push(pen.write(Role::Strong, title));
    if let Some(plan) = view.made().filter(|plan| plan.rows.len() > 1) {
        let changes = plan.acts() - plan.sends();
        let mut parts = Vec::new();
        if plan.sends() > 0 || changes == 0 {
            parts.push(format!("{} send", plan.sends()));
        }
        if changes > 0 {
            parts.push(format!("{changes} without mail"));
        }
        parts.push(format!("{} skip", plan.skips()));
        line.push(pen.write(Role::Text, parts.join(" · ")));
    }
    Line::from(cut(line, width))
}

// How long its mails take, and the first start that it concerns.
fn totals(model: &Model, plan: &Plan, pen: Pen, width: usize) -> Option<Line<'static>> {
    if plan.rows.len() < 2 {
        return None;
    }
    let mut parts = Vec::new();
    if let Some((takes, rate)) = plan.takes(model.setting.rate).zip(model.setting.rate) {
        let seconds = takes.as_secs().max(1);
        let takes = if seconds < 100 {
            format!("{seconds} s")
        } else {
            format!("{} min", seconds.div_ceil(60))
        };
        parts.push(format!("about {takes} at {rate}/s"));
    }
    if let Some(first) = plan.first_start() {
        let distance = when::relative(first, &model.setting.zone, model.moment.now);
        let verb = if first > model.moment.now {
            "starts"
        } else {
            "started"
        };
        parts.push(format!("the first {verb} {distance}"));
    }
    let text = format!(" {}", parts.join(" · "));
    (!parts.is_empty()).then(|| Line::from(cut(vec![pen.write(Role::Dim, text)], width)))
}

// Why so many are left alone, where more than one is.
fn skips(made: &MadePlan, pen: Pen, width: usize) -> Option<Line<'static>> {
    let text = format!(" skip: {}", visible(&made.skips));
    (made.plan.skips() > 1).then(|| Line::from(cut(vec![pen.write(Role::Dim, text)], width)))
}

fn remarks(made: &MadePlan, pen: Pen, width: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let hidden = match made.hidden {
        0 => None,
        1 => Some("1 of them is not on your screen; it stands first".to_owned()),
        many => Some(format!(
            "{many} of them are not on your screen; they stand first"
        )),
    };
    let left_out = (!made.left_out.is_empty()).then(|| made.left_out.clone());
    for text in hidden.into_iter().chain(left_out) {
        let text = format!("▲ {}", visible(&text));
        lines.extend(indented(pen.paragraph(Role::Attention, &text, width)));
    }
    lines
}

fn rows_of(
    model: &Model,
    made: &MadePlan,
    view: &PlanView,
    pen: Pen,
    width: usize,
    height: usize,
) -> Vec<Line<'static>> {
    let first = view.row.saturating_sub(height.saturating_sub(1));
    let several = made.plan.rows.len() > 1;
    let rows = made.plan.rows.iter().enumerate().skip(first).take(height);
    rows.flat_map(|(index, row)| {
        let place = Place {
            several,
            under_cursor: several && index == view.row,
            changed: view.changed.contains(&row.id),
            why: reason(
                model,
                row,
                index < made.hidden,
                view.changed.contains(&row.id),
                several && width < ROOMY,
            ),
            start: start(model, row, several),
        };
        row_lines(row, &place, pen, width)
    })
    .collect()
}

// What is to be known of a row beside what it says.
struct Place {
    several: bool,
    under_cursor: bool,
    changed: bool,
    why: String,
    start: String,
}

// The reason, after what is not to be missed, and with what they hold that differs.
fn reason(model: &Model, row: &PlanRow, hidden: bool, changed: bool, narrow: bool) -> String {
    let words =
        |at_length: &str, in_short: &str| if narrow { in_short } else { at_length }.to_owned();
    let mut parts = Vec::new();
    if changed {
        parts.push(words("changed just now", "changed"));
    }
    if hidden {
        parts.push(words("not on your screen", "hidden"));
    }
    parts.push(row.step.why().to_owned());
    parts.extend(row.held_words(&model.setting.zone));
    if row.chosen {
        parts.push("chosen by you".to_owned());
    }
    if row.step.is_optional() {
        parts.push("Space acts on them anyway".to_owned());
    }
    visible(&parts.join(" · ")).into_owned()
}

// Where there are many, their rows have no room for everything: of the one under the cursor, it is said below. The room
// for it does not change from row to row without need.
fn whole_reason(
    model: &Model,
    made: &MadePlan,
    view: &PlanView,
    pen: Pen,
    width: usize,
    room: usize,
) -> Vec<Line<'static>> {
    let Some(row) = view.current().filter(|_| made.plan.rows.len() > 1) else {
        return Vec::new();
    };
    let whom = match &row.address {
        Some(address) => format!("{} <{address}>", row.candidate),
        None => row.candidate.clone(),
    };
    let whom = safe::line(&whom, WHOM);
    let why = reason(
        model,
        row,
        view.row < made.hidden,
        view.changed.contains(&row.id),
        false,
    );
    let text = format!("{whom}: {why} · link {}", row.link_words());
    let mut lines = pen.paragraph(Role::Dim, &text, width.saturating_sub(3));
    let usual = if width < ROOMY { 2 } else { 1 };
    if room > SMALL.into() && lines.len() < usual {
        lines.resize(usual, Line::default());
    }
    lines.truncate(room.saturating_sub(1));
    for line in &mut lines {
        line.spans.insert(0, Span::raw("   "));
    }
    lines
}

// A name, and an address of the greatest length.
const WHOM: usize = 320;
// From this width on, links and reasons have room in their rows.
const ROOMY: usize = 110;

fn row_lines(row: &PlanRow, place: &Place, pen: Pen, width: usize) -> Vec<Line<'static>> {
    let role = if place.changed {
        Role::Attention
    } else if row.acts() {
        Role::Accent
    } else {
        Role::Dim
    };
    let cursor = if place.under_cursor {
        pen.write(Role::Accent, " ▌ ")
    } else {
        Span::raw("   ")
    };
    let word = pen.write(role, pad(row.step.name(), 7));
    let name = safe::line(&row.candidate, 40);
    let address = row
        .address
        .as_deref()
        .map(|address| format!(" <{}>", safe::line(address, 60)))
        .unwrap_or_default();
    let why = place.why.clone();
    if place.several {
        let roomy = width >= ROOMY;
        let whom = pad(
            &format!("{name}{address}"),
            if roomy { width * 3 / 10 } else { 35 },
        );
        let mut line = vec![
            cursor,
            word,
            pen.write(Role::Text, whom),
            pen.write(
                Role::Dim,
                format!(" {} ", pad(&place.start, if roomy { 17 } else { 12 })),
            ),
        ];
        if roomy {
            line.push(pen.write(Role::Dim, pad(&row.link_words(), 17)));
        }
        line.push(pen.write(Role::Text, why));
        return vec![Line::from(cut(line, width))];
    }
    // One alone has the room to be read at leisure.
    let who = vec![
        cursor,
        word,
        pen.write(Role::Strong, name),
        pen.write(Role::Text, address),
    ];
    let rest = format!("          {} · link {}", place.start, row.link_words());
    let why_role = if row.acts() {
        Role::Text
    } else {
        Role::Attention
    };
    let mut lines = vec![
        Line::from(cut(who, width)),
        Line::from(cut(vec![pen.write(Role::Text, rest)], width)),
    ];
    let why = pen.paragraph(why_role, &why, width.saturating_sub(10));
    lines.extend(why.into_iter().map(|mut line| {
        line.spans.insert(0, Span::raw("          "));
        line
    }));
    lines
}

fn start(model: &Model, row: &PlanRow, several: bool) -> String {
    row.starts_at.map_or("no time yet".to_owned(), |start| {
        if several {
            return when::moment_with_time(start, &model.setting.zone, model.moment.now);
        }
        let theirs = when::both_clocks(start, &row.zone, row.candidate_zone.as_ref()).theirs;
        let theirs = theirs
            .and(row.candidate_zone.as_ref())
            .map(|zone| format!(" · {}", when::time_and_zone(start, zone)));
        format!(
            "{}{}",
            when::day_and_time(start, &row.zone),
            theirs.unwrap_or_default()
        )
    })
}
