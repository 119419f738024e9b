//! Limits how often a peer may call an endpoint, and tells in `RateLimit` fields what is left
//! (draft-ietf-httpapi-ratelimit-headers-10).

use actix_web::Error;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use domain::limit::{Limit, LimitKey, LimitStatus, RateLimiter, TooManyRequests};

use crate::api_error::{ApiError, kinds};
use crate::peer::Peer;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Counts a request of a peer. It comes before everything else, so that a refused request costs next to nothing.
pub(crate) async fn count(
    limit: Limit,
    limiter: Data<dyn RateLimiter>,
    peer: Peer,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match limiter.take(limit, LimitKey::Peer(peer.network())) {
        Ok(status) => {
            let mut response = next.call(request).await?;
            for (name, value) in status.iter().flat_map(fields) {
                response.headers_mut().append(name, value);
            }
            Ok(response)
        }
        Err(refused) => Ok(request.error_response(ApiError::from(refused))),
    }
}

impl From<TooManyRequests> for ApiError {
    fn from(TooManyRequests(status): TooManyRequests) -> Self {
        let error = Self::from(kinds::TOO_MANY_REQUESTS).retry_after(status.retry_after);
        fields(&status).into_iter().fold(error, |error, (name, value)| error.with_header(name, value))
    }
}

/// Returns the `RateLimit` fields. The quota is given for the time in which all of it is refilled.
fn fields(LimitStatus { limit, quota, left, retry_after }: &LimitStatus) -> [(HeaderName, HeaderValue); 2] {
    let (name, burst) = (limit.name(), quota.burst);
    let window = seconds(quota.refill * i32::try_from(burst).unwrap_or(i32::MAX));
    let policy = format!("\"{name}\";q={burst};w={window}");
    let status = match seconds(*retry_after) {
        0 => format!("\"{name}\";r={left}"),
        seconds => format!("\"{name}\";r={left};t={seconds}"),
    };
    [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, status)]
        .map(|(name, value)| (name, HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static(""))))
}

/// Rounds up to whole seconds.
fn seconds(duration: chrono::Duration) -> i64 {
    (duration.num_milliseconds() + 999) / 1000
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;

    fn fields_of(left: u32, retry_after: Duration) -> [String; 2] {
        let status = LimitStatus { limit: Limit::LogIns, quota: Limit::LogIns.quota(), left, retry_after };
        fields(&status).map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
    }

    #[test]
    fn fields_tell_the_quota_and_what_is_left() {
        let policy = r#"ratelimit-policy: "log-ins";q=10;w=30"#;
        assert_eq!(fields_of(4, Duration::zero()), [policy, r#"ratelimit: "log-ins";r=4"#]);
        assert_eq!(fields_of(0, Duration::milliseconds(2001)), [policy, r#"ratelimit: "log-ins";r=0;t=3"#]);
    }
}
