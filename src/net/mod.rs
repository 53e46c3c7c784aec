//! Connections to other machines, below what is said over them: TLS, and fetching one page by HTTP.
//!
//! Knows nothing of interviews or mail.

mod fetch;
pub mod tls;

pub use fetch::{Answer, FetchError, fetch};
