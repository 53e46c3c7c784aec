//! Takes connections, and bounds what each may cost: time, memory, and its place among the others.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::Uri;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tower::ServiceExt as _;

use super::api;
use super::client::Peer;
use super::wire::Wire;
use crate::app::Stop;
use crate::domain::network::{Network, subscriber};

/// Connections at the same time; more wait until one ends. Below the 1,024 files that a process may usually open.
const CONNECTIONS: usize = 512;
/// Connections that the system keeps waiting meanwhile. Its usual 128 make a thousand candidates who come at the same moment
/// wait for seconds, until their systems try again.
const QUEUE: u32 = 1024;
/// Connections of one client at the same time; another one of it is closed at once. Trusted proxies bring many clients.
const OF_ONE_CLIENT: usize = CONNECTIONS / 2;
/// Octets of a head that is read at all; what is larger than a request may be, but not than this, is refused in our form.
const LONGEST_HEAD: usize = 64 << 10;
/// Lines of such a head.
const MOST_HEADERS: usize = 256;
/// How long the end waits for requests that are being answered.
const LAST_ANSWERS: Duration = Duration::from_secs(8);
/// How long to wait when the system has no file left for a connection.
const NO_FILES: Duration = Duration::from_millis(100);

/// How long a client may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For the head of a request, or for nothing between two of them.
    pub head: Duration,
    /// For a request, from its head to the answer: the body included, however slowly it comes.
    pub request: Duration,
    /// For everything on one connection: who reads too slowly for it comes again.
    pub connection: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(20),
            request: Duration::from_secs(15),
            connection: Duration::from_mins(5),
        }
    }
}

/// On which terms connections are taken.
pub struct Terms {
    /// The path of the base URL: a proxy in front may take it off or leave it on.
    pub base: String,
    /// Proxies, whose connections are those of many clients.
    pub trusted: Vec<Network>,
    /// How long a client may take.
    pub patience: Patience,
    /// The headers of an answer that is none of the router's, as lines of a head.
    pub headers: String,
}

/// Takes a port.
///
/// # Errors
/// What stands in the way.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    // A server that starts again need not wait for the last connections of the one before.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(QUEUE)
}

/// Answers with `router` until asked to stop, and then what is being answered.
pub async fn serve(listener: TcpListener, router: Router, terms: Terms, stop: &Stop) {
    let Terms {
        base,
        trusted,
        patience,
        headers,
    } = terms;
    let (base, headers): (Arc<str>, Arc<str>) = (base.into(), headers.into());
    let room = Arc::new(Room {
        places: Arc::new(Semaphore::new(CONNECTIONS)),
        taken: Mutex::default(),
        trusted,
    });
    let graceful = GracefulShutdown::new();
    loop {
        let (stream, peer, place) = tokio::select! {
            biased;
            () = stop.wait() => break,
            next = accept(&listener, &room) => next,
        };
        let (router, base) = (router.clone(), Arc::clone(&base));
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            answer(router.clone(), request.map(Body::new), peer, &base)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(patience.head)
            .max_headers(MOST_HEADERS)
            .max_buf_size(LONGEST_HEAD)
            .serve_connection(
                Wire::new(TokioIo::new(stream), Arc::clone(&headers)),
                service,
            );
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // A client that went away or sent no HTTP is its own affair.
            let _ = timeout(patience.connection, connection).await;
            drop(place);
        });
    }
    drop(listener);
    let _ = timeout(LAST_ANSWERS, graceful.shutdown()).await;
}

/// The places for connections, and how many of them each client has.
struct Room {
    places: Arc<Semaphore>,
    taken: Mutex<HashMap<IpAddr, usize>>,
    trusted: Vec<Network>,
}

