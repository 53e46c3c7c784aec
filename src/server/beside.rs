//! The server inside the dashboard: it waits for its port, and says who has it meanwhile.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::Server;
use crate::app::{App, Serving, Stop};

/// How often it looks whether the port has become free.
const AGAIN: Duration = Duration::from_secs(3);
/// How long whoever has the port may take to say who they are.
const ANSWER: Duration = Duration::from_secs(1);
/// Octets of that answer.
const LONGEST_ANSWER: u64 = 4 << 10;

/// Serves the join page where the configuration says, until asked to stop. While the port is taken it tries again, and
/// [`App::serving`] says who answers there.
pub async fn serve_beside(app: App, stop: Stop) {
    let listen = app.config().server.listen;
    while !stop.asked() {
        match Server::bind(app.clone(), listen).await {
            Ok(server) => server.run(&stop).await,
            Err(serving) => {
                app.set_serving(serving);
                tokio::select! {
                    () = sleep(AGAIN) => {}
                    () = stop.wait() => {}
                }
            }
        }
    }
}

/// Who has the port.
pub(super) async fn in_the_way(app: &App, listen: SocketAddr, error: &io::Error) -> Serving {
    let why = match error.kind() {
        io::ErrorKind::AddrInUse => match timeout(ANSWER, ask(listen)).await {
            Ok(Ok(answer)) if answer.contains(app.instance()) => return Serving::Elsewhere(listen),
            Ok(Ok(answer)) if answer.contains("\"instance\"") => {
                "is taken by a Greenroom with another database".to_owned()
            }
            _ => "is taken by another program".to_owned(),
        },
        io::ErrorKind::PermissionDenied => "may not be used by this user".to_owned(),
        io::ErrorKind::AddrNotAvailable => "is not an address of this machine".to_owned(),
        _ => format!("can't be used: {error}"),
    };
    Serving::Not { listen, why }
}

// A few lines of HTTP to this machine itself: all that is asked is who answers.
async fn ask(listen: SocketAddr) -> io::Result<String> {
    let here = match listen.ip() {
        IpAddr::V4(address) if address.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(address) if address.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        other => other,
    };
    let mut stream = TcpStream::connect((here, listen.port())).await?;
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {listen}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(LONGEST_ANSWER).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
