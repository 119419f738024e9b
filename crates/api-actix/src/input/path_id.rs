use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use domain::account::UserId;
use domain::book::BookId;
use domain::delivery::DeliveryId;
use domain::pre_booking::PreBookingId;

use super::fields::parse_digits;
use crate::api_error::ApiError;

/// The identifier in a path. What is no positive 64-bit integer identifies nothing, so it is not found.
pub(crate) struct PathId<T>(pub(crate) T);

pub(crate) trait Identifier: Sized {
    fn from_number(number: i64) -> Option<Self>;
    fn not_found() -> ApiError;
}

macro_rules! identify {
    ($id:ty, $not_found:ident) => {
        impl Identifier for $id {
            fn from_number(number: i64) -> Option<Self> {
                Self::new(number).ok()
            }

            fn not_found() -> ApiError {
                ApiError::$not_found()
            }
        }
    };
}

identify!(BookId, book_not_found);
identify!(DeliveryId, delivery_not_found);
identify!(PreBookingId, pre_booking_not_found);
identify!(UserId, user_not_found);

impl<T: Identifier> FromRequest for PathId<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.match_info().get("id").and_then(|text| T::from_number(parse_digits(text)?));
        ready(id.map(Self).ok_or_else(T::not_found))
    }
}
