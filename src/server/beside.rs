//! The server inside the dashboard: it waits for its port, and says who has it meanwhile.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::sleep;

use super::Server;
use crate::app::{Answering, App, InTheWay, Serving, Stop};

/// How often it looks whether the port has become free.
const AGAIN: Duration = Duration::from_secs(3);

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
        io::ErrorKind::AddrInUse => match app.who_answers(listen).await {
            Answering::This => return Serving::Elsewhere(listen),
            Answering::AnotherGreenroom => InTheWay::AnotherGreenroom,
            Answering::Another => InTheWay::AnotherProgram,
        },
        io::ErrorKind::PermissionDenied => InTheWay::NotAllowed,
        io::ErrorKind::AddrNotAvailable => InTheWay::NotHere,
        _ => InTheWay::Other(error.to_string()),
    };
    Serving::Not { listen, why }
}
