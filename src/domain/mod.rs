//! What an interview, a session, a link and a delivery are, and every decision about them.
//!
//! Pure: no I/O, no clock, no randomness. `now` always arrives as a value.

pub mod address;
pub mod base_url;
pub mod delivery;
pub mod draft;
pub mod event;
pub mod filter;
pub mod ids;
pub mod import;
pub mod interview;
pub mod invitable;
pub mod refusal;
pub mod retry;
pub mod session;
pub mod text;
pub mod verdict;
pub mod when;
