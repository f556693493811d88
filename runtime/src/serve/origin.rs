//! Whom a connection and a request are counted for.

use http::{HeaderMap, HeaderName};
use ipnet::IpNet;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// Where a proxy says for whom it speaks.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// The part of an IPv6 address that one customer is given; the rest is the customer's own choice.
const CUSTOMER: u128 = u128::MAX << 64;

/// The peers whose `X-Forwarded-For` is believed and whose connections are many clients'.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proxies {
    /// Every peer: nobody else can reach the port.
    All,
    /// These.
    Some(Vec<IpNet>),
}

impl Proxies {
    /// Whether the peer at `address` is one of them.
    #[must_use]
    pub fn trusts(&self, address: IpAddr) -> bool {
        match self {
            Self::All => true,
            Self::Some(networks) => networks.iter().any(|network| network.contains(&address.to_canonical())),
        }
    }

    /// The address of the client behind a request of `peer`. A proxy appends the address that it saw itself, as the
    /// last entry or as a header line of its own behind those the client sent; everything before that is the client's
    /// word.
    #[must_use]
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let forwarded = self.trusts(peer).then(|| headers.get_all(FORWARDED_FOR).iter().next_back()).flatten();
        let last = forwarded.and_then(|line| parse(line.to_str().ok()?.rsplit(',').next()?.trim()));
        last.unwrap_or(peer).to_canonical()
    }
}

/// An address, with or without a port: some proxies write both.
fn parse(text: &str) -> Option<IpAddr> {
    let bare = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    let port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    text.parse().ok().or_else(port).or_else(bare)
}

/// An address as limits count it: whoever has one IPv6 address has the 2^64 of its network.
#[must_use]
pub fn counted(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & CUSTOMER)),
    }
}

/// Whom a connection is counted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Origin {
    /// A client, as [`counted`].
    Address(IpAddr),
    /// A trusted proxy, which speaks for many.
    Proxy(IpAddr),
}

impl Origin {
    pub(super) fn of(peer: IpAddr, proxies: &Proxies) -> Self {
        if proxies.trusts(peer) { Self::Proxy(peer.to_canonical()) } else { Self::Address(counted(peer)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn headers(lines: &[&str]) -> HeaderMap {
        lines.iter().map(|line| (FORWARDED_FOR, line.parse().unwrap())).collect()
    }

    fn proxies(networks: &[&str]) -> Proxies {
        Proxies::Some(networks.iter().map(|network| network.parse().unwrap()).collect())
    }

    #[test]
    fn the_last_line_is_the_one_of_the_proxy() {
        let proxies = proxies(&["10.0.0.0/8"]);
        for (lines, client) in [
            (&["198.51.100.7"][..], "198.51.100.7"),
            (&["1.1.1.1, 198.51.100.7"][..], "198.51.100.7"),
            (&["1.1.1.1", "198.51.100.7"][..], "198.51.100.7"),
            (&["1.1.1.1, 2.2.2.2", "3.3.3.3,198.51.100.7"][..], "198.51.100.7"),
            (&["198.51.100.7:5061"][..], "198.51.100.7"),
            (&["[2001:db8::1]:443"][..], "2001:db8::1"),
            (&["[2001:db8::1]"][..], "2001:db8::1"),
            (&["::ffff:198.51.100.7"][..], "198.51.100.7"),
            (&["1.1.1.1, unknown"][..], "10.0.0.2"),
            (&["1.1.1.1", ""][..], "10.0.0.2"),
            (&[][..], "10.0.0.2"),
        ] {
            assert_eq!(proxies.client(ip("10.0.0.2"), &headers(lines)), ip(client), "{lines:?}");
        }
    }

    #[test]
    fn only_a_proxy_may_say_it() {
        let forged = headers(&["198.51.100.7"]);
        assert_eq!(proxies(&["10.0.0.0/8"]).client(ip("11.0.0.1"), &forged), ip("11.0.0.1"));
        assert_eq!(proxies(&[]).client(ip("127.0.0.1"), &forged), ip("127.0.0.1"));
        assert_eq!(proxies(&["10.0.0.0/8"]).client(ip("::ffff:10.0.0.1"), &forged), ip("198.51.100.7"));
        assert_eq!(Proxies::All.client(ip("11.0.0.1"), &forged), ip("198.51.100.7"));
    }

    #[test]
    fn a_network_of_ipv6_is_one_client() {
        assert_eq!(counted(ip("2001:db8:1:2:3:4:5:6")), counted(ip("2001:db8:1:2:ffff::1")));
        assert_ne!(counted(ip("2001:db8:1:2::1")), counted(ip("2001:db8:1:3::1")));
        assert_eq!(counted(ip("::ffff:192.0.2.1")), ip("192.0.2.1"));
        assert_ne!(counted(ip("192.0.2.1")), counted(ip("192.0.2.2")));
    }
}
