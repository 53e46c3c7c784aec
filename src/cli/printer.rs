//! The only place that writes to standard output and standard error.
//!
//! Text from outside is made visible before it gets here or in here; it never reaches the terminal as it came. A reader
//! that goes away (`| head`) ends the output quietly.

use std::fmt::Write as _;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::os::fd::AsFd;

use rustix::termios::tcgetwinsize;
use serde::Serialize;

use super::arguments::Color;
use crate::domain::text::{clip, columns, visible, visible_lines, wrap_words};
use crate::domain::verdict::Standing;

// Before each problem.
const WHO: &str = "greenroom: ";

/// Writes results to standard output and remarks to standard error.
pub struct Printer {
    out: Box<dyn Write>,
    err: Box<dyn Write>,
    broken: Option<io::Error>,
    /// Words instead of glyphs.
    pub plain: bool,
    color: bool,
    terminal: bool,
    /// Columns of the terminal behind each stream; 0 where there is none, and nothing is wrapped.
    out_width: usize,
    err_width: usize,
}

impl Printer {
    /// A printer to the standard streams.
    #[must_use]
    pub fn new(plain: bool, color: Color, no_color: bool) -> Self {
        let terminal = io::stdout().is_terminal();
        let color = color.allows(!plain && terminal, no_color);
        let out = Box::new(BufWriter::new(io::stdout()));
        Self {
            out,
            err: Box::new(io::stderr()),
            broken: None,
            plain,
            color,
            terminal,
            out_width: if plain { 0 } else { width_of(io::stdout()) },
            err_width: if plain { 0 } else { width_of(io::stderr()) },
        }
    }

    /// One line of text; whatever could act in it is shown instead.
    pub fn line(&mut self, text: &str) {
        let shown = visible(text).into_owned();
        self.write(format_args!("{shown}\n"));
    }

    /// Whether a line has room: always, where it is not for a terminal.
    pub(super) fn fits(&self, line: &str) -> bool {
        self.out_width == 0 || columns(line) <= self.out_width
    }

    /// A line of prose behind a label of `hang` columns, which is harmless already, colours included. Where a terminal is
    /// too narrow it becomes several lines, broken between words and set in as far.
    pub(super) fn prose(&mut self, label: &str, hang: usize, text: &str) {
        let shown = wrapped(label, hang, &visible(text), self.out_width);
        self.write(format_args!("{shown}\n"));
    }

    /// Text of several lines, made harmless line by line.
    pub fn lines(&mut self, text: &str) {
        let shown = visible_lines(text);
        self.write(format_args!("{}\n", shown.trim_end_matches('\n')));
    }

    /// Lines for a file or a program, exactly as they are, line breaks included; on a terminal made harmless.
    pub fn data(&mut self, text: &str) {
        if self.terminal {
            self.lines(text);
        } else {
            self.write(format_args!("{text}"));
        }
    }

    /// A value as one line of JSON (RFC 8259), in which control characters are escaped.
    pub fn json(&mut self, value: &impl Serialize) {
        match serde_json::to_string(value) {
            Ok(text) => self.write(format_args!("{}\n", harmless_json(&text))),
            Err(error) => self.problem(&format!("the result can't be written as JSON: {error}")),
        }
    }

    /// A remark about what is going on: to standard error, so that results stay clean. Where a terminal is too narrow it
    /// becomes several lines, broken between words and set in as far as the first.
    pub fn remark(&mut self, text: &str) {
        let words = text.trim_start_matches(' ');
        let (label, _) = text.split_at(text.len() - words.len());
        self.remark_behind(label, words);
    }

    /// The same behind a label, and set in behind it.
    pub(super) fn remark_behind(&mut self, label: &str, text: &str) {
        self.flush();
        let shown = wrapped(label, columns(label), &visible(text), self.err_width);
        let _ = writeln!(self.err, "{shown}");
    }

