//! Shows HTML as styled lines, and says what a reader of it sees.
//!
//! For the pane that shows a mail and for the gate that checks one. Never fetches anything, and
//! nothing in the HTML can reach the terminal: every text passes `domain::text::visible`.

use html2text::config;
use html2text::render::{TaggedLine, TextDecorator};
use unicode_width::UnicodeWidthStr as _;

use crate::domain::text::{clip, visible};

/// Octets of HTML that are looked at; a mail above 100 KB is cut by mail programs already.
const LONGEST: usize = 256 * 1024;
/// Elements inside one another; laying out costs the square of it.
const DEEPEST: usize = 100;
/// Narrower panes are laid out at this width and clipped.
const NARROWEST: usize = 20;
/// Wider panes gain nothing.
const WIDEST: usize = 1000;
/// A width at which no line of a mail wraps.
const UNWRAPPED: usize = 100_000;

/// One line of the pane.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StyledLine {
    /// Its pieces, from left to right.
    pub spans: Vec<StyledSpan>,
}

/// A piece of a line in one style. Its text is harmless: it holds no control or bidi character.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StyledSpan {
    /// What to write.
    pub text: String,
    /// How to write it.
    pub style: SpanStyle,
}

/// How a piece of text is meant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a mark of its own, and any of them can meet"
)]
pub struct SpanStyle {
    /// It matters.
    pub strong: bool,
    /// It is stressed.
    pub emphasis: bool,
    /// It belongs to a heading.
    pub heading: bool,
    /// It stands back (grey in the mail).
    pub dim: bool,
    /// It is a link drawn as a button (with a background colour).
    pub button: bool,
    /// Where it leads: an `http`, `https` or `mailto` URL.
    pub link: Option<String>,
}

impl StyledLine {
    /// The text without its styles.
    #[must_use]
    pub fn text(&self) -> String {
        self.spans.iter().map(|span| span.text.as_str()).collect()
    }
}

/// What a person sees of an HTML page: no comments, nothing with `display: none`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// The text, line by line, as it stands in the page (not made harmless).
    pub text: String,
    /// The targets of the links that have a text to click on, in order.
    pub links: Vec<String>,
}

/// Lays HTML out in lines of at most `width` columns (at least one).
///
/// Never fails: HTML that is too large, too deep or too broken is shown as plain text.
#[must_use]
pub fn html_lines(html: &str, width: usize) -> Vec<StyledLine> {
    let width = width.clamp(1, WIDEST);
    let lines = match lay_out(html, width.max(NARROWEST), false) {
        Some(lines) => lines.iter().map(styled_line).collect(),
        None => plain_lines(html, width),
    };
    trimmed(lines)
        .into_iter()
        .map(|line| clipped(line, width))
        .collect()
}

/// What a reader of the page sees, or `None` when it is too large or too deep to lay out.
#[must_use]
pub fn seen(html: &str) -> Option<Seen> {
    let mut seen = Seen::default();
    for line in lay_out(html, UNWRAPPED, true)? {
        for span in line.tagged_strings() {
            seen.text.push_str(span.s.trim_start_matches(HEADING));
            for mark in &span.tag {
                if let Mark::Link(target) = mark
                    && !span.s.trim().is_empty()
                {
                    seen.links.push(target.clone());
                }
            }
        }
        seen.text.push('\n');
    }
    Some(seen)
}

fn lay_out(html: &str, width: usize, unwrapped: bool) -> Option<Vec<TaggedLine<Vec<Mark>>>> {
    if html.len() > LONGEST || depth(html) > DEEPEST {
        return None;
    }
    let layout = config::with_decorator(Decorator)
        .use_doc_css()
        .no_table_borders()
        .allow_width_overflow();
    let layout = if unwrapped {
        layout.raw_mode(true)
    } else {
        layout
    };
    layout.lines_from_read(html.as_bytes(), width).ok()
}

/// How deep elements nest, read without a parser and never too low: an unclosed element counts on.
fn depth(html: &str) -> usize {
    const VOID: [&str; 8] = ["br", "hr", "img", "meta", "link", "input", "wbr", "col"];
    let (mut depth, mut deepest) = (0_usize, 0);
    for tag in html.split('<').skip(1) {
        let name: String = tag
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if !name.is_empty() && !VOID.iter().any(|void| name.eq_ignore_ascii_case(void)) {
            depth += 1;
            deepest = deepest.max(depth);
        }
    }
    deepest
}

/// Stands before the text of a heading until [`styled_line`] takes it away; HTML can't contain it usefully.
const HEADING: char = '\u{1}';

/// What the layout says about a piece of text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Mark {
    #[default]
    None,
    Strong,
    Emphasis,
    Link(String),
    Dim,
    Filled,
}

#[derive(Debug, Clone, Copy)]
struct Decorator;

fn unmarked(mark: Mark) -> (String, Mark) {
    (String::new(), mark)
}

// The layout counts a prefix in columns here and in octets there, so every prefix is ASCII.
impl TextDecorator for Decorator {
    type Annotation = Mark;

