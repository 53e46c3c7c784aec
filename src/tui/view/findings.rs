//! The findings: groups with their counts, a line each, and the evidence of one: what they hold, what is true.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use super::{Pen, cut, inner, rule, show};
use crate::app::{Found, Group};
use crate::domain::address::EmailAddress;
use crate::domain::finding::{Severity, evidence};
use crate::domain::text::{pad, visible};
use crate::domain::when;
use crate::tui::layout::{areas, inner_width, outbox_areas};
use crate::tui::model::Model;
use crate::tui::model::findings::{EvidenceView, FindingLine, FindingsView};
use crate::tui::safe;
use crate::tui::theme::{Role, Theme};

/// Lines that evidence may have, and more.
pub const EVIDENCE: usize = 20;

const START: usize = 12;
const DISTANCE: usize = 11;
const WHAT: usize = 10;
// Below this width, the distance gives way.
const NARROW: usize = 60;

pub(super) fn draw(frame: &mut Frame<'_>, model: &Model, view: &FindingsView, theme: Theme) {
    let pen = Pen(theme);
    let areas = outbox_areas(model);
    let width = usize::from(areas.heading.width);
    show(frame, areas.heading, vec![heading(view, pen, width)], 0);
    if !view.known {
        return;
    }
    if view.groups.is_empty() {
        let nothing = view.compared.map(|compared| compared.in_words());
        let mut lines = vec![Line::default()];
        lines.extend(pen.paragraph(
            Role::Fine,
            &nothing.unwrap_or_default(),
            inner_width(areas.mails),
        ));
        return show(frame, inner(areas.mails), lines, 0);
    }
    let lines = (view.top..)
        .map_while(|at| view.line(at))
        .take(usize::from(areas.mails.height))
        .filter_map(|line| match line {
            FindingLine::Head(at) => view
                .groups
                .get(at)
                .map(|group| head(model, view, group, pen, width)),
            FindingLine::Finding(at) => {
                let found = view.found.get(at)?;
                Some(row(
                    model,
                    found,
                    at == view.index && !view.on_head,
                    pen,
                    width,
                ))
            }
        });
    show(frame, areas.mails, lines.collect(), 0);
    let width = inner_width(areas.more);
    let lines = match (view.selected(), view.group()) {
        (Some(found), _) => more(model, found, pen, width),
        (None, Some(group)) if view.on_head => about(group, pen, width),
        _ => return,
    };
    if areas.more.height > 0 {
        rule(frame, theme, areas.rule);
        show(frame, inner(areas.more), lines, 0);
    }
}

/// What they hold, what is true.
pub(super) fn draw_evidence(
    frame: &mut Frame<'_>,
    model: &Model,
    view: &EvidenceView,
    theme: Theme,
) {
    let pen = Pen(theme);
    let body = areas(model).body;
    let lines = more(model, &view.found, pen, inner_width(body));
    show(frame, inner(body), lines, view.scroll);
}

const fn role(severity: Severity) -> Role {
    match severity.number() {
        45.. => Role::Trouble,
        20..45 => Role::Attention,
        _ => Role::Dim,
    }
}

fn heading(view: &FindingsView, pen: Pen, width: usize) -> Line<'static> {
    let mut line = vec![pen.write(Role::Strong, " Findings   ")];
    if view.known {
        let all: u64 = view.groups.iter().map(|group| group.count).sum();
        let words = format!("{all} ahead or without a time, the most urgent first");
        line.push(pen.write(Role::Text, words));
    } else {
        line.push(pen.write(Role::Dim, "a moment …"));
    }
    Line::from(cut(line, width))
}

fn head(
    model: &Model,
    view: &FindingsView,
    group: &Group,
    pen: Pen,
    width: usize,
) -> Line<'static> {
    let open = view.code == Some(group.code);
    let first = group.first_start.map_or_else(String::new, |at| {
        let distance = when::relative(at, &model.setting.zone, model.moment.now);
        format!(" · the first {distance}")
    });
    let mark = match (open, open && view.on_head) {
        (_, true) => pen.write(Role::Accent, "▌▾ "),
        (true, false) => pen.write(Role::Dim, " ▾ "),
        (false, _) => pen.write(Role::Dim, " ▸ "),
    };
    let line = vec![
        mark,
        pen.write(role(group.severity), pad(group.code.name(), 22)),
        pen.write(Role::Strong, format!("{:>6}  ", group.count)),
        pen.write(role(group.severity), group.severity.to_string()),
        pen.write(Role::Dim, first),
    ];
    Line::from(cut(line, width))
}

