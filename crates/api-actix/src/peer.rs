use std::net::IpAddr;

use actix_web::HttpRequest;

/// Returns the address of the client: the other end of the connection.
pub(crate) fn peer(request: &HttpRequest) -> Option<IpAddr> {
    request.peer_addr().map(|address| address.ip())
}
