//! The address under which candidates reach the join page, and whether anybody but this machine can.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use url::{Host, Url};

/// An absolute `http` or `https` URL without query, fragment or credentials, and without a trailing slash.
///
/// Parsed and normalised once, when the configuration is read; nothing else takes part in building links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    text: String,
    reach: Reach,
    path: String,
    local: Option<SocketAddr>,
}

/// Who can follow a link under a base URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The internet, over TLS.
    Public,
    /// Not everybody, or not safely: the reason why such a link must not leave this machine in a mail.
    Local(Unreachable),
}

/// Why a candidate could not, or should not, follow a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// `localhost`, `127.0.0.0/8`, `::1`.
    #[error("is this machine itself, so the candidate's link would not work")]
    Loopback,
    /// `0.0.0.0`, `::`.
    #[error("is the unspecified address, so the candidate's link would not work")]
    Unspecified,
    /// RFC 1918, RFC 4193, link-local and shared address space (RFC 6598).
    #[error("is in a private network, so the candidate's link would not work")]
    Private,
    /// `.local`, `.internal`, `.localhost`, or a name without a dot.
    #[error("is a name that only the local network knows, so the candidate's link would not work")]
    LocalName,
    /// Anything but `https`.
    #[error("is not https, so anybody on the way could read the candidate's link")]
    Plain,
}

/// The text is no base URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// It does not parse as a URL.
    #[error("{0:?} is not a URL; write it like https://interviews.example.com")]
    NotAUrl(String),
    /// Another scheme than `http` and `https`.
    #[error("{0:?} must begin with https://")]
    Scheme(String),
    /// A user name or password, which is not repeated.
    #[error("must not contain a user name or password")]
    Credentials,
    /// A part that links can't have.
    #[error("{text:?} must not contain {part}")]
    Part {
        /// The text as given.
        text: String,
        /// The part that has to go.
        part: &'static str,
    },
}

