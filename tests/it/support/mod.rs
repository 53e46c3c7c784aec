//! What the tests share: doubles of the world outside.

pub mod smtp_server;
