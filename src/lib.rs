//! Greenroom schedules interviews from the terminal, and no invitation leaves without a working link.
//!
//! # The house
//! The tree says where things are, and imports go downwards only (`tests/it/layers.rs` reads them and says so):
//!
//! | layer | is |
//! |---|---|
//! | [`tui`], [`cli`], [`server`] | the surfaces; they never know each other, main.rs wires them |
//! | [`app`] | the use-cases, one file each: the only door for every surface; the dispatcher |
//! | [`config`] | every setting, its default and its check |
//! | [`mail`] | composing, the calendar, the gate that reads every mail back, the transports |
//! | [`store`], [`render`], [`net`] | typed SQL over one transaction; templates and HTML; TLS and HTTP to others |
//! | [`domain`] | pure: values, decisions, state machines; no I/O, no clock, no randomness |
//!
//! # How an invitation leaves
//! 1. A surface asks [`app`] to schedule. The use-case reads, decides with the pure functions of [`domain`] and has
//!    [`mail`] compose. Only an [`Invitable`](domain::invitable::Invitable) can be composed: its one constructor checks
//!    status, start, address, live session and base URL. The composed bytes are read back before they are stored.
//! 2. Interview, session, mail and event are committed by [`store`] in one transaction, or nothing is.
//! 3. The [`Dispatcher`](app::Dispatcher), the sole caller of a transport, claims the mail by lease, asks once more
//!    whether it is still true, marks it as being handed over, and hands it over with no transaction open.
//! 4. What the server said is committed as the outcome with its event. A connection that broke after the hand-over
//!    leaves it unknown; it is never sent again by itself.
//!
//! Clock, randomness and transport come in at the edges ([`Wiring`](app::Wiring)), so that every decision is a function
//! from values to values, and tests run with a fixed clock and seeded keys.

pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod mail;
pub mod net;
pub mod render;
pub mod server;
pub mod store;
pub mod tui;
