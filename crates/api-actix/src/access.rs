use std::future::{Ready, ready};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};
use domain::account::{
    AccessTokenError, AuthenticateError, AuthenticatedUser, NotAnAdmin, SessionId, User, authenticate,
};

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
        Ok(authenticated) => authenticated.user.require_admin().map(|()| authenticated).map_err(ApiError::from),
        Err(error) => Err(error),
    };
    proceed(user, request, next).await
}

async fn proceed(
    user: Result<AuthenticatedUser, ApiError>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match user {
        Ok(AuthenticatedUser { user, session_id }) => {
            request.extensions_mut().insert(SignedIn(user));
            request.extensions_mut().insert(CurrentSession(session_id));
            next.call(request).await
        }
        Err(error) => Ok(request.error_response(error).map_body(|_, body| body.boxed())),
    }
}

async fn authenticate_request(use_cases: &UseCases, request: &ServiceRequest) -> Result<AuthenticatedUser, ApiError> {
    let authorization = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = match authorization.and_then(|value| value.split_once(' ')) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim().to_owned(),
        _ => return Err(kinds::AUTH_TOKEN_MISSING.into()),
    };
    let signed_in = use_cases
        .run(async move |ports| authenticate(&*ports.session_reader, &*ports.tokens, &*ports.clock, &token).await)
        .await?;
    log_user(signed_in.user.id);
    Ok(signed_in)
}

/// The user who made the request, on routes that [`user`] or [`admin`] guards.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn(pub(crate) User);

/// The session that the request belongs to, on the same routes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CurrentSession(pub(crate) SessionId);

impl FromRequest for SignedIn {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(of_authenticated(request))
    }
}

impl FromRequest for CurrentSession {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(of_authenticated(request))
    }
}

fn of_authenticated<T: Clone + 'static>(request: &HttpRequest) -> Result<T, ApiError> {
    request.extensions().get::<T>().cloned().ok_or_else(|| kinds::AUTH_TOKEN_MISSING.into())
}
