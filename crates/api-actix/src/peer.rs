//! Who is at the other end of a request.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderMap, HeaderName};
use actix_web::{FromRequest, HttpRequest};
use domain::PeerNetwork;
use ipnet::IpNet;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address that a request comes from: that of the connection, or the one that a trusted proxy names.
///
/// Limits, sessions and logs all take the address from here, so that a client can't choose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Peer(IpAddr);

impl Peer {
    /// Returns the address that a request comes from.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let connected = request.peer_addr().map_or(Ipv4Addr::UNSPECIFIED.into(), |address| address.ip());
        let proxies = request.app_data::<TrustedProxies>();
        Self(proxies.map_or(connected.to_canonical(), |proxies| proxies.peer(connected, request.headers())))
    }

    /// Returns the address. An IPv4-mapped IPv6 address is returned as IPv4.
    pub(crate) fn address(self) -> IpAddr {
        self.0
    }

    /// Returns the network, which limits count by.
    pub(crate) fn network(self) -> PeerNetwork {
        PeerNetwork::of(self.0)
    }
}

impl FromRequest for Peer {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

/// The proxies that may tell for whom they make a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    pub(crate) fn new(networks: &[IpNet]) -> Self {
        Self(networks.to_vec())
    }

    pub(crate) fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address.to_canonical()))
    }

    /// Returns the rightmost address of `X-Forwarded-For` that is no trusted proxy. Anything left of it may be invented by the client.
    fn peer(&self, connected: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut peer = connected.to_canonical();
        let lines: Vec<&str> = headers.get_all(X_FORWARDED_FOR).map(|line| line.to_str().unwrap_or_default()).collect();
        let mut hops = lines.iter().rev().flat_map(|line| line.rsplit(','));
        while self.contain(peer) {
            let Some(hop) = hops.next().and_then(parse_hop) else { break };
            peer = hop.to_canonical();
        }
        peer
    }
}

/// Some proxies append the port.
fn parse_hop(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    hop.parse().ok().or_else(|| hop.parse().map(|with_port: SocketAddr| with_port.ip()).ok())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    /// Resolves the peer of a request over a connection from `connected`, with two networks of proxies.
    fn peer(connected: &str, forwarded_for: &[&str]) -> String {
        let networks = ["10.0.0.0/8", "2001:db8::/32"].map(|network| network.parse().unwrap());
        let mut request = TestRequest::default()
            .app_data(TrustedProxies::new(&networks))
            .peer_addr(SocketAddr::new(connected.parse().unwrap(), 4711));
        for line in forwarded_for {
            request = request.append_header((X_FORWARDED_FOR, *line));
        }
        let Ok(peer) = Peer::from_request(&request.to_http_request(), &mut Payload::None).into_inner();
        peer.0.to_string()
    }

    #[test]
    fn a_client_is_its_own_peer() {
        assert_eq!(peer("192.0.2.1", &[]), "192.0.2.1");
        assert_eq!(peer("::ffff:192.0.2.1", &[]), "192.0.2.1");
        assert_eq!(peer("192.0.2.1", &["198.51.100.7"]), "192.0.2.1", "a client can't choose its address");
    }

    #[test]
    fn a_trusted_proxy_names_the_peer() {
        assert_eq!(peer("10.0.0.1", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(peer("::ffff:10.0.0.1", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(peer("10.0.0.1", &["198.51.100.7:1234"]), "198.51.100.7");
        assert_eq!(peer("2001:db8::1", &["2001:470::5"]), "2001:470::5");
        assert_eq!(peer("2001:db8::1", &["[2001:470::5]:1234"]), "2001:470::5");
        assert_eq!(peer("10.0.0.1", &["::ffff:198.51.100.7"]), "198.51.100.7");
    }

    #[test]
    fn only_the_rightmost_address_that_is_no_proxy_counts() {
        assert_eq!(peer("10.0.0.1", &["1.1.1.1, 198.51.100.7, 10.0.0.2"]), "198.51.100.7");
        assert_eq!(peer("10.0.0.1", &["1.1.1.1", "198.51.100.7", "10.0.0.2"]), "198.51.100.7");
        assert_eq!(peer("10.0.0.1", &["10.0.0.3,10.0.0.2"]), "10.0.0.3");
    }

    #[test]
    fn a_malformed_address_ends_the_search() {
        for malformed in ["", "unknown", "1.1.1.1, ", "1.1.1.1, _hidden", "1.1.1.1 2.2.2.2"] {
            assert_eq!(peer("10.0.0.1", &[malformed]), "10.0.0.1", "{malformed:?}");
        }
        assert_eq!(peer("10.0.0.1", &["1.1.1.1, nonsense, 10.0.0.2"]), "10.0.0.2");
    }
}
