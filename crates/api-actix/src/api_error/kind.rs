use actix_web::http::StatusCode;

/// A kind of problem: its status and code, which clients may rely on, and its default detail.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) detail: &'static str,
}

const fn kind(status: StatusCode, code: &'static str, detail: &'static str) -> Kind {
    Kind { status, code, detail }
}

/// Every kind of problem.
pub(crate) mod kinds {
    use super::{Kind, StatusCode as S, kind};

    pub(crate) const NOT_FOUND: Kind = kind(S::NOT_FOUND, "NOT_FOUND", "This path does not exist");
    pub(crate) const METHOD_NOT_ALLOWED: Kind = kind(S::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "");

    pub(crate) const AUTH_TOKEN_MISSING: Kind =
        kind(S::UNAUTHORIZED, "AUTH_TOKEN_MISSING", "An access token is required: Authorization: Bearer <token>");
    pub(crate) const AUTH_TOKEN_INVALID: Kind = kind(
        S::UNAUTHORIZED,
        "AUTH_TOKEN_INVALID",
        "The access token is invalid, or its session has ended; log in again",
    );
    pub(crate) const AUTH_TOKEN_EXPIRED: Kind =
        kind(S::UNAUTHORIZED, "AUTH_TOKEN_EXPIRED", "The access token has expired; refresh it");
    pub(crate) const AUTH_ACCOUNT_DEACTIVATED: Kind =
        kind(S::FORBIDDEN, "AUTH_ACCOUNT_DEACTIVATED", "This account is deactivated");
    pub(crate) const AUTH_FORBIDDEN: Kind = kind(S::FORBIDDEN, "AUTH_FORBIDDEN", "Admin role required");

