use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use tracing::Instrument;
use uuid::Uuid;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Adds a request id to the response and to the log lines: the client's own if it is valid, otherwise a new one.
pub(crate) async fn request_id<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let id = request.headers().get(X_REQUEST_ID).filter(|id| is_valid(id)).cloned().unwrap_or_else(new_id);
    let span = tracing::info_span!(
        "request",
        id = id.to_str().unwrap_or_default(),
        method = request.method().as_str(),
        path = request.path()
    );
    async move {
        let mut response = next.call(request).await?;
        response.headers_mut().insert(X_REQUEST_ID, id);
        tracing::info!(status = response.status().as_u16(), "request finished");
        Ok(response)
    }
    .instrument(span)
    .await
}

/// Whether it matches `[A-Za-z0-9._-]{1,64}`.
fn is_valid(id: &HeaderValue) -> bool {
    let is_valid_byte = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
    (1..=64).contains(&id.len()) && id.as_bytes().iter().all(is_valid_byte)
}

#[expect(clippy::disallowed_methods, reason = "the id is only for the log, and decides nothing")]
fn new_id() -> HeaderValue {
    HeaderValue::from_str(&Uuid::new_v4().to_string()).unwrap_or(HeaderValue::from_static("-"))
}