    /// A question: to standard error, and the answer is typed on the same line.
    pub(super) fn prompt(&mut self, text: &str) {
        self.flush();
        let _ = write!(self.err, "{}", visible(text));
        let _ = self.err.flush();
    }

    /// A line on standard error that takes the place of the last one; an empty one takes it away. Only for a terminal.
    pub(super) fn redraw(&mut self, text: &str) {
        let shown = match self.err_width {
            0 => visible(text).into_owned(),
            // A line that is broken could not be taken away: the last column may break it, and so may the ^C that a
            // terminal shows of whoever interrupts.
            width => clip(&visible(text), width.saturating_sub(3).max(1)),
        };
        let _ = write!(self.err, "\r\x1b[K{shown}");
        let _ = self.err.flush();
    }

    /// A problem: to standard error, one line, under the program's name.
    pub fn problem(&mut self, text: &str) {
        self.flush();
        let shown = wrapped(WHO, columns(WHO), &visible(text), self.err_width);
        let _ = writeln!(self.err, "{shown}");
    }

    /// A problem of several lines, such as one with a hint about usage.
    pub fn problem_lines(&mut self, text: &str) {
        self.flush();
        let _ = writeln!(self.err, "{WHO}{}", visible_lines(text).trim_end());
    }

    /// Words in the colour of a verdict, if colours are wanted. The words come visible.
    #[must_use]
    pub fn colored(&self, standing: Standing, words: &str) -> String {
        let code = match standing {
            Standing::Blocked => "31",
            Standing::NotInvited | Standing::InDoubt => "33",
            Standing::Ready => "32",
            Standing::Over => "2",
        };
        if self.color {
            format!("\x1b[{code}m{words}\x1b[0m")
        } else {
            words.to_owned()
        }
    }

    /// A line that is harmless already, colours included.
    pub(super) fn styled(&mut self, line: &str) {
        self.write(format_args!("{line}\n"));
    }

    /// Whether nobody reads any more: time to stop.
    #[must_use]
    pub const fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    /// Writes out what is left; the error if something could not be written, other than for want of a reader.
    ///
    /// # Errors
    /// A full disk behind a redirection, for example.
    pub fn finish(mut self) -> io::Result<()> {
        self.flush();
        match self.broken {
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            _ => Ok(()),
        }
    }

    /// Writes out what is waiting: before a wait, so that it can be read meanwhile.
    pub fn flush(&mut self) {
        if self.broken.is_none() {
            self.broken = self.out.flush().err();
        }
    }

    fn write(&mut self, text: std::fmt::Arguments<'_>) {
        if self.broken.is_none() {
            self.broken = self.out.write_fmt(text).err();
        }
    }
}

fn width_of(stream: impl AsFd + io::IsTerminal) -> usize {
    if !stream.is_terminal() {
        return 0;
    }
    tcgetwinsize(stream).map_or(0, |size| size.ws_col.into())
}

// Harmless text behind a label for so many columns; without any, as it is.
fn wrapped(label: &str, hang: usize, text: &str, width: usize) -> String {
    if width == 0 {
        return format!("{label}{text}");
    }
    let indent = format!("\n{}", " ".repeat(hang));
    let lines = wrap_words(text, width.saturating_sub(hang));
    format!("{label}{}", lines.join(&indent))
}

// JSON escapes C0 but leaves C1, bidi controls and the like as they are; a terminal would obey them.
fn harmless_json(text: &str) -> String {
    let mut harmless = String::with_capacity(text.len());
    for character in text.chars() {
        let acts = character.is_control()
            || matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}');
        if acts {
            let _ = write!(harmless, "\\u{:04x}", u32::from(character));
        } else {
            harmless.push(character);
        }
    }
    harmless
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_holds_the_text_and_nothing_that_acts() {
        let text = "a\u{202e}b\u{9b}31m\u{200b}\n\"";
        let shown = harmless_json(&serde_json::to_string(text).unwrap());
        assert!(shown.is_ascii(), "{shown}");
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), text);
    }
}
