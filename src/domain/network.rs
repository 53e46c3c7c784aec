//! Networks of addresses: whom to believe, and whom to count as one.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use super::text::{clip, visible};

/// An address with the length of the part that its network shares (RFC 4632, RFC 4291 section 2.3): `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// The text is neither an address nor a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither an address nor a network; write it like 127.0.0.1 or 10.0.0.0/8")]
pub struct NotANetwork(String);

impl Network {
    /// Reads an address, or an address and the length of its network.
    ///
    /// # Errors
    /// Anything else.
    pub fn parse(text: &str) -> Result<Self, NotANetwork> {
        let text = text.trim();
        let wrong = || NotANetwork(visible(&clip(text, 60)).into());
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) => prefix.parse().map_err(|_| wrong())?,
            None => longest,
        };
        if prefix > longest {
            return Err(wrong());
        }
        Ok(Self { address, prefix })
    }

    /// Whether an address is in it. An IPv4 address in IPv6 clothing (`::ffff:192.0.2.1`) is the IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                let rest = 32 - u32::from(self.prefix.min(32));
                let cut = |address: u32| address.checked_shr(rest).unwrap_or(0);
                cut(ours.to_bits()) == cut(theirs.to_bits())
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => {
                let rest = 128 - u32::from(self.prefix.min(128));
                let cut = |address: u128| address.checked_shr(rest).unwrap_or(0);
                cut(ours.to_bits()) == cut(theirs.to_bits())
            }
            _ => false,
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

/// Who counts as one client: an IPv4 address, or the /64 that an IPv6 subscriber is given whole (RFC 6177).
#[must_use]
pub fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("127.0.0.1", "127.0.0.1", true)]
    #[case("127.0.0.1", "127.0.0.2", false)]
    #[case("127.0.0.1", "::ffff:127.0.0.1", true)]
    #[case("10.0.0.0/8", "10.255.0.1", true)]
    #[case("10.0.0.0/8", "11.0.0.1", false)]
    #[case("0.0.0.0/0", "203.0.113.9", true)]
    #[case("0.0.0.0/0", "2001:db8::1", false)]
    #[case("::/0", "2001:db8::1", true)]
    #[case("2001:db8::/32", "2001:db8:ffff::1", true)]
    #[case("2001:db8::/32", "2001:db9::1", false)]
    fn a_network_holds_its_addresses(
        #[case] network: &str,
        #[case] address: &str,
        #[case] inside: bool,
    ) {
        let network = Network::parse(network).unwrap();
        assert_eq!(network.contains(address.parse().unwrap()), inside);
    }

    #[rstest]
    #[case("")]
    #[case("proxy.acme.example")]
    #[case("10.0.0.0/33")]
    #[case("::1/129")]
    #[case("10.0.0.0/-1")]
    #[case("10.0.0.0/")]
    fn what_is_no_network_is_refused(#[case] text: &str) {
        assert!(Network::parse(text).is_err());
    }

    #[rstest]
    #[case("203.0.113.9", "203.0.113.9")]
    #[case("::ffff:203.0.113.9", "203.0.113.9")]
    #[case("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    fn an_ipv6_subscriber_is_one_client(#[case] address: &str, #[case] client: &str) {
        assert_eq!(
            subscriber(address.parse().unwrap()),
            client.parse::<IpAddr>().unwrap()
        );
    }
}
