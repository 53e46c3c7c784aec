//! Connections to other machines, below what is said over them: by name, with TLS, and fetching one page by HTTP.
//!
//! Knows nothing of interviews or mail.

mod connect;
mod fetch;
pub mod tls;

pub use connect::{ConnectError, connect};
pub use fetch::{Answer, FetchError, fetch};
