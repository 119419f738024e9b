use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, Resource, guard, web};

use crate::api_error::{ApiError, kinds};
use crate::cors::{is_preflight, preflight};
use crate::endpoint::{Endpoint, page};
use crate::{docs, routes};

/// What to serve besides the calls of the API.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resources {
    /// The pages that describe the API.
    pub(crate) docs: bool,
    /// Browsers' questions whether they may make a call.
    pub(crate) preflights: bool,
}

/// Adds every call of the API, and the pages that describe it, to an application.
pub(crate) fn configure(app: &mut web::ServiceConfig, resources: Resources) {
    let pages = [
        page("/openapi.json", docs::openapi_json),
        page("/docs", docs::redirect),
        page("/docs/{file:.*}", docs::swagger_ui),
    ];
    let pages = pages.into_iter().filter(|_| resources.docs);
    let mut endpoints = routes::endpoints().into_iter().chain(pages).peekable();
    while let Some(first) = endpoints.next() {
        let path = first.path.clone();
        let mut of_path = vec![first];
        while let Some(next) = endpoints.next_if(|next| next.path == path) {
            of_path.push(next);
        }
        app.service(resource(&path, of_path, resources.preflights));
    }
    app.default_service(web::to(not_found));
}

/// A path and its methods. Every GET answers HEAD, too. Any other method is told which methods there are.
fn resource(path: &str, endpoints: Vec<Endpoint>, preflights: bool) -> Resource {
    let mut resource = web::resource(path);
    let mut allowed = Vec::new();
    for Endpoint { method, route, .. } in endpoints {
        let matching = if method == Method::GET {
            allowed.push(Method::HEAD);
            guard::Any(guard::Get()).or(guard::Head())
        } else {
            guard::Any(guard::Method(method.clone()))
        };
        allowed.push(method);
        resource = resource.route(route.guard(matching));
    }
    let allowed = allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
    if preflights {
        let allowed = allowed.clone();
        let answer = move |request: HttpRequest| std::future::ready(preflight(&request, &allowed));
        resource = resource.route(web::to(answer).guard(guard::fn_guard(is_preflight)));
    }
    resource.default_service(web::to(move || {
        let refused = ApiError::method_not_allowed(&allowed);
        async { Err::<HttpResponse, _>(refused) }
    }))
}

async fn not_found() -> Result<HttpResponse, ApiError> {
    Err(kinds::NOT_FOUND.into())
}
