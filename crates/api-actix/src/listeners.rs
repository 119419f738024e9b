use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};

use tokio::net::TcpSocket;

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 1024;

/// Listens on every address of a host.
///
/// # Errors
/// None of its addresses can be bound.
pub(crate) fn listen(host: &str, port: u16) -> io::Result<Vec<TcpListener>> {
    let (listeners, errors): (Vec<_>, Vec<_>) = (host, port).to_socket_addrs()?.map(listen_on).partition(Result::is_ok);
    if listeners.is_empty() {
        return Err(errors.into_iter().find_map(Result::err).unwrap_or(io::ErrorKind::AddrNotAvailable.into()));
    }
    listeners.into_iter().collect()
}

fn listen_on(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A restart must not wait for the connections of the last run. On Windows it would share the port with another program.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)?.into_std()
}
