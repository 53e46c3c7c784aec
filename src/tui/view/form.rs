//! The form, and beside it the mail as it will be.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::fields::Page;
use super::pane::styled;
use super::{Pen, inner, show, two_ends};
use crate::domain::text::visible;
use crate::tui::layout::is_wide;
use crate::tui::model::Model;
use crate::tui::model::form::{Form, Purpose, Stop};
use crate::tui::theme::{Role, Theme};

pub(super) fn draw(
    frame: &mut Frame<'_>,
    model: &Model,
    form: &Form,
    theme: Theme,
    areas: (Rect, Rect),
) {
    let pen = Pen(theme);
    let (form_area, preview_area) = areas;
    if form_area.height > 0 {
        draw_fields(frame, model, form, pen, form_area);
    }
    if preview_area.height > 0 {
        let divider = Rect {
            x: preview_area.x.saturating_sub(1),
            width: 1,
            ..preview_area
        };
        if is_wide(model) {
            let line = Line::from(pen.write(Role::Dim, "│"));
            show(frame, divider, vec![line; usize::from(divider.height)], 0);
        }
        draw_preview(frame, form, pen, inner(preview_area));
    }
}

fn draw_fields(frame: &mut Frame<'_>, model: &Model, form: &Form, pen: Pen, area: Rect) {
    let title = match form.purpose {
        Purpose::New => " New interview",
        Purpose::TakenBack(_) => " Mail taken back: change the interview, and send again",
    };
    let width = usize::from(area.width);
    let state = if form.sending { "saving … " } else { "" };
    let head = two_ends(
        vec![pen.write(Role::Strong, title)],
        vec![pen.write(Role::Dim, state)],
        width,
    );
    show(
        frame,
        Rect {
            height: 1.min(area.height),
            ..area
        },
        vec![head],
        0,
    );
    let mut page = Page::new(pen, width);
    for index in 0..form.stops() {
        page.stop(form, index, &model.setting.defaults);
    }
    if let Some(objection) = &form.objection {
        page.remark(Role::Attention, objection);
    }
    let body = Rect {
        y: area.y + 1.min(area.height),
        height: area.height.saturating_sub(1),
        ..area
    };
    let height = usize::from(body.height);
    // The whole of the field with the cursor, and what is said under it, stays on the screen.
    let needed = page.focus.1.saturating_sub(height).min(page.focus.0);
    let objected = if form.objection.is_some() {
        page.lines.len().saturating_sub(height)
    } else {
        0
    };
    let scroll = needed.max(objected.min(page.focus.0));
    if let Some((x, y)) = page.cursor
        && let Some(y) = y.checked_sub(scroll).filter(|y| *y < height)
    {
        let (x, y) = (
            u16::try_from(x).unwrap_or(u16::MAX),
            u16::try_from(y).unwrap_or(u16::MAX),
        );
        frame.set_cursor_position(Position::new(
            body.x + x.min(body.width.saturating_sub(1)),
            body.y + y,
        ));
    }
    show(frame, body, page.lines, scroll);
}

fn draw_preview(frame: &mut Frame<'_>, form: &Form, pen: Pen, area: Rect) {
    let width = usize::from(area.width);
    let mut head = pen.paragraph(
        Role::Dim,
        "The mail as it will be (the key is a sample)",
        width,
    );
    let missing = &form.meaning.refusals;
    let lines = match &form.preview.mail {
        _ if !form.mail => pen.paragraph(
            Role::Text,
            "Nobody is mailed: the interview is only saved, with its link.",
            width,
        ),
        _ if !missing.is_empty() => {
            let labels: Vec<_> = missing
                .iter()
                .map(|refusal| Stop::Field(refusal.field).label())
                .collect();
            pen.paragraph(
                Role::Dim,
                &format!("Still needed: {}", labels.join(", ")),
                width,
            )
        }
        None => Vec::new(),
        Some(Err(why)) => pen.paragraph(Role::Trouble, &format!("! {}", visible(why)), width),
        Some(Ok(_)) => form
            .preview
            .lines
            .iter()
            .skip(form.scroll)
            .map(|line| styled(line, pen.0))
            .collect(),
    };
    head.push(Line::default());
    head.extend(lines);
    show(frame, area, head, 0);
}