fn row(model: &Model, found: &Found, under_cursor: bool, pen: Pen, width: usize) -> Line<'static> {
    let (zone, now) = (&model.setting.zone, model.moment.now);
    let interview = &found.row.interview;
    let (start, distance) = interview.starts_at.map_or_else(
        || ("no time".to_owned(), String::new()),
        |at| {
            (
                when::moment(at, zone, now),
                when::relative_short(at, zone, now),
            )
        },
    );
    let distance_width = if width >= NARROW { DISTANCE } else { 0 };
    let rest = width.saturating_sub(5 + START + distance_width);
    let name = rest.min(22);
    let column = |text: &str, width: usize| match width {
        0 => String::new(),
        width => pad(&safe::line(text, width - 1), width),
    };
    let (cursor, plain) = if under_cursor {
        (pen.write(Role::Accent, "   ▌ "), Role::Strong)
    } else {
        (Span::raw("     "), Role::Text)
    };
    let line = vec![
        cursor,
        pen.write(Role::Text, column(&start, START)),
        pen.write(Role::Dim, column(&distance, distance_width)),
        pen.write(plain, column(&interview.candidate_name, name)),
        pen.write(
            role(found.finding.severity),
            safe::line(&found.finding.detail, rest.saturating_sub(name)),
        ),
    ];
    Line::from(cut(line, width))
}

// What can be done about all of a group.
fn about(group: &Group, pen: Pen, width: usize) -> Vec<Line<'static>> {
    let count = if group.count == 1 {
        "1 finding".to_owned()
    } else {
        format!("{} findings", group.count)
    };
    let title = format!("{} · {count}", group.code.name());
    let mut lines = vec![Line::from(
        pen.write(Role::Strong, safe::line(&title, width)),
    )];
    let mends = group.command.as_ref().map_or_else(
        || "No plan mends all of them at once; each of them says what does.".to_owned(),
        |command| format!("f mends all of them: {command}"),
    );
    lines.extend(pen.paragraph(Role::Text, &mends, width));
    lines
}

// The sentence, what mends it, and the two sides.
fn more(model: &Model, found: &Found, pen: Pen, width: usize) -> Vec<Line<'static>> {
    let interview = &found.row.interview;
    let address = interview
        .candidate_email
        .as_ref()
        .map(EmailAddress::display);
    let whom = safe::line(
        &format!(
            "{} <{}> · {}",
            interview.candidate_name,
            address.unwrap_or("no address"),
            found.finding.code.name()
        ),
        width,
    );
    let mut lines = vec![Line::from(pen.write(Role::Strong, whom))];
    lines.extend(pen.paragraph(
        role(found.finding.severity),
        &visible(&found.finding.detail),
        width,
    ));
    let remedy = &found.finding.remedy;
    let mends = match remedy.plan {
        Some(_) => format!("f mends it: {}", remedy.words),
        None => format!("to mend it: {}", visible(&remedy.words)),
    };
    lines.extend(pen.paragraph(Role::Text, &mends, width));
    let side = width.saturating_sub(WHAT) / 2;
    let columns = |what: &str, theirs: &str, truth: &str| {
        let cell = |text: &str| pad(&safe::line(text, side.saturating_sub(1)), side);
        [pad(what, WHAT), cell(theirs), cell(truth)]
    };
    let [what, theirs, truth] = columns("", "they hold", "what is true");
    lines.push(Line::from(
        pen.write(Role::Dim, format!("{what}{theirs}{truth}")),
    ));
    for held in evidence(interview, &found.row.facts, &model.setting.window) {
        let or_nothing = |text: String| {
            if text.is_empty() {
                "nothing".to_owned()
            } else {
                text
            }
        };
        let differs = held.differs();
        let [what, theirs, truth] =
            columns(held.what, &or_nothing(held.theirs), &or_nothing(held.truth));
        let theirs_role = if differs { Role::Trouble } else { Role::Text };
        lines.push(Line::from(cut(
            vec![
                pen.write(Role::Dim, what),
                pen.write(theirs_role, theirs),
                pen.write(Role::Text, truth),
            ],
            width,
        )));
    }
    lines
}
