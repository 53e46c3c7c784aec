//! One page by HTTP (RFC 9110), directly: no proxy, no redirect followed, nothing sent but the request.

use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Request, header};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use url::Url;

use super::connect::{ConnectError, connect};
use super::tls::{self, ServerName, TlsError};

/// Octets of a page that are read; what is longer is cut.
const LARGEST: usize = 64 << 10;

/// What a server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    headers: header::HeaderMap,
    /// The page; empty when it is too large.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header, if it is there and is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No connection.
    #[error("{0}")]
    Connect(#[from] ConnectError),
    /// No encrypted connection.
    #[error("{0}")]
    Tls(#[from] TlsError),
    /// What answers does not speak HTTP.
    #[error("what answers there does not speak HTTP: {0}")]
    Http(#[from] hyper::Error),
    /// The URL can't be fetched.
    #[error("only http and https can be fetched")]
    Url,
}

/// Fetches a page. Sets no deadline of its own: the caller knows how long somebody waits.
///
/// # Errors
/// Why there is no answer; any status is one.
pub async fn fetch(url: &Url) -> Result<Answer, FetchError> {
    let host = url.host_str().ok_or(FetchError::Url)?;
    let port = url.port_or_known_default().ok_or(FetchError::Url)?;
    let name = host.trim_start_matches('[').trim_end_matches(']');
    let stream = connect(name, port).await?;
    match url.scheme() {
        "http" => ask(stream, url, host).await,
        "https" => {
            let server = ServerName::try_from(name.to_owned()).map_err(|_| FetchError::Url)?;
            let connector = tls::connector(Vec::new()).await?;
            let (stream, _) = tls::handshake(&connector, &server, stream).await?;
            ask(stream, url, host).await
        }
        _ => Err(FetchError::Url),
    }
}

async fn ask(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    url: &Url,
    host: &str,
) -> Result<Answer, FetchError> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    let request = Request::get(path)
        .header(header::HOST, host)
        .header(header::USER_AGENT, "greenroom")
        .body(Empty::<Bytes>::new())
        .map_err(|_| FetchError::Url)?;
    let answered = async {
        let answer = sender.send_request(request).await?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, LARGEST).collect().await;
        Ok(Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body: body.map_or_else(|_| Vec::new(), |body| body.to_bytes().to_vec()),
        })
    };
    // The connection has to be driven while the answer is awaited, and ends with it.
    tokio::pin!(answered, connection);
    tokio::select! {
        answer = &mut answered => answer,
        ended = &mut connection => {
            ended?;
            answered.await
        }
    }
}
