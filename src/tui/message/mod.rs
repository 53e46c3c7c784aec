//! The three vocabularies of the dashboard: what the person wants, what has happened, what is to be done.
//!
//! Only data. Nothing here decides or does anything.

mod effect;
mod event;
mod intent;

pub use effect::{Effect, Marking};
pub use event::{AuditRead, Event, Moment, SaveError, Tally};
pub use intent::Intent;

/// What reaches [`update`](super::update::update).
#[derive(Debug)]
pub enum Msg {
    /// The person wants something.
    Intent(Intent),
    /// Something has happened.
    Event(Event),
}

/// The number of a request: an answer that bears another one than the newest came too late and is ignored.
pub type Request = u64;
