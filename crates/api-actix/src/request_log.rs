use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};
use domain::account::UserId;
use tracing::field::Empty;
use tracing::{Instrument, Span};

use crate::api_error::{ApiError, Kind, kinds};
use crate::peer::peer;
use crate::request_id::RequestId;

/// The most bytes of a path that a log line shows. The longest path of the API is far shorter.
const MAX_PATH: usize = 200;

/// Refusals that tell of an attack (OWASP ASVS 4.0, V7.1.3): guessed passwords, stolen tokens, and calls beyond one's rights.
const ALARMING: [Kind; 7] = [
    kinds::AUTH_INVALID_CREDENTIALS,
    kinds::AUTH_WRONG_PASSWORD,
    kinds::AUTH_TOKEN_REUSE,
    kinds::AUTH_ACCOUNT_DEACTIVATED,
    kinds::AUTH_FORBIDDEN,
    kinds::ADMN_CANNOT_DEACTIVATE_ADMIN,
    kinds::TOO_MANY_REQUESTS,
];

/// Logs the request: one line when it is finished, and the same fields for every line meanwhile. Nothing that a client sends is in
/// them, apart from its method, its path and its request id.
pub(crate) async fn request_log<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let id = request.extensions().get::<RequestId>().map(|RequestId(id)| id.clone());
    let span = tracing::info_span!(
        "request",
        id,
        method = request.method().as_str(),
        path = shortened(request.path()),
        peer = peer(request.request()).map(display),
        user = Empty,
    );
    async move {
        let response = next.call(request).await?;
        let status = response.status().as_u16();
        let error = response.response().error().and_then(Error::as_error::<ApiError>);
        match error.map(ApiError::code) {
            Some(code) if ALARMING.iter().any(|kind| kind.code == code) => {
                if let Some(user_id) = error.and_then(ApiError::account) {
                    log_user(user_id);
                }
                tracing::warn!(status, code, "request refused");
            }
            code => tracing::info!(status, code, "request finished"),
        }
        Ok(response)
    }
    .instrument(span)
    .await
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
