//! Greenroom schedules interviews from the terminal, and no invitation leaves without a working link.

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
