use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName};

/// What a page says. All pages are fixed texts: nothing that a client sent is on them.
pub(super) struct Page {
    status: StatusCode,
    html: &'static str,
}

pub(super) const QUESTION: Page = Page { status: StatusCode::OK, html: include_str!("question.html") };
pub(super) const DONE: Page = Page { status: StatusCode::OK, html: include_str!("done.html") };
pub(super) const INVALID: Page = Page { status: StatusCode::BAD_REQUEST, html: include_str!("invalid.html") };

/// Instead of the policy that every response has. Allows nothing but the style, which all pages share, and to send the form back. A test compares the hash.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'sha256-k6HhecaFXyU2JzugmVn9ymIN6swXUUiZlTJwF/+H3JY='; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'";

impl Page {
    pub(super) fn response(self) -> HttpResponse {
        HttpResponse::build(self.status)
            .insert_header((header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
            .insert_header((HeaderName::from_static("x-robots-tag"), "noindex"))
            .content_type("text/html; charset=utf-8")
            .body(self.html)
    }
}
