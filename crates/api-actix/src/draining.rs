use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::middleware::Next;
use actix_web::web::Data;
use tokio_util::sync::CancellationToken;

/// Whether the server drains: it is about to stop, and serves everything until then, but is not ready for more.
pub(crate) struct Draining(pub(crate) CancellationToken);

/// Closes each connection with its next response while the server drains, so that no client sends a request on one that the stop
/// is about to close.
pub(crate) async fn close_connections<B: MessageBody>(
    draining: Data<Draining>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let mut response = next.call(request).await?;
    if draining.0.is_cancelled() {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}
