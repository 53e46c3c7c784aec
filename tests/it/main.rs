//! Greenroom from outside, in one binary.
#![expect(clippy::unwrap_used, reason = "a test may; its helpers too")]

mod audit;
mod batches;
mod browser;
mod change;
mod cli;
mod dashboard;
mod erase;
mod gates;
mod import;
mod incidents;
mod invariants;
mod layers;
mod lists;
mod outbox;
mod picture;
mod plan;
mod processes;
mod revise;
mod schedule;
mod sequences;
mod server;
mod smtp;
mod store;
mod support;
mod terminal;
mod tokens;