impl BaseUrl {
    /// Parses and normalises: lowercase host, default port and trailing slashes dropped.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let text = text.trim();
        let url = Url::parse(text).map_err(|_| BaseUrlError::NotAUrl(text.to_owned()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(BaseUrlError::Scheme(text.to_owned()));
        }
        let part = |part| BaseUrlError::Part {
            text: text.to_owned(),
            part,
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BaseUrlError::Credentials);
        }
        if url.query().is_some() {
            return Err(part("a query (?…)"));
        }
        if url.fragment().is_some() {
            return Err(part("a fragment (#…)"));
        }
        let Some(host) = url.host() else {
            return Err(BaseUrlError::NotAUrl(text.to_owned()));
        };
        let reach = reach(&host, url.scheme());
        let path: Vec<&str> = url
            .path()
            .split('/')
            .filter(|segment| !segment.is_empty())
            .collect();
        let path: String = path.iter().flat_map(|segment| ["/", segment]).collect();
        Ok(Self {
            text: url.origin().ascii_serialization() + &path,
            reach,
            local: local_address(&host, &url),
            path,
        })
    }

    /// The normalised text, without a trailing slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its path, without a trailing slash: empty, or like `/greenroom`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Where on this machine a server must listen for links under it to lead there; none when they lead elsewhere, or to
    /// whatever speaks TLS for it.
    #[must_use]
    pub const fn local_address(&self) -> Option<SocketAddr> {
        self.local
    }

    /// The port that links under it lead to.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        Url::parse(&self.text).ok()?.port_or_known_default()
    }

    /// Whether links under it lead to this machine itself.
    #[must_use]
    pub const fn is_this_machine(&self) -> bool {
        matches!(
            self.reach,
            Reach::Local(Unreachable::Loopback | Unreachable::Unspecified)
        )
    }

    /// Who can follow a link under it.
    #[must_use]
    pub const fn reach(&self) -> Reach {
        self.reach
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

// The URL parser has already turned every spelling (`127.1`, `0x7f.1`, `[::ffff:127.0.0.1]`, `LOCALHOST`)
// into one form.
fn reach(host: &Host<&str>, scheme: &str) -> Reach {
    let local = match host {
        Host::Ipv4(address) => unreachable_v4(*address),
        Host::Ipv6(address) => unreachable_v6(*address),
        Host::Domain(name) => unreachable_name(name),
    };
    match local {
        Some(why) => Reach::Local(why),
        None if scheme != "https" => Reach::Local(Unreachable::Plain),
        None => Reach::Public,
    }
}

fn local_address(host: &Host<&str>, url: &Url) -> Option<SocketAddr> {
    let address = match host {
        Host::Ipv4(address) if address.is_loopback() || address.is_unspecified() => {
            IpAddr::V4(*address)
        }
        Host::Ipv6(address) if address.is_loopback() || address.is_unspecified() => {
            IpAddr::V6(*address)
        }
        Host::Domain(name) if unreachable_name(name) == Some(Unreachable::Loopback) => {
            IpAddr::V4(Ipv4Addr::LOCALHOST)
        }
        _ => return None,
    };
    let port = url.port_or_known_default()?;
    (url.scheme() == "http").then(|| SocketAddr::new(address, port))
}

fn unreachable_v4(address: Ipv4Addr) -> Option<Unreachable> {
    let [first, second, ..] = address.octets();
    let shared = first == 100 && (64..128).contains(&second);
    if address.is_loopback() {
        Some(Unreachable::Loopback)
    } else if address.is_unspecified() || first == 0 {
        Some(Unreachable::Unspecified)
    } else if address.is_private() || address.is_link_local() || shared {
        Some(Unreachable::Private)
    } else {
        None
    }
}

fn unreachable_v6(address: Ipv6Addr) -> Option<Unreachable> {
    if address.is_loopback() {
        Some(Unreachable::Loopback)
    } else if address.is_unspecified() {
        Some(Unreachable::Unspecified)
    } else if let Some(v4) = address.to_ipv4() {
        unreachable_v4(v4)
    } else if address.is_unique_local() || address.is_unicast_link_local() {
        Some(Unreachable::Private)
    } else {
        None
    }
}

fn unreachable_name(name: &str) -> Option<Unreachable> {
    let name = name.trim_end_matches('.');
    let last = name.rsplit('.').next().unwrap_or(name);
    if name == "localhost" || last == "localhost" || name == "localhost.localdomain" {
        Some(Unreachable::Loopback)
    } else if !name.contains('.')
        || matches!(
            last,
            "local" | "internal" | "lan" | "intranet" | "home" | "localdomain"
        )
        || name.ends_with(".home.arpa")
    {
        Some(Unreachable::LocalName)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("https://localhost", Unreachable::Loopback)]
    #[case("http://LOCALHOST:8000/", Unreachable::Loopback)]
    #[case("https://127.1", Unreachable::Loopback)]
    #[case("https://0x7f.0.0.1", Unreachable::Loopback)]
    #[case("https://2130706433", Unreachable::Loopback)]
    #[case("https://[::1]:8000", Unreachable::Loopback)]
    #[case("https://[::ffff:127.0.0.1]", Unreachable::Loopback)]
    #[case("https://localhost.", Unreachable::Loopback)]
    #[case("https://app.localhost", Unreachable::Loopback)]
    #[case("https://0.0.0.0", Unreachable::Unspecified)]
    #[case("https://0", Unreachable::Unspecified)]
    #[case("https://[::]", Unreachable::Unspecified)]
    #[case("https://10.1.2.3", Unreachable::Private)]
    #[case("https://192.168.0.10/x", Unreachable::Private)]
    #[case("https://169.254.1.1", Unreachable::Private)]
    #[case("https://100.64.0.1", Unreachable::Private)]
    #[case("https://[fd00::1]", Unreachable::Private)]
    #[case("https://[fe80::1]", Unreachable::Private)]
    #[case("https://printer.local", Unreachable::LocalName)]
    #[case("https://intranet", Unreachable::LocalName)]
    #[case("http://interviews.acme.example", Unreachable::Plain)]
    fn incident_17_a_base_url_only_this_machine_can_reach_is_recognised_in_every_spelling(
        #[case] text: &str,
        #[case] why: Unreachable,
    ) {
        assert_eq!(BaseUrl::parse(text).unwrap().reach(), Reach::Local(why));
    }

    #[rstest]
    #[case("https://interviews.acme.example//", "https://interviews.acme.example")]
    #[case("https://ACME.example:443/a//b/", "https://acme.example/a/b")]
    #[case(" https://acme.example:8443 ", "https://acme.example:8443")]
    #[case("https://bücher.example", "https://xn--bcher-kva.example")]
    fn incident_18_a_base_url_is_normalised_once(#[case] text: &str, #[case] normal: &str) {
        let base = BaseUrl::parse(text).unwrap();
        assert_eq!(base.as_str(), normal);
        assert_eq!(base.reach(), Reach::Public);
    }

    #[rstest]
    #[case("http://127.0.0.1:8000", Some("127.0.0.1:8000"), "", true)]
    #[case("http://localhost", Some("127.0.0.1:80"), "", true)]
    #[case("http://[::1]:9000/a//b/", Some("[::1]:9000"), "/a/b", true)]
    #[case("https://localhost:8443", None, "", true)]
    #[case("http://192.168.0.10:8000", None, "", false)]
    #[case("https://acme.example/greenroom", None, "/greenroom", false)]
    fn where_a_link_leads_on_this_machine(
        #[case] text: &str,
        #[case] address: Option<&str>,
        #[case] path: &str,
        #[case] here: bool,
    ) {
        let base = BaseUrl::parse(text).unwrap();
        assert_eq!(
            base.local_address(),
            address.map(|address| address.parse().unwrap())
        );
        assert_eq!((base.path(), base.is_this_machine()), (path, here));
    }

    #[rstest]
    #[case("interviews.acme.example", "is not a URL; write it like https://")]
    #[case("ftp://acme.example", "must begin with https://")]
    #[case("https://", "is not a URL")]
    #[case("https://acme.example/?x=1", "must not contain a query")]
    #[case("https://acme.example/#top", "must not contain a fragment")]
    #[case(
        "https://user:secret@acme.example",
        "must not contain a user name or password"
    )]
    fn incident_18_a_bad_base_url_is_a_named_error(#[case] text: &str, #[case] words: &str) {
        let error = BaseUrl::parse(text).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }
}
