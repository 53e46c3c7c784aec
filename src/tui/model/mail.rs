//! A mail on the screen, and what is known about its interview.

use crate::app::Dossier;
use crate::domain::ids::InterviewId;
use crate::domain::text::{visible_lines, wrap};
use crate::render::html::{StyledLine, StyledSpan, html_lines};
use crate::tui::mail::MailParts;

/// A way to look at a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Part {
    /// The HTML part, as a mail program shows it.
    #[default]
    Rendered,
    /// The text part.
    Text,
    /// The HTML part as it is written.
    Html,
    /// The headers.
    Headers,
    /// The calendar part.
    Calendar,
    /// The whole source.
    Source,
}

impl Part {
    /// All of them, in the order of `p`.
    pub const ALL: [Self; 6] = [
        Self::Rendered,
        Self::Text,
        Self::Html,
        Self::Headers,
        Self::Calendar,
        Self::Source,
    ];

    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rendered => "rendered",
            Self::Text => "text",
            Self::Html => "html",
            Self::Headers => "headers",
            Self::Calendar => "calendar",
            Self::Source => "source",
        }
    }

    /// The one after it, and after the last the first.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Rendered => Self::Text,
            Self::Text => Self::Html,
            Self::Html => Self::Headers,
            Self::Headers => Self::Calendar,
            Self::Calendar => Self::Source,
            Self::Source => Self::Rendered,
        }
    }
}

/// A mail, one part of it laid out for a width.
#[derive(Debug, Default)]
pub struct MailView {
    /// The mail, or why there is none; nothing while it is being read.
    pub mail: Option<Result<MailParts, String>>,
    /// Which part is shown.
    pub part: Part,
    /// That part, laid out.
    pub lines: Vec<StyledLine>,
    // For which width and part the lines were made.
    laid_out: Option<(usize, Part)>,
}

impl MailView {
    /// Shows another mail; says whether it differs from the one before.
    pub fn show(&mut self, mail: Option<Result<MailParts, String>>) -> bool {
        if self.mail == mail {
            return false;
        }
        self.mail = mail;
        self.laid_out = None;
        self.lines.clear();
        true
    }

    /// Lays the part out for a width, unless that has been done.
    pub fn lay_out(&mut self, width: usize) {
        if self.laid_out == Some((width, self.part)) {
            return;
        }
        self.laid_out = Some((width, self.part));
        self.lines = match &self.mail {
            Some(Ok(mail)) if self.part == Part::Rendered => html_lines(&mail.html, width),
            Some(Ok(mail)) => plain_lines(mail.part(self.part), width),
            Some(Err(_)) | None => Vec::new(),
        };
    }
}

fn plain_lines(text: &str, width: usize) -> Vec<StyledLine> {
    let line = |text: String| StyledLine {
        spans: vec![StyledSpan {
            text,
            ..StyledSpan::default()
        }],
    };
    visible_lines(text)
        .split('\n')
        .flat_map(|text| wrap(text, width))
        .map(line)
        .collect()
}

/// Everything about one interview, and its mail.
#[derive(Debug, Default)]
pub struct Pane {
    /// The interview.
    pub id: Option<InterviewId>,
    /// Everything about it, once read.
    pub dossier: Option<Box<Dossier>>,
    /// Its mail.
    pub mail: MailView,
    /// How many lines are scrolled past.
    pub scroll: usize,
}
