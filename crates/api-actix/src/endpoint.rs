use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{FromRequest, Handler, Responder, Route, web};
use domain::limit::{Limit, RateLimiter};
use utoipa::__dev::{SchemaReferences, Tags};
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{HttpMethod, Operation};
use utoipa::openapi::schema::Schema;

use crate::access::{admin, user};
use crate::api_error::{Kind, Refusals, kinds};
use crate::peer::Peer;
use crate::rate_limit::count;

/// Who may call an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Anyone, even without a token.
    Anyone,
    /// A logged-in user whose account is active.
    User,
    /// The same, with the admin role.
    Admin,
}

/// The type that `#[utoipa::path]` generates for a handler, named `__path_` and the handler's name. utoipa's own crates for other
/// frameworks use it in the same way.
pub(crate) trait Annotation: utoipa::Path + SchemaReferences + for<'t> Tags<'t> {}

impl<P: utoipa::Path + SchemaReferences + for<'t> Tags<'t>> Annotation for P {}

/// An endpoint of the API.
pub(crate) struct Endpoint {
    pub(crate) path: String,
    pub(crate) method: Method,
    pub(crate) route: Route,
    /// `None` for the OpenAPI document itself and the Swagger UI.
    pub(crate) described: Option<Described>,
}

/// What the OpenAPI document says about an endpoint.
pub(crate) struct Described {
    pub(crate) caller: Caller,
    pub(crate) operation: Operation,
    pub(crate) schemas: Vec<(String, RefOr<Schema>)>,
    /// The problems that only this endpoint returns.
    pub(crate) refusals: Vec<Kind>,
}

/// An endpoint that anyone may call.
pub(crate) fn anyone<P, F, A>(annotation: P, handler: F) -> Endpoint
where
    P: Annotation,
    F: Handler<A, Output: Responder + 'static>,
    A: FromRequest + 'static,
{
    Endpoint::new(annotation, web::to(handler), Caller::Anyone)
}

/// An endpoint for logged-in users.
pub(crate) fn users<P, F, A>(annotation: P, handler: F) -> Endpoint
where
    P: Annotation,
    F: Handler<A, Output: Responder + 'static>,
    A: FromRequest + 'static,
{
    Endpoint::new(annotation, web::to(handler).wrap(from_fn(user)), Caller::User)
}

/// An endpoint for admins.
pub(crate) fn admins<P, F, A>(annotation: P, handler: F) -> Endpoint
where
    P: Annotation,
    F: Handler<A, Output: Responder + 'static>,
    A: FromRequest + 'static,
{
    Endpoint::new(annotation, web::to(handler).wrap(from_fn(admin)), Caller::Admin)
}

/// A page that is not in the OpenAPI document.
pub(crate) fn page<F, A>(path: &str, handler: F) -> Endpoint
where
    F: Handler<A, Output: Responder + 'static>,
    A: FromRequest + 'static,
{
    Endpoint { path: path.to_owned(), method: Method::GET, route: web::to(handler), described: None }
}

impl Endpoint {
    fn new<P: Annotation>(_: P, route: Route, caller: Caller) -> Self {
        let method = P::methods().first().map_or(Method::GET, method);
        let mut schemas = Vec::new();
        P::schemas(&mut schemas);
        let mut operation = P::operation();
        operation.tags = Some(P::tags().into_iter().map(str::to_owned).collect());
        let described = Described { caller, operation, schemas, refusals: Vec::new() };
        Self { path: P::path(), method, route, described: Some(described) }
    }

    /// Limits how often a peer may call it.
    pub(crate) fn limited(self, limit: Limit) -> Self {
        let route = self.route.wrap(from_fn(move |limiter: Data<dyn RateLimiter>, peer: Peer, request, next| {
            count(limit, limiter, peer, request, next)
        }));
        Self { route, ..self }.and_refuses(kinds::TOO_MANY_REQUESTS)
    }

    /// Adds the problems of its use case's error to the document.
    pub(crate) fn refuses<E: Refusals>(mut self) -> Self {
        if let Some(described) = &mut self.described {
            described.refusals.extend(E::KINDS);
        }
        self
    }

    /// Adds a problem to the document that is not an error of its use case.
    pub(crate) fn and_refuses(mut self, kind: Kind) -> Self {
        if let Some(described) = &mut self.described {
            described.refusals.push(kind);
        }
        self
    }
}

fn method(method: &HttpMethod) -> Method {
    match method {
        HttpMethod::Get => Method::GET,
        HttpMethod::Post => Method::POST,
        HttpMethod::Put => Method::PUT,
        HttpMethod::Delete => Method::DELETE,
        HttpMethod::Options => Method::OPTIONS,
        HttpMethod::Head => Method::HEAD,
        HttpMethod::Patch => Method::PATCH,
        HttpMethod::Trace => Method::TRACE,
    }
}
