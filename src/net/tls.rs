//! TLS towards a server: the platform's certificate authorities, and no way to skip the check.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
pub use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
pub use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, Error, ProtocolVersion, RootCertStore};

use crate::domain::trouble;

/// Why there is no encrypted connection.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// This machine has no certificate authorities to trust.
    #[error("this machine has no certificate authorities to check the server with")]
    NoRoots,
    /// The server's certificate can't be trusted.
    #[error("the server's certificate was not accepted: {0}")]
    Certificate(String),
    /// TLS could not be agreed on.
    #[error("no TLS connection: {0}")]
    Tls(String),
    /// The connection broke.
    #[error("{}", trouble::in_words(.0))]
    Io(io::Error),
}

/// Reads the platform's certificate authorities, adds the given ones, and makes a connector.
///
/// Reading takes some milliseconds of file access, so this runs outside the caller's thread.
///
/// # Errors
/// [`TlsError::NoRoots`], mostly.
pub async fn connector(extra: Vec<CertificateDer<'static>>) -> Result<TlsConnector, TlsError> {
    let built = tokio::task::spawn_blocking(move || build(extra)).await;
    built.unwrap_or_else(|stopped| Err(TlsError::Tls(stopped.to_string())))
}

fn build(extra: Vec<CertificateDer<'static>>) -> Result<TlsConnector, TlsError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots.add_parsable_certificates(extra);
    if roots.is_empty() {
        return Err(TlsError::NoRoots);
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError::Tls(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The handshake. Returns the encrypted stream and the version agreed on, for people to read.
///
/// # Errors
/// Whatever of [`TlsError`] stands in the way.
pub async fn handshake<IO: AsyncRead + AsyncWrite + Unpin>(
    connector: &TlsConnector,
    name: &ServerName<'static>,
    wire: IO,
) -> Result<(TlsStream<IO>, &'static str), TlsError> {
    let stream = connector
        .connect(name.clone(), wire)
        .await
        .map_err(cause_of)?;
    let version = match stream.get_ref().1.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
        Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
        _ => "TLS",
    };
    Ok((stream, version))
}

fn cause_of(error: io::Error) -> TlsError {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Error>());
    match inner {
        Some(Error::InvalidCertificate(problem)) => TlsError::Certificate(problem.to_string()),
        Some(other) => TlsError::Tls(other.to_string()),
        None => TlsError::Io(error),
    }
}
