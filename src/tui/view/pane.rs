//! The pane: who, when, the link, the verdict, the newest mail with the server's last words, the timeline, the mail.

use ratatui::text::{Line, Span};

use super::list::role_of;
use super::{Pen, cut};
use crate::app::{Delivery, Dossier, Row, Settled};
use crate::domain::access;
use crate::domain::delivery::{State, accepted_by};
use crate::domain::door::Door;
use crate::domain::refusal;
use crate::domain::session::LinkState;
use crate::domain::text::{columns, visible, wrap};
use crate::domain::when;
use crate::render::html::StyledLine;
use crate::tui::layout::areas;
use crate::tui::model::mail::{MailView, Part};
use crate::tui::model::outbox::settled_words;
use crate::tui::model::{Focus, Model};
use crate::tui::safe;
use crate::tui::theme::{Role, Theme};

// Events that are shown at most while the pane does not have the screen.
const NEWEST_EVENTS: usize = 3;
// Looks at the link that are shown at most while it has.
const NEWEST_LOOKS: usize = 8;

/// How many lines the pane has in all.
#[must_use]
pub fn height(model: &Model, width: usize) -> usize {
    lines(model, Theme::new(false), width).len()
}

/// Its lines.
#[must_use]
pub fn lines(model: &Model, theme: Theme, width: usize) -> Vec<Line<'static>> {
    let pen = Pen(theme);
    let Some(row) = model.selected() else {
        return Vec::new();
    };
    let mut lines = who(row, pen, width);
    lines.extend(door(model, row, pen));
    lines.extend(former_link(model, pen, width));
    lines.extend(verdict(model, row, pen, width));
    lines.extend(when_lines(row, model, pen, width));
    lines.extend(link(model, row, pen, width));
    if let Some(dossier) = &model.pane.dossier {
        lines.extend(newest_mail(model, dossier, pen, width));
        let room = |lines: &[Line<'_>]| {
            let height = usize::from(areas(model).pane.height);
            height.saturating_sub(lines.len())
        };
        // The newest event needs a line as well, and says the same of whoever has joined.
        if model.focus == Focus::Details || room(&lines) > 2 {
            lines.extend(opened(model, dossier, pen, width));
        }
        if model.focus == Focus::Details {
            lines.extend(further(row, pen, width));
        }
        let room = room(&lines);
        lines.extend(timeline(model, dossier, room, pen, width));
    }
    lines.extend(mail_lines(&model.pane.mail, theme, width));
    lines
}

fn who(row: &Row, pen: Pen, width: usize) -> Vec<Line<'static>> {
    let interview = &row.interview;
    let address = interview
        .candidate_email
        .as_ref()
        .map(|email| format!(" <{}>", safe::line(email.display(), 80)));
    let name = pen.write(Role::Strong, safe::line(&interview.candidate_name, 80));
    let address = pen.write(Role::Text, address.unwrap_or_default());
    let role = pen.write(Role::Dim, format!(" · {}", safe::line(&interview.role, 80)));
    vec![Line::from(cut(vec![name, address, role], width))]
}

fn verdict(model: &Model, row: &Row, pen: Pen, width: usize) -> Vec<Line<'static>> {
    let reason = row.reason(&model.setting.window, model.moment.now);
    let role = role_of(reason);
    let sentence = reason.sentence(&model.setting.zone, model.moment.now);
    pen.paragraph(role, &format!("{} {sentence}", role.glyph()), width)
}

// Whoever looked for a link that is dead is told so, and by what it was replaced.
fn former_link(model: &Model, pen: Pen, width: usize) -> Vec<Line<'static>> {
    let words = model.pane.dossier.as_ref().and_then(|dossier| {
        dossier.former_link_in_words(model.list.narrowing.text(), &model.setting.zone)
    });
    words.map_or_else(Vec::new, |words| {
        pen.paragraph(Role::Trouble, &words, width)
    })
}

// Whether they are here, and what that asks for.
fn door(model: &Model, row: &Row, pen: Pen) -> Option<Line<'static>> {
    let (zone, now) = (&model.setting.zone, model.moment.now);
    let door = row.door(&model.setting.window, now);
    let words = door.here_in_words(&row.interview, zone, now)?;
    if door != Door::Waiting {
        return Some(Line::from(pen.mark(Role::Fine, &words)));
    }
    let [key, lets_in] = pen.key("W", "lets them in");
    let words = pen.mark(Role::Attention, &format!("{words}   "));
    Some(Line::from(vec![words, key, lets_in]))
}

fn when_lines(row: &Row, model: &Model, pen: Pen, width: usize) -> Vec<Line<'static>> {
    let interview = &row.interview;
    let Some(start) = interview.starts_at else {
        return vec![Line::from(pen.write(Role::Trouble, "no start time"))];
    };
    let (zone, theirs) = (&interview.zone, interview.candidate_zone.as_ref());
    let distance = when::relative(start, zone, model.moment.now);
    let (clocks, distance) = if model.focus == Focus::Details {
        let clocks = when::both_clocks(start, zone, theirs);
        (clocks, format!(", {} · {distance}", interview.duration))
    } else {
        let clocks = when::both_ranges(start, interview.duration, zone, theirs);
        (clocks, format!(" · {distance}"))
    };
    let mut lines = pen.paragraph(Role::Text, &format!("{}{distance}", clocks.ours), width);
    if let Some(theirs) = clocks.theirs {
        lines.extend(pen.paragraph(Role::Dim, &format!("{theirs} for the candidate"), width));
    }
    lines
}

