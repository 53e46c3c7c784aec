//! Composes mail, checks what was composed, and hands it to a transport.

pub mod transport;
