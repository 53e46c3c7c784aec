//! What an interview, a session, a link and a delivery are, and every decision about them.
//!
//! Pure: no I/O, no clock, no randomness. `now` always arrives as a value.

pub mod access;
pub mod address;
pub mod base_url;
pub mod batch;
pub mod change;
pub mod delivery;
pub mod door;
pub mod draft;
pub mod event;
pub mod filter;
pub mod finding;
pub mod ids;
pub mod import;
pub mod interview;
pub mod invitable;
pub mod network;
pub mod refusal;
pub mod retry;
pub mod session;
pub mod text;
pub mod token;
pub mod trouble;
pub mod verdict;
pub mod when;
pub mod words;