    fn decorate_link_start(&mut self, url: &str) -> (String, Mark) {
        unmarked(Mark::Link(url.to_owned()))
    }
    fn decorate_link_end(&mut self) -> String {
        String::new()
    }
    fn decorate_em_start(&self) -> (String, Mark) {
        unmarked(Mark::Emphasis)
    }
    fn decorate_em_end(&self) -> String {
        String::new()
    }
    fn decorate_strong_start(&self) -> (String, Mark) {
        unmarked(Mark::Strong)
    }
    fn decorate_strong_end(&self) -> String {
        String::new()
    }
    fn decorate_strikeout_start(&self) -> (String, Mark) {
        unmarked(Mark::Dim)
    }
    fn decorate_strikeout_end(&self) -> String {
        String::new()
    }
    fn decorate_code_start(&self) -> (String, Mark) {
        unmarked(Mark::None)
    }
    fn decorate_code_end(&self) -> String {
        String::new()
    }
    fn decorate_preformat_first(&self) -> Mark {
        Mark::None
    }
    fn decorate_preformat_cont(&self) -> Mark {
        Mark::None
    }
    fn decorate_image(&mut self, _source: &str, title: &str) -> (String, Mark) {
        (title.to_owned(), Mark::Dim)
    }
    fn header_prefix(&self, _level: usize) -> String {
        HEADING.to_string()
    }
    fn quote_prefix(&self) -> String {
        "> ".to_owned()
    }
    fn unordered_item_prefix(&self) -> String {
        "- ".to_owned()
    }
    fn ordered_item_prefix(&self, number: i64) -> String {
        format!("{number}. ")
    }
    fn make_subblock_decorator(&self) -> Self {
        *self
    }
    // Greys of middling brightness read as "less important" on light and on dark grounds.
    fn push_colour(&mut self, colour: html2text::Colour) -> Option<Mark> {
        let channels = [colour.r, colour.g, colour.b];
        let brightest = channels.into_iter().max().unwrap_or(0);
        let spread = brightest - channels.into_iter().min().unwrap_or(0);
        Some(if (80..=190).contains(&brightest) && spread < 60 {
            Mark::Dim
        } else {
            Mark::None
        })
    }
    fn pop_colour(&mut self) -> bool {
        true
    }
    fn push_bgcolour(&mut self, colour: html2text::Colour) -> Option<Mark> {
        let light = colour.r > 200 && colour.g > 200 && colour.b > 200;
        Some(if light { Mark::None } else { Mark::Filled })
    }
    fn pop_bgcolour(&mut self) -> bool {
        true
    }
    fn decorate_superscript_start(&self) -> (String, Mark) {
        unmarked(Mark::None)
    }
    fn decorate_superscript_end(&self) -> String {
        String::new()
    }
    fn finalise(&mut self, _links: Vec<String>) -> Vec<TaggedLine<Mark>> {
        Vec::new()
    }
}

fn styled_line(line: &TaggedLine<Vec<Mark>>) -> StyledLine {
    let heading = line.chars().any(|character| character == HEADING);
    let mut spans: Vec<StyledSpan> = Vec::new();
    for piece in line.tagged_strings() {
        let style = span_style(&piece.tag, heading);
        let text = visible(piece.s.trim_start_matches(HEADING)).into_owned();
        match spans.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.style == style => last.text.push_str(&text),
            _ => spans.push(StyledSpan { text, style }),
        }
    }
    StyledLine { spans }
}

fn span_style(marks: &[Mark], heading: bool) -> SpanStyle {
    let mut style = SpanStyle {
        heading,
        ..SpanStyle::default()
    };
    let mut filled = false;
    for mark in marks {
        match mark {
            Mark::None => {}
            Mark::Strong => style.strong = true,
            Mark::Emphasis => style.emphasis = true,
            Mark::Dim => style.dim = true,
            Mark::Filled => filled = true,
            Mark::Link(target) => style.link = safe_target(target),
        }
    }
    style.button = filled && style.link.is_some();
    style.dim &= !style.button;
    style
}

/// The target, when following it can only open a page or begin a mail.
fn safe_target(target: &str) -> Option<String> {
    let url = url::Url::parse(target).ok()?;
    let harmless = matches!(url.scheme(), "http" | "https" | "mailto") && visible(target) == target;
    harmless.then(|| target.to_owned())
}

/// The words of HTML that can't be laid out: everything outside tags, one line of source a line.
fn plain_lines(html: &str, width: usize) -> Vec<StyledLine> {
    let mut text = String::new();
    let mut inside = false;
    for character in html.chars().take(LONGEST) {
        match character {
            '<' => inside = true,
            '>' if inside => inside = false,
            _ if inside => {}
            _ => text.push(character),
        }
    }
    let plain = |line: &str| StyledSpan {
        text: visible(line.trim()).into_owned(),
        style: SpanStyle::default(),
    };
    let lines = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(2000);
    lines
        .map(|line| {
            clipped(
                StyledLine {
                    spans: vec![plain(line)],
                },
                width,
            )
        })
        .collect()
}

/// Drops empty lines at both ends and all but one in a row.
fn trimmed(lines: Vec<StyledLine>) -> Vec<StyledLine> {
    let mut kept: Vec<StyledLine> = Vec::with_capacity(lines.len());
    let blank = |line: &StyledLine| line.spans.iter().all(|span| span.text.trim().is_empty());
    for mut line in lines {
        if blank(&line) {
            if kept.last().is_none_or(blank) {
                continue;
            }
            line.spans.clear();
        }
        if let Some(last) = line.spans.last_mut() {
            last.text.truncate(last.text.trim_end().len());
        }
        kept.push(line);
    }
    while kept.last().is_some_and(blank) {
        kept.pop();
    }
    kept
}

fn clipped(line: StyledLine, width: usize) -> StyledLine {
    let mut room = width;
    let mut spans = Vec::with_capacity(line.spans.len());
    for mut span in line.spans {
        let columns = span.text.width();
        if columns > room {
            span.text = clip(&span.text, room);
            spans.push(span);
            break;
        }
        room -= columns;
        spans.push(span);
    }
    spans.retain(|span| !span.text.is_empty());
    StyledLine { spans }
}

#[cfg(test)]
mod tests;
