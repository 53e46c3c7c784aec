//! Composes the invitation: templates and calendar into one MIME message (RFC 2045, RFC 6047), then through the gate.
//!
//! Pure: the same interview, sender and identity give the same bytes.

use std::time::{Duration, SystemTime};

use lettre::Address;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{
    Attachment, Body, Mailbox as HeaderMailbox, Message, MessageBuilder, MultiPart, SinglePart,
    header,
};

use super::calendar::Request;
use super::gate::{self, Composed, GateError};
use super::identity::MailIdentity;
use super::sender::Sender;
use super::view::InvitationView;
use crate::domain::address::{EmailAddress, Mailbox};
use crate::domain::invitable::Invitable;
use crate::domain::words::one_line;
use crate::render::templates::{TemplateError, Templates};

/// An invitation can't be composed.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// A template can't be rendered.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The result is no invitation that may leave.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// An address that no header can hold.
    #[error("{0} can't be written into a mail header")]
    Address(String),
    /// The message could not be built.
    #[error("the mail could not be built: {0}")]
    Build(String),
}

/// Composes the invitation to an interview and reads it back.
///
/// Answers go to the recruiter where one is known, else to `sender.reply_to`, else to the sender.
///
/// # Errors
/// Names the template, the part of the mail, or the address.
pub fn invitation(
    templates: &Templates,
    sender: &Sender,
    invitable: &Invitable,
    identity: &MailIdentity,
) -> Result<Composed, ComposeError> {
    let view = InvitationView::new(invitable, sender, identity.replaces_link);
    let subject = templates.render("invitation.subject.hbs", &view)?;
    let text = templates.render("invitation.txt.hbs", &view)?;
    let html = templates.render("invitation.html.hbs", &view)?;
    let calendar = calendar(&view, sender, invitable, identity);
    let mut letter = Letter::default();
    letter.write_headers(sender, invitable, identity, subject)?;
    let body = body(text, html, &calendar, identity)?;
    let (bytes, headers) = letter.finish(body)?;
    Ok(gate::admit(bytes, invitable, &headers)?)
}

fn calendar(
    view: &InvitationView,
    sender: &Sender,
    invitable: &Invitable,
    identity: &MailIdentity,
) -> String {
    let interview = invitable.interview();
    let candidate = Mailbox {
        name: Some(one_line(&interview.candidate_name)),
        address: invitable.address().clone(),
    };
    Request {
        interview: interview.id,
        sequence: interview.sequence,
        stamp: identity.date,
        start: invitable.starts_at(),
        end: invitable.ends_at(),
        zone: &interview.zone,
        organizer: sender.from(),
        attendee: &candidate,
        summary: &view.calendar_title(),
        description: &view.calendar_text(),
        link: &invitable.link().expose(),
    }
    .to_ics()
}

/// mixed { alternative { plain, html, calendar }, invite.ics }: the order in which mail programs look for the best part
/// they know, and a file for those that know none.
fn body(
    text: String,
    html: String,
    calendar: &str,
    identity: &MailIdentity,
) -> Result<MultiPart, ComposeError> {
    let uuid = identity.message_id.uuid().simple();
    let kind = |text: &str| {
        ContentType::parse(text).map_err(|error| ComposeError::Build(error.to_string()))
    };
    let request = SinglePart::builder()
        .header(kind("text/calendar; charset=utf-8; method=REQUEST")?)
        .body(encoded(calendar)?);
    let file = Attachment::new("invite.ics".to_owned());
    let file = file.body(
        encoded(calendar)?,
        kind("application/ics; name=\"invite.ics\"")?,
    );
    let alternative = MultiPart::alternative()
        .boundary(format!("alternative-{uuid}"))
        .singlepart(SinglePart::plain(text))
        .singlepart(SinglePart::html(html))
        .singlepart(request);
    Ok(MultiPart::mixed()
        .boundary(format!("mixed-{uuid}"))
        .multipart(alternative)
        .singlepart(file))
}

