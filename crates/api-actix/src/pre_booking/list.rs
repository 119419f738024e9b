use actix_web::web::{Data, Json};
use chrono::DateTime;
use domain::PageSize;
use domain::pre_booking::{self, PreBookingId, PreBookingPosition, PreBookingQuery, PreBookingStatus};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::PreBookingBody;
use crate::access::SignedIn;
use crate::api_error::ApiError;
use crate::input::{Fields, QueryString, decode_cursor, encode_cursor};
use crate::use_cases::UseCases;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PreBookingParameters {
    /// Only pre-bookings with this status.
    #[param(schema_with = crate::schema::pre_booking_status)]
    status: Option<String>,
    /// The maximum number of items.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 100)]
    limit: Option<String>,
    /// The `next_cursor` of the previous page.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

/// The status, the position after which to start, and the limit.
type Parsed<P> = (Option<PreBookingStatus>, Option<P>, PageSize<500>);

impl PreBookingParameters {
    /// Parses the parameters of a list whose positions have two numbers.
    pub(super) fn parse<P>(self, position: fn([i64; 2]) -> Option<P>) -> Result<Parsed<P>, ApiError> {
        let after = decode_cursor(self.cursor.as_deref(), position)?;
        let mut fields = Fields::default();
        let status = fields.named("status", self.status, &PreBookingStatus::ALL, PreBookingStatus::as_str);
        let limit = fields.limit(self.limit);
        fields.finish(limit.map(|limit| (status, after, limit)))
    }
}

/// The last microsecond of the year 9999. No store supports all times after it.
const LAST_MICROSECOND: i64 = 253_402_300_799_999_999;

fn position([micros, id]: [i64; 2]) -> Option<PreBookingPosition> {
    let created_at = DateTime::from_timestamp_micros(Some(micros).filter(|at| (0..=LAST_MICROSECOND).contains(at))?)?;
    Some(PreBookingPosition { created_at, id: PreBookingId::new(id).ok()? })
}

/// A page of the user's own pre-bookings.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreBookingPage {
    items: Vec<PreBookingBody>,
    /// The `cursor` of the next page; null on the last page.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// List your pre-bookings, newest first.
#[utoipa::path(
    get, path = "/prebooks", tag = "Pre-bookings", operation_id = "list_pre_bookings",
    params(PreBookingParameters),
    responses((status = 200, description = "A page of the matching pre-bookings", body = PreBookingPage))
)]
pub(crate) async fn list(
    use_cases: Data<UseCases>,
    SignedIn(user): SignedIn,
    QueryString(parameters): QueryString<PreBookingParameters>,
) -> Result<Json<PreBookingPage>, ApiError> {
    let (status, after, limit) = parameters.parse(position)?;
    let query = PreBookingQuery { status, after, limit };
    let page =
        use_cases.run(async move |ports| pre_booking::list(&*ports.pre_booking_reader, user.id, &query).await).await?;
    let items = page.items.into_iter().map(PreBookingBody::from).collect();
    let next = page.next.map(|next| encode_cursor([next.created_at.timestamp_micros(), next.id.get()]));
    Ok(Json(PreBookingPage { items, next_cursor: next }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_needs_a_supported_time_and_an_id() {
        assert!(position([0, 1]).is_some() && position([LAST_MICROSECOND, i64::MAX]).is_some());
        assert!(
            position([-1, 1]).is_none() && position([LAST_MICROSECOND + 1, 1]).is_none() && position([0, 0]).is_none()
        );
    }
}