fn link(model: &Model, row: &Row, pen: Pen, width: usize) -> Vec<Line<'static>> {
    let state = row.link_state(&model.setting.window, model.moment.now);
    let clock = |at| when::moment(at, &model.setting.zone, model.moment.now);
    let words = match (state, model.setting.window.of(&row.interview)) {
        (LinkState::Missing, _) => {
            let [key, words] = pen.key("F", "makes one");
            return vec![Line::from(vec![
                pen.mark(Role::Trouble, "no link   "),
                key,
                words,
            ])];
        }
        (LinkState::Cancelled, _) => "cancelled".to_owned(),
        (LinkState::Revoked, _) => "revoked".to_owned(),
        (LinkState::Unscheduled, _) | (_, None) => "no time yet".to_owned(),
        (LinkState::Expired, Some((_, closes))) => format!("closed {}", clock(closes)),
        (LinkState::NotYetOpen, Some((opens, _))) => format!("opens {}", clock(opens)),
        (LinkState::Open, Some((_, closes))) => format!("open until {}", clock(closes)),
    };
    let Some(link) = model.link(row) else {
        return Vec::new();
    };
    // The end of a link tells it from others; its beginning gives way.
    let text = visible(&link.shortened()).into_owned();
    let room = width.saturating_sub(columns(&words) + 3);
    let skipped = columns(&text).saturating_sub(room.max(12));
    let text = if skipped == 0 {
        text
    } else {
        format!("…{}", text.chars().skip(skipped + 1).collect::<String>())
    };
    vec![Line::from(cut(
        vec![
            pen.write(Role::Text, text),
            pen.write(Role::Dim, format!(" · {words}")),
        ],
        width,
    ))]
}

fn newest_mail(model: &Model, dossier: &Dossier, pen: Pen, width: usize) -> Vec<Line<'static>> {
    let Some(delivery) = dossier.deliveries.first() else {
        return Vec::new();
    };
    let clock = |at| when::moment(at, &model.setting.zone, model.moment.now);
    let (role, words) = delivery_words(delivery, clock);
    let to = safe::line(&delivery.address, 80);
    // Of held mail, when it leaves is what counts.
    let since = if delivery.state == State::Held {
        String::new()
    } else {
        format!("{} ", clock(delivery.since))
    };
    let mut lines = pen.paragraph(
        role,
        &format!("{} {since}{words} · to {to}", role.glyph()),
        width,
    );
    if let Some(reply) = &delivery.last_reply {
        lines.extend(pen.paragraph(Role::Dim, &format!("“{}”", safe::line(reply, 300)), width));
        if let Some(meaning) = refusal::explain(reply) {
            lines.extend(pen.paragraph(Role::Text, &format!("which means: {meaning}"), width));
        }
    }
    lines
}

// Whether they looked, and what they saw: opening is not joining. In full where the pane has the screen.
fn opened(model: &Model, dossier: &Dossier, pen: Pen, width: usize) -> Vec<Line<'static>> {
    let (zone, now) = (&model.setting.zone, model.moment.now);
    let joined = dossier.row.interview.joined_at;
    let door = dossier.row.door(&model.setting.window, now);
    // Of who is here, the line at the top says it already.
    if model.focus != Focus::Details && joined.is_some() && door.admits() {
        return Vec::new();
    }
    let Some(words) = access::summary(&dossier.accesses, joined, zone, now) else {
        return Vec::new();
    };
    let mut lines = pen.paragraph(Role::Text, &words, width);
    if model.focus == Focus::Details {
        for access in dossier.accesses.iter().take(NEWEST_LOOKS) {
            let words = format!("  {}", access.words(zone, now));
            lines.extend(pen.paragraph(Role::Dim, &words, width));
        }
    }
    lines
}

fn delivery_words(
    delivery: &Delivery,
    clock: impl Fn(jiff::Timestamp) -> String,
) -> (Role, String) {
    let tries = match delivery.attempts {
        0 | 1 => String::new(),
        attempts => format!(" after {attempts} tries"),
    };
    match delivery.state {
        State::Held => (
            Role::Attention,
            delivery.due.map_or("held".to_owned(), |due| {
                format!("held until {}", clock(due))
            }),
        ),
        State::Queued => (Role::Attention, "waits to be sent".to_owned()),
        State::Claimed | State::HandingOver => (Role::Attention, "leaving now".to_owned()),
        State::Accepted => {
            let by = accepted_by(delivery.last_reply.as_deref());
            (Role::Fine, format!("accepted by {by}{tries}"))
        }
        State::Stored => (
            Role::Attention,
            "stored on this machine; nobody was mailed".to_owned(),
        ),
        State::Deferred => {
            let next = delivery
                .due
                .map(|due| format!(", next try {}", clock(due)))
                .unwrap_or_default();
            (Role::Attention, format!("put off{tries}{next}"))
        }
        State::Failed => (Role::Trouble, format!("failed{tries}")),
        State::Unknown => match &delivery.settled {
            Some(Settled { by, why, .. }) => (
                Role::Attention,
                format!("outcome unknown, {}", settled_words(by, why)),
            ),
            None => (Role::Trouble, "outcome unknown".to_owned()),
        },
        State::Withdrawn => (Role::Dim, "withdrawn before it left".to_owned()),
    }
}

