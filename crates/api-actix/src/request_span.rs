use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;
use domain::account::UserId;
use tracing::Span;
use tracing::field::Empty;

use crate::peer::Peer;
use crate::request_id::RequestId;
use crate::trace_parent::trace_id;

/// The most bytes of a path that a log line shows. The longest path of the API is far shorter.
const MAX_PATH: usize = 200;

/// Returns the fields of all log lines of a request. Nothing that a client sends is in them, apart from its method, its path, its
/// request id and its trace id.
pub(crate) fn request_span(request: &ServiceRequest) -> Span {
    let id = request.extensions().get::<RequestId>().map(|RequestId(id)| id.clone());
    tracing::info_span!(
        "request",
        id,
        method = request.method().as_str(),
        path = shortened(request.path()),
        peer = %Peer::of(request.request()).address(),
        user = Empty,
        trace_id = trace_id(request.headers()),
    )
}

/// Adds the user to the log lines of the current request.
pub(crate) fn log_user(user_id: UserId) {
    Span::current().record("user", user_id.get());
}

fn shortened(path: &str) -> String {
    let end = path.floor_char_boundary(MAX_PATH);
    if end < path.len() { format!("{}... ({} bytes)", &path[..end], path.len()) } else { path.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_start_of_a_long_path() {
        assert_eq!(shortened("/books"), "/books");
        assert_eq!(shortened(&"a".repeat(MAX_PATH)), "a".repeat(MAX_PATH));
        assert_eq!(shortened(&"ä".repeat(30_000)), format!("{}... (60000 bytes)", "ä".repeat(100)));
        assert_eq!(shortened(&format!("/{}", "ä".repeat(100))), format!("/{}... (201 bytes)", "ä".repeat(99)));
    }
}