/// A calendar travels as it is where it is ASCII (its lines are short), else in base64: quoted-printable would break its
/// lines once more, which not every calendar undoes.
fn encoded(calendar: &str) -> Result<Body, ComposeError> {
    if calendar.is_ascii() {
        return Ok(Body::dangerous_pre_encoded(
            calendar.as_bytes().to_vec(),
            ContentTransferEncoding::SevenBit,
        ));
    }
    Body::new_with_encoding(calendar.to_owned(), ContentTransferEncoding::Base64)
        .map_err(|_| ComposeError::Build("the calendar can't be encoded".to_owned()))
}

/// A message being written, and the names of the headers written so far.
#[derive(Default)]
struct Letter {
    builder: MessageBuilder,
    names: Vec<String>,
}

impl Letter {
    fn write_headers(
        &mut self,
        sender: &Sender,
        invitable: &Invitable,
        identity: &MailIdentity,
        subject: String,
    ) -> Result<(), ComposeError> {
        let interview = invitable.interview();
        let recruiter = interview.recruiter.email.as_ref();
        let recruiter = recruiter
            .map(|address| mailbox(interview.recruiter.name.as_deref(), address))
            .transpose()?;
        let reply_to = match (recruiter, sender.reply_to()) {
            (Some(recruiter), _) => Some(recruiter),
            (None, Some(reply_to)) => Some(mailbox(reply_to.name.as_deref(), &reply_to.address)?),
            (None, None) => None,
        };
        let from = mailbox(sender.from().name.as_deref(), &sender.from().address)?;
        let to = mailbox(Some(&interview.candidate_name), invitable.address())?;
        let date = Duration::from_secs(u64::try_from(identity.date.as_second()).unwrap_or(0));
        self.add("Date", |builder| {
            builder.date(SystemTime::UNIX_EPOCH + date)
        });
        self.add("Message-ID", |builder| {
            builder.message_id(Some(identity.message_id.to_string()))
        });
        if let Some(first) = &identity.in_reply_to {
            self.add("In-Reply-To", |builder| {
                builder.in_reply_to(first.to_string())
            });
            self.add("References", |builder| {
                builder.references(first.to_string())
            });
        }
        self.add("From", |builder| builder.from(from));
        self.add("To", |builder| builder.to(to));
        if let Some(reply_to) = reply_to {
            self.add("Reply-To", |builder| builder.reply_to(reply_to));
        }
        self.add("Subject", |builder| {
            builder.header(header::Subject::from(subject))
        });
        // RFC 3834 section 5: no vacation notices in return.
        self.raw("Auto-Submitted", "auto-generated")?;
        sender
            .headers()
            .iter()
            .try_for_each(|(name, value)| self.raw(name, value))
    }

    fn add(&mut self, name: &str, write: impl FnOnce(MessageBuilder) -> MessageBuilder) {
        self.builder = write(std::mem::take(&mut self.builder));
        self.names.push(name.to_owned());
    }

    fn raw(&mut self, name: &str, value: &str) -> Result<(), ComposeError> {
        let header = HeaderName::new_from_ascii(name.to_owned())
            .map_err(|error| ComposeError::Build(error.to_string()))?;
        self.add(name, |builder| {
            builder.raw_header(HeaderValue::new(header, value.to_owned()))
        });
        Ok(())
    }

    fn finish(mut self, body: MultiPart) -> Result<(Vec<u8>, Vec<String>), ComposeError> {
        self.names
            .extend(["MIME-Version", "Content-Type"].map(str::to_owned));
        let message: Message = self
            .builder
            .multipart(body)
            .map_err(|error| ComposeError::Build(error.to_string()))?;
        Ok((message.formatted(), self.names))
    }
}

pub(super) fn mailbox(
    name: Option<&str>,
    address: &EmailAddress,
) -> Result<HeaderMailbox, ComposeError> {
    let bad = || ComposeError::Address(address.display().to_owned());
    let name = name.map(one_line).filter(|name| !name.is_empty());
    Ok(HeaderMailbox::new(
        name,
        Address::new(address.local(), address.domain()).map_err(|_| bad())?,
    ))
}

#[cfg(test)]
mod tests;
