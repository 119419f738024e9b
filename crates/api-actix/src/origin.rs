use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use domain::audit::Origin;

use crate::access::SignedIn;
use crate::peer::Peer;
use crate::request_id::RequestId;

/// Who made the request and from where, for the audit trail.
pub(crate) struct RequestOrigin(pub(crate) Origin);

impl FromRequest for RequestOrigin {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let extensions = request.extensions();
        ready(Ok(Self(Origin {
            actor_id: extensions.get::<SignedIn>().map(|SignedIn(user)| user.id),
            request_id: extensions.get::<RequestId>().map(|RequestId(id)| id.clone()),
            address: Some(Peer::of(request).address()),
        })))
    }
}
