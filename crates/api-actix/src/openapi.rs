//! Generates the OpenAPI document from the endpoints.

use std::collections::BTreeMap;

use actix_web::http::Method;
use utoipa::OpenApi;
use utoipa::openapi::path::{HttpMethod, Operation, Parameter, ParameterIn};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi as Document, Ref, RefOr, ResponseBuilder};

use crate::api_error::{FieldError, Kind, Problem, kinds};
use crate::endpoint::{Caller, Described, Endpoint};
use crate::routes;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Bookstore pre-bookings",
        description = "Customers pre-book a book that is out of stock. A restock notifies everyone who waits for it, at once. \
                       A 503 with the code `OUTCOME_UNKNOWN` means that the store was lost during a write. The write may have happened \
                       or not, so check before you try again. After any other 503 you may simply try again.",
        license(name = "MIT OR Apache-2.0"),
    ),
    components(schemas(Problem, FieldError)),
    servers((url = "/")),
)]
struct Api;

const ACCESS_TOKEN: &str = "access_token";

/// Returns the OpenAPI document.
#[must_use]
pub fn document() -> Document {
    let mut document = Api::openapi();
    let components = document.components.get_or_insert_default();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    components.add_security_scheme(ACCESS_TOKEN, SecurityScheme::Http(bearer));
    for Endpoint { path, method, described, .. } in routes::endpoints() {
        let Some(described) = described else { continue };
        components.schemas.extend(described.schemas.iter().cloned());
        let operation = described.into_operation(&path, &method);
        document.paths.add_path_operation(path, vec![http_method(&method)], operation);
    }
    document
}

impl Described {
    /// Adds who may call it and every problem it returns to the operation of its annotation.
    fn into_operation(self, path: &str, method: &Method) -> Operation {
        let problems = self.problems(path, method);
        let mut operation = self.operation;
        if self.caller != Caller::Anyone {
            operation.security = Some(vec![SecurityRequirement::new::<_, _, String>(ACCESS_TOKEN, [])]);
        }
        for (status, codes) in problems {
            let problem = RefOr::Ref(Ref::from_schema_name("Problem"));
            let content = ContentBuilder::new().schema(Some(problem)).build();
            let mut response = ResponseBuilder::new()
                .description(either_of(&codes))
                .content("application/problem+json", content)
                .build();
            // The annotation describes the headers of a problem.
            if let Some(RefOr::T(annotated)) = operation.responses.responses.remove(&status.to_string()) {
                response.headers = annotated.headers;
            }
            operation.responses.responses.insert(status.to_string(), RefOr::T(response));
        }
        operation
    }

    /// Returns the codes of its problems by status: those that it shares with other endpoints, then its own.
    fn problems(&self, path: &str, method: &Method) -> BTreeMap<u16, Vec<&'static str>> {
        let operation = &self.operation;
        let query: Vec<&str> = operation.parameters.iter().flatten().filter_map(query_parameter).collect();
        let (has_body, has_query) = (operation.request_body.is_some(), !query.is_empty());
        let (needs_token, is_for_admins) = (self.caller != Caller::Anyone, self.caller == Caller::Admin);
        let (uses_store, writes) = (path != "/health", *method != Method::GET);
        let common: [(bool, &[Kind]); 7] = [
            (needs_token, &[kinds::AUTH_TOKEN_MISSING, kinds::AUTH_TOKEN_INVALID, kinds::AUTH_TOKEN_EXPIRED]),
            (needs_token, &[kinds::AUTH_ACCOUNT_DEACTIVATED]),
            (is_for_admins, &[kinds::AUTH_FORBIDDEN]),
            (
                has_body,
                &[kinds::MALFORMED_JSON, kinds::REQUEST_TIMEOUT, kinds::BODY_TOO_LARGE, kinds::UNSUPPORTED_MEDIA_TYPE],
            ),
            (query.contains(&"cursor"), &[kinds::INVALID_CURSOR]),
            (has_body || has_query, &[kinds::VALIDATION_ERROR]),
            (uses_store, &[kinds::INTERNAL_ERROR, kinds::STORE_UNAVAILABLE, kinds::OVERLOADED]),
        ];
        let lost: &[Kind] = if uses_store && writes { &[kinds::OUTCOME_UNKNOWN] } else { &[] };
        let common = common.into_iter().filter(|(applies, _)| *applies).flat_map(|(_, kinds)| kinds);
        let mut problems: BTreeMap<u16, Vec<&'static str>> = BTreeMap::new();
        for kind in common.chain(&self.refusals).chain(lost) {
            let codes = problems.entry(kind.status.as_u16()).or_default();
            if !codes.contains(&kind.code) {
                codes.push(kind.code);
            }
        }
        problems
    }
}

/// Joins codes like this: `A`, `B` or `C`.
fn either_of(codes: &[&str]) -> String {
    let codes: Vec<_> = codes.iter().map(|code| format!("`{code}`")).collect();
    match codes.as_slice() {
        [rest @ .., last] if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        codes => codes.concat(),
    }
}

/// Returns the name of a query parameter, and `None` for any other parameter.
fn query_parameter(parameter: &RefOr<Parameter>) -> Option<&str> {
    match parameter {
        RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query => Some(&parameter.name),
        RefOr::T(_) | RefOr::Ref(_) => None,
    }
}

fn http_method(method: &Method) -> HttpMethod {
    match *method {
        Method::POST => HttpMethod::Post,
        Method::PUT => HttpMethod::Put,
        Method::PATCH => HttpMethod::Patch,
        Method::DELETE => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}
