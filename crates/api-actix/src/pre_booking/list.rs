use actix_web::web::{Data, Json};
use chrono::DateTime;
use domain::PageSize;
use domain::pre_booking::{self, PreBookingId, PreBookingPosition, PreBookingQuery, StatusKind};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::PreBookingBody;
use crate::api_error::ApiError;
use crate::input::{Fields, QueryString, decode_cursor, encode_cursor};
use crate::security::SignedIn;
use crate::wiring::Ports;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PreBookingParameters {
    /// Only those of this status.
    #[param(schema_with = crate::openapi::pre_booking_status)]
    status: Option<String>,
    /// At most this many.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 100)]
    limit: Option<String>,
    /// The `next_cursor` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

/// What they ask for: the status, the place that the cursor names, and how many.
type Asked<P> = (Option<StatusKind>, Option<P>, PageSize<500>);

impl PreBookingParameters {
    /// Reads them for a list whose places are made of two numbers.
    pub(super) fn parse<P>(self, place: fn([i64; 2]) -> Option<P>) -> Result<Asked<P>, ApiError> {
        let after = decode_cursor(self.cursor.as_deref(), place)?;
        let mut fields = Fields::default();
        let status = fields.named("status", self.status, &StatusKind::ALL, StatusKind::as_str);
        let limit = fields.limit(self.limit);
        fields.finish(limit.map(|limit| (status, after, limit)))
    }
}

/// The last moment of the year 9999, in microseconds; no store knows all moments behind it.
const LAST_MOMENT: i64 = 253_402_300_799_999_999;

fn position([micros, id]: [i64; 2]) -> Option<PreBookingPosition> {
    let created_at = DateTime::from_timestamp_micros(Some(micros).filter(|at| (0..=LAST_MOMENT).contains(at))?)?;
    Some(PreBookingPosition { created_at, id: PreBookingId::new(id).ok()? })
}

/// A stretch of one's pre-bookings.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreBookingPage {
    items: Vec<PreBookingBody>,
    /// The `cursor` of the next page; null on the last.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// List one's pre-bookings, newest first.
#[utoipa::path(
    get, path = "/prebooks", tag = "Pre-bookings", operation_id = "list_pre_bookings",
    params(PreBookingParameters), security(("access_token" = [])),
    responses((status = 200, description = "A stretch of the pre-bookings that match", body = PreBookingPage))
)]
pub(crate) async fn list(
    ports: Data<Ports>,
    SignedIn(user): SignedIn,
    QueryString(parameters): QueryString<PreBookingParameters>,
) -> Result<Json<PreBookingPage>, ApiError> {
    let (status, after, limit) = parameters.parse(position)?;
    let query = PreBookingQuery { status, after, limit };
    let page = pre_booking::list(&*ports.pre_bookings, user.id, &query).await?;
    let items = page.items.into_iter().map(PreBookingBody::from).collect();
    let next = page.next.map(|next| encode_cursor([next.created_at.timestamp_micros(), next.id.get()]));
    Ok(Json(PreBookingPage { items, next_cursor: next }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_a_moment_that_stores_know_and_an_identifier() {
        assert!(position([0, 1]).is_some() && position([LAST_MOMENT, i64::MAX]).is_some());
        assert!(position([-1, 1]).is_none() && position([LAST_MOMENT + 1, 1]).is_none() && position([0, 0]).is_none());
    }
}
