use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::PeerNetwork;

use crate::peer::TrustedProxies;

/// How many connections may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// In all.
    pub total: usize,
    /// From one peer. Trusted proxies are exempt, because they speak for many.
    pub of_a_peer: usize,
}

/// Counts the open connections.
#[derive(Clone)]
pub(crate) struct Connections {
    limits: ConnectionLimits,
    proxies: TrustedProxies,
    open: Arc<Mutex<Open>>,
}

#[derive(Default)]
struct Open {
    total: usize,
    of_peers: HashMap<PeerNetwork, usize>,
}

/// An open connection. It is counted until this is dropped.
pub(crate) struct Permit {
    peer: PeerNetwork,
    open: Arc<Mutex<Open>>,
}

fn lock(open: &Mutex<Open>) -> MutexGuard<'_, Open> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Connections {
    pub(crate) fn new(limits: ConnectionLimits, proxies: TrustedProxies) -> Self {
        Self { limits, proxies, open: Arc::default() }
    }

    /// Counts a new connection; `None` if there are too many.
    pub(crate) fn admit(&self, address: IpAddr) -> Option<Permit> {
        let peer = PeerNetwork::of(address);
        let mut open = lock(&self.open);
        let of_peer = open.of_peers.get(&peer).copied().unwrap_or(0);
        let is_one_too_many = of_peer >= self.limits.of_a_peer && !self.proxies.contain(address);
        if is_one_too_many || open.total >= self.limits.total {
            return None;
        }
        open.total += 1;
        open.of_peers.insert(peer, of_peer + 1);
        Some(Permit { peer, open: Arc::clone(&self.open) })
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut open = lock(&self.open);
        open.total -= 1;
        if let Some(count) = open.of_peers.get_mut(&self.peer) {
            *count -= 1;
            if *count == 0 {
                open.of_peers.remove(&self.peer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn connections() -> Connections {
        let proxies = TrustedProxies::new(&["10.0.0.0/8".parse().unwrap()]);
        Connections::new(ConnectionLimits { total: 5, of_a_peer: 2 }, proxies)
    }

    #[test]
    fn a_peer_has_only_its_share() {
        let connections = connections();
        let eve = address("192.0.2.1");
        let (first, _second) = (connections.admit(eve).unwrap(), connections.admit(eve).unwrap());
        assert!(connections.admit(eve).is_none());
        let _other = connections.admit(address("192.0.2.2")).unwrap();

        drop(first);
        let _third = connections.admit(eve).unwrap();
        assert!(connections.admit(eve).is_none());
    }

    #[test]
    fn a_proxy_has_as_many_as_there_are() {
        let connections = connections();
        let proxy = address("::ffff:10.1.2.3");
        let open: Vec<_> = (0..5).map(|_| connections.admit(proxy).unwrap()).collect();
        assert!(connections.admit(proxy).is_none());
        assert!(connections.admit(address("192.0.2.1")).is_none());

        drop(open);
        assert!(connections.admit(address("192.0.2.1")).is_some());
        let open = lock(&connections.open);
        assert_eq!((open.total, open.of_peers.len()), (0, 0));
    }
}
