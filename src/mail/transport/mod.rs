//! How a mail leaves: one trait, the outcomes it may report, and nothing that decides about mail.
//!
//! A transport is handed an envelope and exact bytes. It never composes or changes a mail, never
//! tries one again by itself, and never reports more than it knows: only a mail server's own reply
//! is [`Outcome::Accepted`].

pub mod mailbox;
mod reason;
pub mod sendmail;
pub mod smtp;

pub use futures_util::future::BoxFuture;
pub use reason::{Cause, Ended, Reason, Stage};
pub use smtp::reply::Reply;

/// Who a mail is from and who it is for, as the mail system sees it: two addresses that are safe
/// to write into a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    sender: String,
    recipient: String,
}

/// Why an address can't stand in an [`Envelope`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Anything beyond ASCII needs SMTPUTF8 (RFC 6531); a domain is written in its `xn--` form.
    #[error(
        "{0}: the address has characters outside ASCII; write its domain in the xn-- form, \
         and ask for another address if its first part has them"
    )]
    NotAscii(&'static str),
    /// Empty, without `@`, longer than 254 octets, or holding spaces, brackets or control characters.
    #[error("{0}: not an address that mail can be sent to")]
    Malformed(&'static str),
}

impl Envelope {
    /// Checks both addresses; each is ASCII and at most 254 octets (RFC 5321 section 4.5.3.1.3).
    ///
    /// # Errors
    /// [`AddressError`] names the address (`sender` or `recipient`) that can't be used.
    pub fn new(
        sender: impl Into<String>,
        recipient: impl Into<String>,
    ) -> Result<Self, AddressError> {
        let envelope = Self {
            sender: sender.into(),
            recipient: recipient.into(),
        };
        check_address("sender", &envelope.sender)?;
        check_address("recipient", &envelope.recipient)?;
        Ok(envelope)
    }

    /// The address that the mail comes from.
    #[must_use]
    pub fn sender(&self) -> &str {
        &self.sender
    }

    /// The one address that the mail goes to.
    #[must_use]
    pub fn recipient(&self) -> &str {
        &self.recipient
    }
}

fn check_address(which: &'static str, address: &str) -> Result<(), AddressError> {
    if !address.is_ascii() {
        return Err(AddressError::NotAscii(which));
    }
    let harmless = |byte: u8| byte.is_ascii_graphic() && byte != b'<' && byte != b'>';
    let halves = address.rsplit_once('@');
    let whole = halves.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    if whole && address.len() <= 254 && address.bytes().all(harmless) {
        Ok(())
    } else {
        Err(AddressError::Malformed(which))
    }
}

/// What became of a mail, as far as anybody can know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A mail server took responsibility: it answered 250 after the final dot.
    Accepted {
        /// Its answer, in its own words.
        reply: Reply,
    },
    /// The mail program of this machine took it over, and says no more than that.
    Passed {
        /// How it ended: `msmtp exited with 0`.
        words: String,
    },
    /// Kept on this machine, sent to nobody.
    Stored {
        /// The file that holds it.
        path: String,
    },
    /// Not sent, for a reason that may pass; it may be tried again.
    Deferred {
        /// What stood in the way.
        reason: Reason,
    },
    /// Refused for good; trying again would be refused again.
    Failed {
        /// The refusal.
        reason: Reason,
    },
    /// The connection broke after content was begun: the server may have the mail or not.
    Unknown {
        /// What broke.
        reason: Reason,
    },
}

/// What handing over one mail came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// What became of the mail.
    pub outcome: Outcome,
    /// What was said to the mail that comes next, as by [`offer`](Transport::offer). `None` when
    /// nothing is known of it, and nothing of it left: it is to be offered anew.
    pub next: Option<Result<(), Outcome>>,
}

impl From<Outcome> for Handed {
    fn from(outcome: Outcome) -> Self {
        Self {
            outcome,
            next: None,
        }
    }
}

/// A way for mail to leave. One mail at a time: an offer, then its content.
pub trait Transport: Send {
    /// The transport as shown to a person: `smtp mx.acme.example`, `mailbox on this machine`.
    fn name(&self) -> String;

    /// Everything up to the receiver's go-ahead for content.
    ///
    /// After `Ok` the caller commits its mark that the mail is being handed over and then calls
    /// [`content`](Self::content). An `Err` is the outcome of the mail: nothing of it was sent.
    /// Dropping the future, or offering again instead of sending content, abandons the first mail.
    fn offer<'a>(&'a mut self, envelope: &'a Envelope) -> BoxFuture<'a, Result<(), Outcome>>;

    /// Hands over the mail that was offered: a whole message with CRLF line ends.
    ///
    /// The envelope of the mail to come next may travel along, which saves a round trip; its
    /// content never does. After `Some(Ok(()))` in [`Handed::next`] that mail is offered: the
    /// caller commits its mark and calls `content` for it.
    ///
    /// Without a go-ahead just before, nothing is sent and the outcome is [`Outcome::Deferred`].
    /// If the future is dropped, what became of the mail is unknown.
    fn content<'a>(
        &'a mut self,
        bytes: &'a [u8],
        next: Option<&'a Envelope>,
    ) -> BoxFuture<'a, Handed>;

    /// Says goodbye and lets go of any connection. Nothing is lost by not calling it.
    fn close(&mut self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{AddressError, Envelope};

    #[rstest]
    #[case("")]
    #[case("ada")]
    #[case("@acme.example")]
    #[case("ada@")]
    #[case("ada@acme.example>\r\nRCPT TO:<eve@evil.example")]
    #[case("ada@acme.example\n")]
    #[case("<ada@acme.example>")]
    #[case("ada lovelace@acme.example")]
    fn an_address_that_could_change_the_command_is_refused(#[case] address: &str) {
        let refused = Envelope::new("jobs@acme.example", address);
        assert_eq!(refused, Err(AddressError::Malformed("recipient")));
    }

    #[test]
    fn an_address_that_needs_smtputf8_is_told_apart() {
        let refused = Envelope::new("jobs@acme.example", "jürgen@acme.example");
        assert_eq!(refused, Err(AddressError::NotAscii("recipient")));
    }
}