/// One connection's place; free again with the value.
struct Place {
    room: Arc<Room>,
    client: Option<IpAddr>,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Room {
    /// Takes a place for one more connection of a client, unless it has its share.
    fn take(
        self: &Arc<Self>,
        peer: IpAddr,
        permit: Option<OwnedSemaphorePermit>,
    ) -> Result<Place, Option<OwnedSemaphorePermit>> {
        let is_trusted = self.trusted.iter().any(|network| network.contains(peer));
        let client = (!is_trusted).then(|| subscriber(peer));
        if let Some(client) = client {
            let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
            let count = taken.entry(client).or_default();
            if *count >= OF_ONE_CLIENT {
                return Err(permit);
            }
            *count += 1;
        }
        Ok(Place {
            room: Arc::clone(self),
            client,
            _permit: permit,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(client) = self.client else {
            return;
        };
        let mut taken = self
            .room
            .taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&client) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&client);
            }
        }
    }
}

async fn accept(listener: &TcpListener, room: &Arc<Room>) -> (TcpStream, SocketAddr, Place) {
    // Nobody closes the semaphore.
    let mut permit = Arc::clone(&room.places).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => match room.take(peer.ip(), permit) {
                Ok(place) => {
                    // Answers are small and written whole.
                    let _ = stream.set_nodelay(true);
                    return (stream, peer, place);
                }
                Err(back) => permit = back,
            },
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                sleep(NO_FILES).await;
            }
        }
    }
}

fn answer(
    router: Router,
    mut request: Request,
    peer: SocketAddr,
    base: &str,
) -> impl Future<Output = Result<axum::response::Response, Infallible>> + use<> {
    request.extensions_mut().insert(Peer(peer));
    if let Some(below) = below(request.uri(), base) {
        *request.uri_mut() = below;
    }
    if let Some(whole) = api::with_slash(request.uri()) {
        *request.uri_mut() = whole;
    }
    router.oneshot(request)
}

/// The URI without the path of the base URL, if it begins with it.
fn below(uri: &Uri, base: &str) -> Option<Uri> {
    let path = uri.path_and_query()?.as_str().strip_prefix(base)?;
    if base.is_empty() {
        return None;
    }
    match path.chars().next() {
        Some('/') => path.parse().ok(),
        Some('?') => format!("/{path}").parse().ok(),
        None => Some(Uri::from_static("/")),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn one_client_takes_half_of_the_places_and_a_trusted_proxy_as_many_as_it_brings() {
        let room = Arc::new(Room {
            places: Arc::new(Semaphore::new(CONNECTIONS)),
            taken: Mutex::default(),
            trusted: vec![Network::parse("10.0.0.1").unwrap()],
        });
        let take = |peer: &str| room.take(peer.parse().unwrap(), None).ok();
        let mut held: Vec<Place> = (0..OF_ONE_CLIENT)
            .map(|_| take("192.0.2.1").unwrap())
            .collect();
        assert!(take("192.0.2.1").is_none());
        assert!(take("192.0.2.2").is_some(), "another one");
        let proxied: Vec<Place> = (0..CONNECTIONS).filter_map(|_| take("10.0.0.1")).collect();
        assert_eq!(proxied.len(), CONNECTIONS);
        held.pop();
        assert!(take("192.0.2.1").is_some(), "a place is free again");
        drop((held, proxied));
        assert!(room.taken.lock().unwrap().is_empty(), "nothing is kept");
    }

    #[rstest]
    #[case("/interview/?session_key=1", "", None)]
    #[case("/interview/?session_key=1", "/greenroom", None)]
    #[case("/greenroomy/", "/greenroom", None)]
    #[case("/greenroom", "/greenroom", Some("/"))]
    #[case("/greenroom?session_key=1", "/greenroom", Some("/?session_key=1"))]
    #[case("/greenroom/healthz", "/greenroom", Some("/healthz"))]
    fn the_path_of_the_base_url_may_be_there_or_not(
        #[case] uri: &str,
        #[case] base: &str,
        #[case] expected: Option<&str>,
    ) {
        let below = below(&uri.parse().unwrap(), base).map(|uri| uri.to_string());
        assert_eq!(below.as_deref(), expected);
    }
}
