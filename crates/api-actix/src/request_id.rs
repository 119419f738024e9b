use std::time::Instant;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use tracing::Instrument;
use uuid::Uuid;

use crate::request_observer::{FinishedRequest, RequestObserver};
use crate::trace_parent::trace_id;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Adds a request id to the response and to the log lines: the client's own if it is valid, otherwise a new one. Logs the request,
/// and tells the observer about it.
pub(crate) async fn request_id<B: MessageBody>(
    observer: Data<dyn RequestObserver>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let id = request.headers().get(X_REQUEST_ID).filter(|id| is_valid(id)).cloned().unwrap_or_else(new_id);
    let mut watched = Watched::begin(observer, &request);
    let span = tracing::info_span!(
        "request",
        id = id.to_str().unwrap_or_default(),
        method = request.method().as_str(),
        path = request.path(),
        trace_id = trace_id(request.headers())
    );
    async move {
        let mut response = next.call(request).await?;
        response.headers_mut().insert(X_REQUEST_ID, id);
        let status = response.status().as_u16();
        watched.status = Some(status);
        let duration_ms = watched.begun.elapsed().as_secs_f64() * 1_000.0;
        tracing::info!(status, route = watched.route, duration_ms, "request finished");
        Ok(response)
    }
    .instrument(span)
    .await
}

/// A request in progress. It is dropped early if the client hangs up.
struct Watched {
    observer: Data<dyn RequestObserver>,
    begun: Instant,
    method: Method,
    route: String,
    status: Option<u16>,
}

impl Watched {
    fn begin(observer: Data<dyn RequestObserver>, request: &ServiceRequest) -> Self {
        observer.began();
        let route = request.match_pattern().unwrap_or_else(|| "unknown".to_owned());
        Self { observer, begun: Instant::now(), method: request.method().clone(), route, status: None }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.observer.finished(&FinishedRequest {
            method: known(&self.method),
            route: &self.route,
            status: self.status,
            duration: self.begun.elapsed(),
        });
    }
}

/// Returns the name of a method. A client may send any, but may not add labels to the metrics.
fn known(method: &Method) -> &'static str {
    let known = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];
    let names = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    known.iter().zip(names).find(|(known, _)| *known == method).map_or("OTHER", |(_, name)| name)
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
