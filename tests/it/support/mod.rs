//! What the tests share: doubles of the world outside.

pub mod browser;
pub mod dashboard;
pub mod edges;
pub mod faults;
pub mod http;
pub mod legacy;
pub mod post;
pub mod postfix;
pub mod program;
pub mod smtp_server;
pub mod terminal;
pub mod unruly_server;
pub mod world;

pub use post::Answer;
pub use world::{World, draft, words};
