//! A connection to a server by its name: what stands in the way is told apart.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpStream, lookup_host};

use crate::domain::trouble;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The name leads to no address: what the name service says.
    #[error("the server's name was not found ({0})")]
    NoSuchName(String),
    /// None of its addresses can be connected to.
    #[error("{}", trouble::in_words(.0))]
    Io(io::Error),
}

/// Connects to the first of the name's addresses that answers. Sets no deadline: the caller knows how long somebody
/// waits.
///
/// # Errors
/// The name's, or that of the last address that was tried.
pub async fn connect(host: &str, port: u16) -> Result<TcpStream, ConnectError> {
    let found = lookup_host((host, port)).await;
    let addresses: Vec<SocketAddr> = found
        .map_err(|error| ConnectError::NoSuchName(name_service(&error)))?
        .collect();
    TcpStream::connect(&addresses[..])
        .await
        .map_err(ConnectError::Io)
}

// The system says first what everybody can see: that it failed to look the name up.
fn name_service(error: &io::Error) -> String {
    let words = trouble::in_words(error);
    let said = words.split_once(": ").map(|(_, said)| said.to_owned());
    said.unwrap_or(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_unknown_name_and_a_closed_port_are_told_apart() {
        let words = |error: ConnectError| error.to_string();
        // No name service has to be asked about that.
        let unknown = connect("a..b", 25).await.map_err(words).unwrap_err();
        assert!(
            unknown.starts_with("the server's name was not found ("),
            "{unknown}"
        );
        let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = closed.local_addr().unwrap().port();
        drop(closed);
        let refused = connect("127.0.0.1", port).await.map_err(words);
        assert_eq!(
            refused.unwrap_err(),
            "nothing listens there (connection refused)"
        );
    }
}
