//! The command line through the real binary: flags, JSON, exit codes and what is said.

mod ends;
mod reading;
mod scheduling;
mod selecting;