// What the list does not show.
fn further(row: &Row, pen: Pen, width: usize) -> Vec<Line<'static>> {
    let interview = &row.interview;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let interviewers = interview
        .interviewers
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ");
    let meeting = interview
        .meeting_url
        .as_ref()
        .map(|url| url.as_str().to_owned())
        .unwrap_or_default();
    let fields = [
        ("Round", text(&interview.round)),
        ("Kind", text(&interview.kind)),
        ("With", interviewers),
        ("Meeting", meeting),
        ("Company", text(&interview.company)),
        ("Recruiter", interview.recruiter.label()),
        ("Note", text(&interview.note)),
    ];
    let mut lines = Vec::new();
    for (label, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
        let value = wrap(
            &crate::domain::text::visible_lines(&value).replace('\n', " "),
            width.saturating_sub(11),
        );
        for (index, line) in value.into_iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            lines.push(Line::from(vec![
                pen.write(Role::Dim, format!("{label:<11}")),
                pen.write(Role::Text, line),
            ]));
        }
    }
    lines
}

fn timeline(
    model: &Model,
    dossier: &Dossier,
    room: usize,
    pen: Pen,
    width: usize,
) -> Vec<Line<'static>> {
    let all = model.focus == Focus::Details;
    // The newest is what must be seen, and half of the room belongs to the mail.
    let shown = NEWEST_EVENTS.min((room / 2).max(1));
    let skipped = if all {
        0
    } else {
        dossier.events.len().saturating_sub(shown)
    };
    let clock = |at| when::moment(at, &model.setting.zone, model.moment.now);
    let line = |event: &crate::domain::event::Event| {
        // A Message-ID says something only to those who look closely.
        let silent = event.detail.is_empty() || (!all && event.detail.starts_with('<'));
        let detail = if silent {
            String::new()
        } else {
            format!(": {}", safe::line(&event.detail, 200))
        };
        let actor = safe::line(event.actor.split(" <").next().unwrap_or_default(), 24);
        let words = format!("{} {}{detail}", clock(event.at), event.kind.words());
        Line::from(cut(
            vec![
                pen.write(Role::Dim, words),
                pen.write(Role::Dim, format!(" · {actor}")),
            ],
            width,
        ))
    };
    dossier.events.iter().skip(skipped).map(line).collect()
}

/// A mail: the names of its parts, and the part that is shown.
pub(super) fn mail_lines(view: &MailView, theme: Theme, width: usize) -> Vec<Line<'static>> {
    let pen = Pen(theme);
    match &view.mail {
        None => Vec::new(),
        Some(Err(why)) => {
            let mut lines = vec![Line::default()];
            lines.extend(pen.paragraph(Role::Dim, &format!("No mail: {}", visible(why)), width));
            lines
        }
        Some(Ok(mail)) => {
            let mut names = vec![pen.write(Role::Dim, "── ")];
            for part in Part::ALL {
                let role = if part == view.part {
                    Role::Accent
                } else {
                    Role::Dim
                };
                names.push(pen.write(role, part.name()));
                names.push(pen.write(Role::Dim, " · "));
            }
            names.pop();
            if super::width(&names) > width {
                let [key, words] = pen.key("p", "next part");
                names = vec![
                    pen.write(Role::Dim, "── "),
                    pen.write(Role::Accent, view.part.name()),
                    Span::raw("   "),
                    key,
                    words,
                ];
            }
            let mut lines = vec![
                Line::from(names),
                Line::from(pen.write(Role::Dim, mail.origin.clone())),
            ];
            lines.extend(view.lines.iter().map(|line| styled(line, theme)));
            lines
        }
    }
}

/// A line of a mail in the styles of the theme.
pub(super) fn styled(line: &StyledLine, theme: Theme) -> Line<'static> {
    let span = |span: &crate::render::html::StyledSpan| {
        let style = &span.style;
        let mut shown = match () {
            () if style.button => theme.button(),
            () if style.link.is_some() => theme.link(),
            () if style.heading || style.strong => theme.style(Role::Strong),
            () if style.dim => theme.style(Role::Dim),
            () => theme.style(Role::Text),
        };
        if style.emphasis {
            shown = shown.add_modifier(ratatui::style::Modifier::ITALIC);
        }
        Span::styled(visible(&span.text).into_owned(), shown)
    };
    Line::from(line.spans.iter().map(span).collect::<Vec<_>>())
}
