//! Where a call comes from, also through proxies.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Uri};

/// Each proxy adds the address that it took the request from at the end.
pub(crate) const FORWARDED_FOR: &str = "x-forwarded-for";
/// What proxies add to a request that they hand on. A program that asks us directly sends none of these.
const PROXY_HEADERS: [&str; 7] = [
    FORWARDED_FOR,
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
    "x-original-forwarded-for",
    "forwarded",
    "via",
];
/// The name of this machine for itself. No name below it leads elsewhere (RFC 6761).
const LOCALHOST: &str = "localhost";
const IPV4_BITS: u32 = 32;
const IPV6_BITS: u32 = 128;
/// One household or one rented machine has all addresses of such a prefix.
const IPV6_HOUSEHOLD_BITS: u32 = 64;

/// The network address that a call comes from, left in the request's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// Left in the extensions of a request that a program on this machine sent itself: from a loopback address, to a
/// loopback address or `localhost`, with no sign of a proxy or of a web page between.
///
/// The address that a call is taken to come from cannot tell that: behind a proxy on this machine that is not listed as
/// trusted, everybody has its address, and a listed one may hand on a `127.0.0.1` that its client wrote, or that is its
/// own machine and not ours. A proxy on this machine that adds no header at all cannot be told from a program; it has to
/// keep to itself the paths that are only for this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FromThisMachine;

impl FromThisMachine {
    /// The mark, for a request from the socket's address to this URI with these headers that deserves it.
    pub(crate) fn mark(socket: IpAddr, uri: &Uri, headers: &HeaderMap) -> Option<Self> {
        // A socket that takes IPv4 and IPv6 shows 127.0.0.1 as ::ffff:127.0.0.1.
        let is_loopback = socket.to_canonical().is_loopback();
        let is_direct = !PROXY_HEADERS.iter().any(|name| headers.contains_key(*name));
        (is_loopback && is_direct && asks_for_loopback(uri, headers) && !is_of_a_page(headers))
            .then_some(Self)
    }
}

/// Whether the request names this machine by a name that means it everywhere.
///
/// A web page of anybody can have its own name lead to 127.0.0.1 (DNS rebinding), and the browser on this machine then
/// hands it what it asks for; but the name stays in the request.
fn asks_for_loopback(uri: &Uri, headers: &HeaderMap) -> bool {
    let mut named = headers.get_all(HOST).iter().map(HeaderValue::to_str).peekable();
    // HTTP/2 says it in the URI, HTTP/1 in a header; who says both must mean it both times.
    let is_named = uri.authority().is_some() || named.peek().is_some();
    is_named
        && uri
            .authority()
            .is_none_or(|authority| is_loopback_authority(authority.as_str()))
        && named.all(|host| host.is_ok_and(is_loopback_authority))
}

/// Whether a host, with or without a port, is `localhost` or an address of the loopback interface.
fn is_loopback_authority(text: &str) -> bool {
    let Ok(authority) = text.parse::<Authority>() else {
        return false;
    };
    // What stands before an @ is no host.
    if authority.as_str().contains('@') {
        return false;
    }
    let host = authority.host();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    match address.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => {
            let host = host.to_ascii_lowercase();
            host == LOCALHOST
                || host
                    .strip_suffix(LOCALHOST)
                    .is_some_and(|name| name.ends_with('.'))
        }
    }
}

/// Whether a web page asks from another origin. Where pages of others may call, they may not read what is for programs.
fn is_of_a_page(headers: &HeaderMap) -> bool {
    headers.contains_key(ORIGIN)
}

/// A range of addresses such as `10.0.0.0/8`, `2001:db8::/32` or `192.0.2.7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: u128,
    mask: u128,
    prefix_bits: u32,
}

/// A text that is no [`Network`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no network; write an address such as 192.0.2.7, or a range such as 10.0.0.0/8")]
pub struct NetworkError(String);

impl Network {
    /// Whether the address is in the range.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        bits_of(address) & self.mask == self.address
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let wrong = || NetworkError(text.to_owned());
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let width = if address.is_ipv4() { IPV4_BITS } else { IPV6_BITS };
        let prefix_bits = match prefix {
            Some(prefix) => prefix.parse().map_err(|_| wrong())?,
            None => width,
        };
        if prefix_bits > width {
            return Err(wrong());
        }
        let mask = u128::MAX.checked_shl(width - prefix_bits).unwrap_or(0);
        Ok(Self {
            address: bits_of(address) & mask,
            mask,
            prefix_bits: IPV6_BITS - width + prefix_bits,
        })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = Ipv6Addr::from_bits(self.address);
        match address.to_ipv4_mapped() {
            Some(address) => write!(f, "{address}/{}", self.prefix_bits + IPV4_BITS - IPV6_BITS),
            None => write!(f, "{address}/{}", self.prefix_bits),
        }
    }
}

