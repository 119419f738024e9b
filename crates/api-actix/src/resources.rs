use actix_web::http::Method;
use actix_web::{HttpResponse, Resource, guard, web};

use crate::api_error::{ApiError, kinds};
use crate::endpoint::{Endpoint, page};
use crate::{docs, routes};

/// Adds every call of the API, and the pages that describe it, to an application.
pub(crate) fn configure(app: &mut web::ServiceConfig) {
    let pages = [
        page("/openapi.json", docs::openapi_json),
        page("/docs", docs::redirect),
        page("/docs/{file:.*}", docs::swagger_ui),
    ];
    let mut endpoints = routes::endpoints().into_iter().chain(pages).peekable();
    while let Some(first) = endpoints.next() {
        let path = first.path.clone();
        let mut of_path = vec![first];
        while let Some(next) = endpoints.next_if(|next| next.path == path) {
            of_path.push(next);
        }
        app.service(resource(&path, of_path));
    }
    app.default_service(web::to(not_found));
}

/// A path and its methods. Every GET answers HEAD, too. Any other method is told which methods there are.
fn resource(path: &str, endpoints: Vec<Endpoint>) -> Resource {
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
    resource.default_service(web::to(move || {
        let refused = ApiError::method_not_allowed(&allowed);
        async { Err::<HttpResponse, _>(refused) }
    }))
}

async fn not_found() -> Result<HttpResponse, ApiError> {
    Err(kinds::NOT_FOUND.into())
}
