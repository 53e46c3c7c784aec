//! The dashboard: the terminal interface.
//!
//! ```text
//! key → keymap (one table) → Intent
//!   → update(&mut Model, Msg) -> Vec<Effect>     pure: no clock, no I/O, no tokio
//!   → runner: Effect → a use-case of the app → Event → update → one draw per drained batch
//! ```
//!
//! - [`input`] turns bytes of the terminal into [`key`]s and pastes; [`keymap`] is the one table of what keys mean.
//! - [`message`] holds the three vocabularies: intents, events, effects.
//! - [`model`] is the state: one screen, a stack of modals. [`update`] changes it, one file per part of the screen.
//! - [`view`] shows it: it takes the model and a [`theme`], decides nothing, reads no clock. [`safe`] is the gate
//!   through which foreign text passes.
//! - [`executor`] carries effects out by the use-cases of the app; [`runner`] owns the terminal, [`guard`] its modes.
//!
//! Nothing is drawn when nothing changed, and no stray key mails: see [`message::Effect::mails_or_changes`].

mod browser;
pub mod executor;
pub mod field;
pub mod guard;
pub mod input;
pub mod key;
pub mod keymap;
pub mod layout;
pub mod mail;
pub mod message;
pub mod model;
pub mod runner;
pub mod safe;
mod terminal;
#[cfg(test)]
mod testing;
pub mod theme;
pub mod update;
pub mod view;

pub use runner::{Ended, Options, RunError, run};
