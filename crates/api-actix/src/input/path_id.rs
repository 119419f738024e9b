use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use domain::account::{SessionId, UserId};
use domain::book::BookId;
use domain::delivery::DeliveryId;
use domain::pre_booking::PreBookingId;

use super::fields::parse_digits;
use crate::api_error::{ApiError, Kind, kinds};

/// The identifier in a path. A malformed one is not found, like an unknown one.
pub(crate) struct PathId<T>(pub(crate) T);

pub(crate) trait Identifier: Sized {
    const NOT_FOUND: Kind;

    fn from_number(number: i64) -> Option<Self>;
}

macro_rules! identify {
    ($id:ty, $not_found:ident) => {
        impl Identifier for $id {
            const NOT_FOUND: Kind = kinds::$not_found;

            fn from_number(number: i64) -> Option<Self> {
                Self::new(number).ok()
            }
        }
    };
}

identify!(BookId, BOOK_NOT_FOUND);
identify!(DeliveryId, DELIVERY_NOT_FOUND);
identify!(PreBookingId, PREBOOK_NOT_FOUND);
identify!(SessionId, SESSION_NOT_FOUND);
identify!(UserId, USER_NOT_FOUND);

impl<T: Identifier> FromRequest for PathId<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.match_info().get("id").and_then(|text| T::from_number(parse_digits(text)?));
        ready(id.map(Self).ok_or_else(|| T::NOT_FOUND.into()))
    }
}
