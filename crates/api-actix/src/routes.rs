//! Every path of the API, its methods, and who may call them.

use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, Resource, Route, guard, web};

use crate::api_error::ApiError;
use crate::security::{admin, user};
use crate::{account, book, delivery, docs, health, pre_booking};

/// Adds every path of the API to an application.
pub(crate) fn configure(app: &mut web::ServiceConfig) {
    let resources = [
        resource("/auth/register", [(Method::POST, web::to(account::register))]),
        resource("/auth/login", [(Method::POST, web::to(account::log_in))]),
        resource("/auth/refresh", [(Method::POST, web::to(account::refresh))]),
        resource("/auth/logout", [(Method::POST, web::to(account::log_out))]),
        resource("/auth/me", [(Method::GET, for_users(web::to(account::me)))]),
        resource("/admin/users", [(Method::GET, for_admins(web::to(account::list_users)))]),
        resource("/admin/users/{id}/deactivate", [(Method::PATCH, for_admins(web::to(account::deactivate)))]),
        resource("/admin/users/{id}/reactivate", [(Method::PATCH, for_admins(web::to(account::reactivate)))]),
        resource("/books", [(Method::GET, web::to(book::list)), (Method::POST, for_admins(web::to(book::add)))]),
        resource(
            "/books/{id}",
            [
                (Method::GET, web::to(book::find)),
                (Method::PUT, for_admins(web::to(book::change))),
                (Method::DELETE, for_admins(web::to(book::delete))),
            ],
        ),
        resource("/books/{id}/stock", [(Method::PATCH, for_admins(web::to(book::set_stock)))]),
        resource(
            "/prebooks",
            [
                (Method::GET, for_users(web::to(pre_booking::list))),
                (Method::POST, for_users(web::to(pre_booking::place))),
            ],
        ),
        resource(
            "/prebooks/{id}",
            [
                (Method::GET, for_users(web::to(pre_booking::find))),
                (Method::DELETE, for_users(web::to(pre_booking::cancel))),
            ],
        ),
        resource("/admin/books/{id}/prebooks", [(Method::GET, for_admins(web::to(pre_booking::list_of_book)))]),
        resource("/admin/restocks", [(Method::GET, for_admins(web::to(delivery::list_restocks)))]),
        resource("/admin/deliveries", [(Method::GET, for_admins(web::to(delivery::list)))]),
        resource("/admin/deliveries/retry", [(Method::POST, for_admins(web::to(delivery::retry_all)))]),
        resource("/admin/deliveries/{id}", [(Method::GET, for_admins(web::to(delivery::find)))]),
        resource("/admin/deliveries/{id}/retry", [(Method::POST, for_admins(web::to(delivery::retry)))]),
        resource("/health", [(Method::GET, web::to(health::live))]),
        resource("/health/ready", [(Method::GET, web::to(health::ready))]),
        resource("/openapi.json", [(Method::GET, web::to(docs::openapi_json))]),
        resource("/docs", [(Method::GET, web::to(docs::redirect))]),
        resource("/docs/{file:.*}", [(Method::GET, web::to(docs::swagger_ui))]),
    ];
    for resource in resources {
        app.service(resource);
    }
    app.default_service(web::to(not_found));
}

/// A path and its methods. Every GET also answers HEAD, and any other method is told which there are.
fn resource<const N: usize>(path: &str, methods: [(Method, Route); N]) -> Resource {
    let mut resource = web::resource(path);
    let mut allowed = Vec::new();
    for (method, route) in methods {
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

fn for_users(route: Route) -> Route {
    route.wrap(from_fn(user))
}

fn for_admins(route: Route) -> Route {
    route.wrap(from_fn(admin))
}

async fn not_found() -> Result<HttpResponse, ApiError> {
    Err(ApiError::not_found())
}