    pub(crate) const REQUEST_TIMEOUT: Kind =
        kind(S::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", "The body did not arrive in time; send the request again");
    pub(crate) const BODY_TOO_LARGE: Kind = kind(S::PAYLOAD_TOO_LARGE, "BODY_TOO_LARGE", "The body is too large");
    pub(crate) const UNSUPPORTED_MEDIA_TYPE: Kind = kind(
        S::UNSUPPORTED_MEDIA_TYPE,
        "UNSUPPORTED_MEDIA_TYPE",
        "The body must be JSON, with Content-Type: application/json",
    );
    pub(crate) const MALFORMED_JSON: Kind =
        kind(S::BAD_REQUEST, "MALFORMED_JSON", "The body could not be read completely");
    pub(crate) const INVALID_CURSOR: Kind =
        kind(S::BAD_REQUEST, "INVALID_CURSOR", "The cursor must be the next_cursor of an earlier response");
    pub(crate) const VALIDATION_ERROR: Kind = kind(S::UNPROCESSABLE_ENTITY, "VALIDATION_ERROR", "The input is invalid");

    pub(crate) const AUTH_EMAIL_CONFLICT: Kind =
        kind(S::CONFLICT, "AUTH_EMAIL_CONFLICT", "An account with this address already exists");
    pub(crate) const AUTH_INVALID_CREDENTIALS: Kind =
        kind(S::UNAUTHORIZED, "AUTH_INVALID_CREDENTIALS", "The address or the password is wrong");
    pub(crate) const AUTH_REFRESH_INVALID: Kind =
        kind(S::UNAUTHORIZED, "AUTH_REFRESH_INVALID", "The refresh token is invalid; log in again");
    pub(crate) const AUTH_TOKEN_REUSE: Kind = kind(
        S::UNAUTHORIZED,
        "AUTH_TOKEN_REUSE",
        "This refresh token was already used, so its session has ended; log in again",
    );
    pub(crate) const AUTH_WRONG_PASSWORD: Kind = kind(S::FORBIDDEN, "AUTH_WRONG_PASSWORD", "The password is wrong");
    pub(crate) const AUTH_LINK_INVALID: Kind = kind(
        S::BAD_REQUEST,
        "AUTH_LINK_INVALID",
        "The link was used, has expired, or is not one of ours; ask for a new one",
    );
    pub(crate) const AUTH_EMAIL_UNVERIFIED: Kind = kind(
        S::FORBIDDEN,
        "AUTH_EMAIL_UNVERIFIED",
        "Verify your e-mail address first: POST /auth/email/verification mails you a link",
    );
    pub(crate) const SESSION_NOT_FOUND: Kind =
        kind(S::NOT_FOUND, "SESSION_NOT_FOUND", "You have no such session, or it has ended");
    pub(crate) const USER_NOT_FOUND: Kind = kind(S::NOT_FOUND, "USER_NOT_FOUND", "This user does not exist");
    pub(crate) const ADMN_CANNOT_DEACTIVATE_ADMIN: Kind =
        kind(S::FORBIDDEN, "ADMN_CANNOT_DEACTIVATE_ADMIN", "Admins can't be deactivated");

    pub(crate) const BOOK_NOT_FOUND: Kind = kind(S::NOT_FOUND, "BOOK_NOT_FOUND", "This book does not exist");
    pub(crate) const BOOK_ISBN_CONFLICT: Kind = kind(S::CONFLICT, "BOOK_ISBN_CONFLICT", "Another book has this ISBN");
    pub(crate) const BOOK_HAS_PREBOOKINGS: Kind =
        kind(S::CONFLICT, "BOOK_HAS_PREBOOKINGS", "This book was pre-booked, and that history must stay readable");

    pub(crate) const PREBOOK_NOT_FOUND: Kind = kind(S::NOT_FOUND, "PREBOOK_NOT_FOUND", "You have no such pre-booking");
    pub(crate) const PREBOOK_BOOK_IN_STOCK: Kind =
        kind(S::CONFLICT, "PREBOOK_BOOK_IN_STOCK", "Book is in stock — add to cart instead");
    pub(crate) const PREBOOK_DUPLICATE: Kind =
        kind(S::CONFLICT, "PREBOOK_DUPLICATE", "You are already waiting for this book");
    pub(crate) const PREBOOK_LIMIT_REACHED: Kind = kind(
        S::CONFLICT,
        "PREBOOK_LIMIT_REACHED",
        "You are waiting for as many books as you may; cancel a pre-booking first",
    );
    pub(crate) const PREBOOK_ALREADY_CANCELLED: Kind =
        kind(S::CONFLICT, "PREBOOK_ALREADY_CANCELLED", "This pre-booking is already cancelled");

    pub(crate) const DELIVERY_NOT_FOUND: Kind =
        kind(S::NOT_FOUND, "DELIVERY_NOT_FOUND", "This delivery does not exist");
    pub(crate) const DELIVERY_ALREADY_DELIVERED: Kind =
        kind(S::CONFLICT, "DELIVERY_ALREADY_DELIVERED", "This e-mail is already delivered");

    pub(crate) const TOO_MANY_REQUESTS: Kind = kind(
        S::TOO_MANY_REQUESTS,
        "TOO_MANY_REQUESTS",
        "Too many requests; try again after the seconds in Retry-After",
    );
    pub(crate) const INTERNAL_ERROR: Kind =
        kind(S::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", "Something went wrong on our side; the log has the cause");
    pub(crate) const STORE_UNAVAILABLE: Kind = kind(
        S::SERVICE_UNAVAILABLE,
        "STORE_UNAVAILABLE",
        "The store is too busy or can't be reached; try again shortly",
    );
    pub(crate) const OUTCOME_UNKNOWN: Kind = kind(
        S::SERVICE_UNAVAILABLE,
        "OUTCOME_UNKNOWN",
        "The store was lost during the write, which may have happened or not; check before you try again",
    );
    pub(crate) const SHUTTING_DOWN: Kind = kind(
        S::SERVICE_UNAVAILABLE,
        "SHUTTING_DOWN",
        "This server is about to stop, and serves only until then; use another one",
    );
    pub(crate) const OVERLOADED: Kind =
        kind(S::SERVICE_UNAVAILABLE, "OVERLOADED", "Too many users log in at the moment; try again shortly");
}
