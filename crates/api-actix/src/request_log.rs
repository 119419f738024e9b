use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use tracing::Instrument;

use crate::api_error::{ApiError, Kind, kinds};
use crate::request_observer::{RequestObserver, Watched};
use crate::request_span::request_span;

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

/// Logs the request: one line when it is finished. A refusal that may be part of an attack is a warning. Tells the observer, too.
pub(crate) async fn request_log<B: MessageBody>(
    observer: Data<dyn RequestObserver>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let mut watched = Watched::begin(observer, &request);
    let span = request_span(&request);
    async move {
        let response = next.call(request).await?;
        let status = response.status().as_u16();
        watched.status = Some(status);
        let (route, duration_ms) = (watched.route.as_str(), watched.begun.elapsed().as_secs_f64() * 1_000.0);
        let error = response.response().error().and_then(Error::as_error::<ApiError>);
        match error.map(ApiError::code) {
            Some(code) if ALARMING.iter().any(|kind| kind.code == code) => {
                tracing::warn!(status, code, route, duration_ms, "request refused");
            }
            code => tracing::info!(status, code, route, duration_ms, "request finished"),
        }
        Ok(response)
    }
    .instrument(span)
    .await
}
