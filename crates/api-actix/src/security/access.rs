use std::future::{Ready, ready};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};
use domain::account::{User, authenticate};

use crate::api_error::ApiError;
use crate::wiring::Ports;

/// Lets any signed-in, active user through.
pub(crate) async fn user(
    ports: Data<Ports>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let admitted = signed_in(&ports, &request).await;
    go_on(admitted, request, next).await
}

/// Lets admins through.
pub(crate) async fn admin(
    ports: Data<Ports>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let admitted = match signed_in(&ports, &request).await {
        Ok(user) => user.require_admin().map(|()| user).map_err(ApiError::from),
        Err(error) => Err(error),
    };
    go_on(admitted, request, next).await
}

async fn go_on(
    admitted: Result<User, ApiError>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match admitted {
        Ok(user) => {
            request.extensions_mut().insert(SignedIn(user));
            next.call(request).await
        }
        Err(error) => Ok(request.error_response(error).map_body(|_, body| body.boxed())),
    }
}

async fn signed_in(ports: &Ports, request: &ServiceRequest) -> Result<User, ApiError> {
    let authorization = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = match authorization.and_then(|value| value.split_once(' ')) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => return Err(ApiError::token_missing()),
    };
    Ok(authenticate(&*ports.users, &*ports.tokens, &*ports.clock, token).await?)
}

/// The account of the user who called, on routes that [`user`] or [`admin`] guard.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn(pub(crate) User);

impl FromRequest for SignedIn {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or_else(ApiError::token_missing))
    }
}
