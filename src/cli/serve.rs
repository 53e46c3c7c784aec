//! `greenroom serve`: the join page and the dispatcher without the dashboard. It is wired in main.rs.

use std::net::SocketAddr;

use clap::Args;

use crate::config::listen_address;

/// Serve the join page and the API, and send mail, without the dashboard
///
/// Goes on until it is interrupted; requests that are being answered and the mail that is being handed over are finished
/// first, within 10 s. Interrupted a second time, it ends at once. Put a proxy that speaks TLS in front of it, and name
/// its address in `server.trusted_proxies`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Where to listen, instead of `server.listen`: an address and a port; port 0 takes any free one
    #[arg(long, value_name = "ADDR", value_parser = |text: &str| listen_address(text))]
    pub listen: Option<SocketAddr>,
}
