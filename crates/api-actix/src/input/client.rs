use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use domain::account::{Client, UserAgent};

use crate::peer::Peer;

/// The program that opens a session with this request.
pub(crate) struct OpenedBy(pub(crate) Client);

impl FromRequest for OpenedBy {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let user_agent = request.headers().get(header::USER_AGENT);
        let user_agent = user_agent.and_then(|agent| UserAgent::truncate(&String::from_utf8_lossy(agent.as_bytes())));
        let Ok(peer) = Peer::from_request(request, payload).into_inner();
        ready(Ok(Self(Client { address: Some(peer.address()), user_agent })))
    }
}
