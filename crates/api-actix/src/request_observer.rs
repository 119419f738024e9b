use std::time::{Duration, Instant};

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::web::Data;

/// A request whose response is ready, or whose client is gone.
#[derive(Debug, Clone, Copy)]
pub struct FinishedRequest<'a> {
    /// The method, `OTHER` if HTTP does not define it.
    pub method: &'a str,
    /// The path with placeholders, such as `/books/{id}`, `unknown` if there is none like it.
    pub route: &'a str,
    /// The status of the response; `None` if the client hung up before there was one.
    pub status: Option<u16>,
    /// The time since the head of the request was read.
    pub duration: Duration,
}

/// Is told about every request, for example to count them. MUST NOT block.
pub trait RequestObserver: Send + Sync {
    /// A request began.
    fn began(&self);

    /// A request ended. Called once for each that began.
    fn finished(&self, request: &FinishedRequest<'_>);
}

/// A request in progress. It is dropped early if the client hangs up.
pub(crate) struct Watched {
    observer: Data<dyn RequestObserver>,
    pub(crate) begun: Instant,
    method: Method,
    pub(crate) route: String,
    pub(crate) status: Option<u16>,
}

impl Watched {
    pub(crate) fn begin(observer: Data<dyn RequestObserver>, request: &ServiceRequest) -> Self {
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
