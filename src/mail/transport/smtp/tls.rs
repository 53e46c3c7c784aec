//! TLS towards a mail server: the platform's certificate authorities, and no way to skip the check.

use std::io;
use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, Error, ProtocolVersion, RootCertStore};

use super::super::reason::Cause;
use super::session::Wire;

/// Reads the platform's certificate authorities, adds the given ones, and makes a connector.
///
/// Reading takes some milliseconds of file access, so this runs outside the caller's thread.
pub(super) async fn connector(extra: Vec<CertificateDer<'static>>) -> Result<TlsConnector, Cause> {
    let built = tokio::task::spawn_blocking(move || build(extra)).await;
    built.unwrap_or_else(|stopped| Err(Cause::Tls(stopped.to_string())))
}

fn build(extra: Vec<CertificateDer<'static>>) -> Result<TlsConnector, Cause> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots.add_parsable_certificates(extra);
    if roots.is_empty() {
        return Err(Cause::NoRoots);
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Cause::Tls(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The handshake. Returns the encrypted stream and the version agreed on, for people to read.
pub(super) async fn handshake(
    connector: &TlsConnector,
    name: &ServerName<'static>,
    wire: Box<dyn Wire>,
) -> Result<(Box<dyn Wire>, &'static str), Cause> {
    let stream = connector
        .connect(name.clone(), wire)
        .await
        .map_err(cause_of)?;
    let version = match stream.get_ref().1.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
        Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
        _ => "TLS",
    };
    Ok((Box::new(stream), version))
}

fn cause_of(error: io::Error) -> Cause {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Error>());
    match inner {
        Some(Error::InvalidCertificate(problem)) => Cause::Certificate(problem.to_string()),
        Some(other) => Cause::Tls(other.to_string()),
        None => Cause::from(error),
    }
}
