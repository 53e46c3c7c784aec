//! `greenroom preview`: the mail of an interview, part by part.

use clap::{Args, ValueEnum};

use super::printer::Printer;
use super::{Exit, Failure, interview_id};
use crate::app::{App, Delivery, MailOrigin, parts};
use crate::domain::delivery::{State, accepted_by};
use crate::render::html::html_lines;

/// Columns of the rendered mail.
const WIDTH: usize = 80;

/// Show the mail of an interview, exactly as it left or as it would leave
#[derive(Debug, Args)]
pub struct Preview {
    /// The id of the interview, as `greenroom list` shows it
    id: String,
    /// Which part of it
    #[arg(long, value_enum, default_value_t = Part::Rendered)]
    part: Part,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The HTML as a mail program shows it, in text.
    Rendered,
    /// The text part.
    Text,
    /// The HTML source.
    Html,
    /// The headers.
    Headers,
    /// The calendar entry.
    Calendar,
    /// The whole message as it travels.
    Source,
}

impl Preview {
    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let mail = app.mail(interview_id(&self.id)?).await?;
        printer.remark(&match &mail.origin {
            MailOrigin::Stored(delivery) => {
                format!("As stored in the outbox; {}.", standing(delivery))
            }
            MailOrigin::WouldBe => {
                "As it would be: nothing is in the outbox for this interview.".to_owned()
            }
            MailOrigin::Sample => {
                "As it would be, with a sample for a key: this interview has no link yet."
                    .to_owned()
            }
        });
        let bytes = &mail.bytes;
        match self.part {
            Part::Rendered => print_rendered(bytes, printer),
            Part::Text => printer.lines(&read(bytes)?.text.unwrap_or_default()),
            Part::Html => printer.lines(&read(bytes)?.html.unwrap_or_default()),
            Part::Calendar => printer.lines(&read(bytes)?.calendar.unwrap_or_default()),
            Part::Source => printer.lines(&String::from_utf8_lossy(bytes)),
            Part::Headers => {
                for header in &read(bytes)?.headers {
                    printer.line(&format!("{}: {}", header.name, header.text));
                }
            }
        }
        Ok(Exit::Done)
    }
}

fn standing(delivery: &Delivery) -> String {
    let words = match delivery.state {
        State::Accepted => {
            let by = accepted_by(delivery.last_reply.as_deref());
            return format!("accepted by {by}");
        }
        State::Stored => "stored on this machine, nobody was mailed",
        State::Held => "held",
        State::Queued => "waiting",
        State::Claimed | State::HandingOver => "leaving",
        State::Deferred => "put off",
        State::Failed => "failed",
        State::Unknown => "nobody knows whether it arrived",
        State::Withdrawn => "withdrawn",
    };
    words.to_owned()
}

fn read(bytes: &[u8]) -> Result<parts::Parts, Failure> {
    parts::read(bytes)
        .map_err(|error| Failure::environment(format!("the mail can't be read: {error}")))
}

/// The mail as a mail program shows it: who, what, and the HTML in text.
pub(super) fn print_rendered(bytes: &[u8], printer: &mut Printer) {
    let Ok(parts) = parts::read(bytes) else {
        printer.lines(&String::from_utf8_lossy(bytes));
        return;
    };
    for name in ["From", "To", "Reply-To", "Subject"] {
        if let Some(value) = parts.header(name) {
            printer.line(&format!("{name}: {value}"));
        }
    }
    printer.line("");
    let html = parts.html.unwrap_or_default();
    for line in html_lines(&html, WIDTH) {
        printer.line(&line.text());
    }
}