/// IPv4 addresses as they are inside IPv6, so that one comparison serves both, and a socket that takes both too.
fn bits_of(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// The address that stands for all that one household has: an IPv4 address for itself, one of IPv6 for its prefix.
pub(crate) fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let mask = u128::MAX << (IPV6_BITS - IPV6_HOUSEHOLD_BITS);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

/// The address that a request comes from: the socket's own, or what the nearest of the `trusted` proxies was told.
///
/// `x-forwarded-for` is read from its end, because a client can write anything before what our own proxies added.
pub(crate) fn address_of(socket: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(socket) {
        return socket;
    }
    let mut nearest = socket;
    let named = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .rev()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.rsplit(','));
    for text in named {
        let Ok(address) = text.trim().parse() else {
            break;
        };
        nearest = address;
        if !is_trusted(address) {
            break;
        }
    }
    nearest.to_canonical()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(socket: &str, forwarded: &[&str]) -> String {
        let trusted: Vec<Network> = ["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"]
            .iter()
            .map(|text| text.parse().unwrap())
            .collect();
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        address_of(socket.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn only_listed_proxies_may_say_where_a_call_comes_from() {
        assert_eq!(told("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(told("10.1.2.3", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(told("::ffff:10.1.2.3", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(told("192.0.2.7", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(told("192.0.2.8", &["198.51.100.1"]), "192.0.2.8");
        assert_eq!(told("2001:db8::1", &["2001:dead::5"]), "2001:dead::5");
    }

    #[test]
    fn what_the_client_wrote_before_our_proxies_does_not_count() {
        assert_eq!(
            told("10.1.2.3", &["1.1.1.1, 198.51.100.1, 10.9.9.9"]),
            "198.51.100.1"
        );
        assert_eq!(told("10.1.2.3", &["1.1.1.1", "198.51.100.1"]), "198.51.100.1");
        assert_eq!(told("10.1.2.3", &["1.1.1.1, nonsense, 10.9.9.9"]), "10.9.9.9");
        assert_eq!(told("10.1.2.3", &[]), "10.1.2.3");
    }

    #[test]
    fn from_this_machine_is_who_asks_on_loopback_without_a_proxy() {
        let mark = |socket: &str, header: Option<(&'static str, &str)>| {
            let mut headers = HeaderMap::new();
            headers.insert("host", "127.0.0.1".parse().unwrap());
            if let Some((name, value)) = header {
                headers.insert(name, value.parse().unwrap());
            }
            let uri = Uri::from_static("/metrics");
            FromThisMachine::mark(socket.parse().unwrap(), &uri, &headers).is_some()
        };
        for local in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            assert!(mark(local, None), "{local}");
            // Also when it names us: whoever wrote that sat before the proxy.
            for told in [
                "203.0.113.9",
                "127.0.0.1",
                "127.0.0.1, 203.0.113.9",
                "nonsense",
                "",
            ] {
                assert!(!mark(local, Some((FORWARDED_FOR, told))), "{local} {told}");
            }
            for name in PROXY_HEADERS {
                assert!(!mark(local, Some((name, "for=127.0.0.1"))), "{local} {name}");
            }
        }
        for remote in [
            "203.0.113.9",
            "10.0.0.1",
            "::ffff:10.0.0.1",
            "0.0.0.0",
            "2001:db8::1",
        ] {
            assert!(!mark(remote, None), "{remote}");
            assert!(!mark(remote, Some((FORWARDED_FOR, "127.0.0.1"))), "{remote}");
        }
    }

    #[test]
    fn only_a_request_to_a_loopback_name_comes_from_this_machine() {
        let mark = |uri: &str, hosts: &[&str]| {
            let mut headers = HeaderMap::new();
            for host in hosts {
                headers.append(HOST, host.parse().unwrap());
            }
            let socket = IpAddr::from([127, 0, 0, 1]);
            FromThisMachine::mark(socket, &uri.parse().unwrap(), &headers).is_some()
        };
        for host in [
            "localhost",
            "LocalHost:8080",
            "posars.localhost:8080",
            "127.0.0.1",
            "127.0.0.1:8080",
            "127.9.9.9:1",
            "[::1]:8080",
            "[::ffff:127.0.0.1]",
        ] {
            assert!(mark("/metrics", &[host]), "{host}");
            assert!(mark(&format!("http://{host}/metrics"), &[]), "{host} in HTTP/2");
        }
        for host in [
            "posars",
            "attacker.example",
            "attacker.example:8080",
            "localhost.attacker.example",
            "notlocalhost",
            "127.0.0.1.attacker.example",
            "localhost@attacker.example",
            "attacker.example@localhost",
            "10.0.0.1",
            "0.0.0.0",
            "[::]",
            "",
        ] {
            assert!(!mark("/metrics", &[host]), "{host}");
            assert!(!mark("/metrics", &["localhost", host]), "{host} beside another");
            assert!(
                !mark("http://localhost/metrics", &[host]),
                "{host} beside another"
            );
        }
        assert!(!mark("http://attacker.example/metrics", &[]));
        assert!(!mark("/metrics", &[]), "no name at all");
    }

    #[test]
    fn a_web_page_of_another_origin_is_no_program_of_this_machine() {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, "localhost:8080".parse().unwrap());
        headers.insert(ORIGIN, "https://shop.example".parse().unwrap());
        let mark = FromThisMachine::mark(
            IpAddr::from([127, 0, 0, 1]),
            &Uri::from_static("/metrics"),
            &headers,
        );
        assert_eq!(mark, None);
    }

    #[test]
    fn networks_are_read_and_written() {
        for text in ["10.0.0.0/8", "192.0.2.7/32", "0.0.0.0/0", "2001:db8::/32"] {
            assert_eq!(text.parse::<Network>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "10.0.0.0/33",
            "10.0.0/8",
            "::/129",
            "10.0.0.0/",
            "example.org",
        ] {
            assert_eq!(
                text.parse::<Network>(),
                Err(NetworkError(text.to_owned())),
                "{text}"
            );
        }
    }
}
