//! Composes mail, checks what was composed, and hands it to a transport.
//!
//! `compose` turns an [`Invitable`](crate::domain::invitable::Invitable) into bytes, `gate` reads them back, and only
//! what passes becomes a [`Composed`]. Nothing here reads a clock, a file or a random number.

pub mod calendar;
pub mod compose;
pub mod gate;
pub mod identity;
pub mod parts;
mod sample;
pub mod sender;
mod test_mail;
pub mod transport;
mod view;

pub use compose::{ComposeError, invitation};
pub use gate::{Composed, GateError};
pub use identity::{MailIdentity, MessageId};
pub use sample::check_templates;
pub use sender::{Sender, SenderError};
pub use test_mail::test_mail;
