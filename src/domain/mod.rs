//! What an interview, a session, a link and a delivery are, and every decision about them.
//!
//! Pure: no I/O, no clock, no randomness. `now` always arrives as a value.

pub mod address;
pub mod text;
pub mod when;
