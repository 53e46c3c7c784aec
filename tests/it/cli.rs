//! The command line through the real binary: flags, JSON, exit codes and what is said.

mod bulk;
mod cancelling;
mod changing;
mod data;
mod doctor;
mod ends;
mod outbox;
mod plain;
mod post;
mod reading;
mod scheduling;
mod selecting;
mod setup;
mod tokens;
