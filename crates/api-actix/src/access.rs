use std::future::{Ready, ready};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};
use domain::account::{AccessTokenError, AuthenticateError, NotAnAdmin, User, authenticate};

use crate::api_error::{ApiError, kinds, refusals};
use crate::request_span::log_user;
use crate::use_cases::UseCases;

refusals!(AuthenticateError {
    AccessToken(AccessTokenError::Invalid) => kinds::AUTH_TOKEN_INVALID,
    AccessToken(AccessTokenError::Expired) => kinds::AUTH_TOKEN_EXPIRED,
    Deactivated(_) => kinds::AUTH_ACCOUNT_DEACTIVATED,
} else Repository);

impl From<NotAnAdmin> for ApiError {
    fn from(_: NotAnAdmin) -> Self {
        kinds::AUTH_FORBIDDEN.into()
    }
}

/// Requires a logged-in user whose account is active.
pub(crate) async fn user(
    use_cases: Data<UseCases>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let user = authenticate_request(&use_cases, &request).await;
    proceed(user, request, next).await
}

/// Requires an admin.
pub(crate) async fn admin(
    use_cases: Data<UseCases>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let user = match authenticate_request(&use_cases, &request).await {
        Ok(user) => user.require_admin().map(|()| user).map_err(ApiError::from),
        Err(error) => Err(error),
    };
    proceed(user, request, next).await
}

async fn proceed(
    user: Result<User, ApiError>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match user {
        Ok(user) => {
            request.extensions_mut().insert(SignedIn(user));
            next.call(request).await
        }
        Err(error) => Ok(request.error_response(error).map_body(|_, body| body.boxed())),
    }
}

async fn authenticate_request(use_cases: &UseCases, request: &ServiceRequest) -> Result<User, ApiError> {
    let authorization = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = match authorization.and_then(|value| value.split_once(' ')) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim().to_owned(),
        _ => return Err(kinds::AUTH_TOKEN_MISSING.into()),
    };
    let user = use_cases
        .run(async move |ports| authenticate(&*ports.user_reader, &*ports.tokens, &*ports.clock, &token).await)
        .await?;
    log_user(user.id);
    Ok(user)
}

/// The user who made the request, on routes that [`user`] or [`admin`] guards.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn(pub(crate) User);

impl FromRequest for SignedIn {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or_else(|| kinds::AUTH_TOKEN_MISSING.into()))
    }
}
