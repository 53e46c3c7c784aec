//! Who is asking: the address behind the proxies that are trusted, and whether it is a person.

use std::net::{IpAddr, SocketAddr};

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::{FORWARDED, HeaderName, USER_AGENT};
use axum::http::request::Parts;

use super::Site;
use crate::domain::access::AccessKind;
use crate::domain::network::{Network, subscriber};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Where browsers say that they fetch beforehand.
const PURPOSES: [&str; 4] = ["sec-purpose", "purpose", "x-purpose", "x-moz"];
/// Programs that follow links by themselves and say so in their User-Agent, in lowercase: scanners of mail, previews of
/// chats, crawlers.
const SCANNERS: [&str; 30] = [
    "barracuda",
    "bingpreview",
    "bot",
    "checkpoint",
    "cloudmark",
    "crawler",
    "facebookexternalhit",
    "fireeye",
    "forcepoint",
    "fortimail",
    "googleimageproxy",
    "google-safety",
    "ironport",
    "linkchecker",
    "mimecast",
    "ms-office",
    "msoffice",
    "preview",
    "proofpoint",
    "safelinks",
    "scanner",
    "skypeuripreview",
    "slack-imgproxy",
    "sophos",
    "spider",
    "symantec",
    "trendmicro",
    "urldefense",
    "whatsapp",
    "zscaler",
];

/// The client's end of the connection: a proxy's, if there is one in front.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// Who counts as one client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client(pub IpAddr);

impl FromRequestParts<Site> for Client {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<Peer>();
        let peer = peer.map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.0.ip());
        let trusted = &site.app.config().server.trusted_proxies;
        Ok(Self(subscriber(client(peer, &parts.headers, trusted))))
    }
}

/// The nearest address that is not a trusted proxy's. Only what trusted proxies say is believed, and of what they pass on,
/// only what the last of them saw.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(peer) {
        return peer;
    }
    let mut nearest = peer;
    for address in forwarded(headers).into_iter().rev() {
        // What is no address (`unknown`, `_hidden`) hides whoever is behind it.
        let Some(address) = address else {
            return nearest;
        };
        nearest = address;
        if !is_trusted(address) {
            return nearest;
        }
    }
    nearest
}

/// Who forwarded, the farthest first. A proxy that writes `X-Forwarded-For` may pass on a `Forwarded` that the client
/// invented, so that one counts only alone.
fn forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let lines = |name: &HeaderName| {
        let lines = headers.get_all(name).into_iter();
        let texts = lines.filter_map(|line| line.to_str().ok());
        texts.collect::<Vec<_>>().join(",")
    };
    if headers.contains_key(X_FORWARDED_FOR) {
        let list = lines(&X_FORWARDED_FOR);
        return list.split(',').map(address).collect();
    }
    // RFC 7239 section 4: elements by comma, pairs by semicolon.
    let list = lines(&FORWARDED);
    let elements = list.split(',').filter(|element| !element.trim().is_empty());
    elements
        .map(|element| {
            let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
            pairs
                .find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))
                .and_then(|(_, value)| address(value))
        })
        .collect()
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`, with or without quotation marks.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"').trim();
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.split(']').next());
    bare.unwrap_or(text)
        .parse()
        .ok()
        .or_else(|| text.parse().ok().map(|socket: SocketAddr| socket.ip()))
}

/// Whether a page was asked for by somebody, or by a program that looks ahead.
pub fn kind_of_access(headers: &HeaderMap) -> AccessKind {
    let says = |name: &str, wanted: &[&str]| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        let value = value.unwrap_or_default().to_ascii_lowercase();
        wanted.iter().any(|word| value.contains(word))
    };
    let ahead = PURPOSES
        .iter()
        .any(|name| says(name, &["prefetch", "prerender", "preview"]));
    if ahead || says(USER_AGENT.as_str(), &SCANNERS) {
        AccessKind::Prefetch
    } else {
        AccessKind::View
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn headers(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            let (name, value) = line.split_once(": ").unwrap();
            let name: HeaderName = name.parse().unwrap();
            headers.append(name, value.parse().unwrap());
        }
        headers
    }

    #[rstest]
    #[case("203.0.113.9", &["X-Forwarded-For: 198.51.100.1"], "203.0.113.9")]
    #[case("203.0.113.9", &["Forwarded: for=198.51.100.1"], "203.0.113.9")]
    #[case("127.0.0.1", &[], "127.0.0.1")]
    #[case("127.0.0.1", &["X-Forwarded-For: 198.51.100.1"], "198.51.100.1")]
    #[case("127.0.0.1", &["X-Forwarded-For: 1.1.1.1, 198.51.100.1"], "198.51.100.1")]
    #[case("127.0.0.1", &["X-Forwarded-For: 1.1.1.1", "X-Forwarded-For: 198.51.100.1, 10.1.2.3"], "198.51.100.1")]
    #[case("127.0.0.1", &["X-Forwarded-For: 10.1.2.3"], "10.1.2.3")]
    #[case("127.0.0.1", &["X-Forwarded-For: unknown, 10.1.2.3"], "10.1.2.3")]
    #[case("127.0.0.1", &["X-Forwarded-For: 198.51.100.1:4711"], "198.51.100.1")]
    #[case("127.0.0.1", &["Forwarded: for=1.1.1.1, For=\"[2001:db8::1]:4711\";proto=https"], "2001:db8::1")]
    #[case("127.0.0.1", &["Forwarded: for=1.1.1.1", "X-Forwarded-For: 198.51.100.1"], "198.51.100.1")]
    #[case("127.0.0.1", &["X-Forwarded-For: <script>"], "127.0.0.1")]
    #[case("::ffff:127.0.0.1", &["X-Forwarded-For: 198.51.100.1"], "198.51.100.1")]
    fn only_trusted_proxies_are_believed(
        #[case] peer: &str,
        #[case] lines: &[&str],
        #[case] expected: &str,
    ) {
        let trusted = ["127.0.0.1", "10.0.0.0/8"].map(|text| Network::parse(text).unwrap());
        let found = client(peer.parse().unwrap(), &headers(lines), &trusted);
        assert_eq!(found, expected.parse::<IpAddr>().unwrap());
    }

    #[rstest]
    #[case(&[], AccessKind::View)]
    #[case(&["User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"], AccessKind::View)]
    #[case(&["User-Agent: curl/8.14.1"], AccessKind::View)]
    #[case(&["User-Agent: Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"], AccessKind::Prefetch)]
    #[case(&["User-Agent: Mozilla/5.0 BingPreview/1.0b"], AccessKind::Prefetch)]
    #[case(&["User-Agent: WhatsApp/2.23"], AccessKind::Prefetch)]
    #[case(&["Sec-Purpose: prefetch;prerender"], AccessKind::Prefetch)]
    #[case(&["Purpose: prefetch"], AccessKind::Prefetch)]
    #[case(&["X-Moz: prefetch"], AccessKind::Prefetch)]
    #[case(&["X-Purpose: preview"], AccessKind::Prefetch)]
    fn a_program_that_looks_ahead_is_nobody(#[case] lines: &[&str], #[case] kind: AccessKind) {
        assert_eq!(kind_of_access(&headers(lines)), kind);
    }
}
