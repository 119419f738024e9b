use actix_web::web::{Data, Json};
use domain::pre_booking::{self, PreBookingQuery, StatusKind};
use domain::{InvalidValue, PageSize};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::PreBookingBody;
use super::cursor;
use crate::api_error::ApiError;
use crate::input::{Fields, QueryString};
use crate::security::SignedIn;
use crate::wiring::Ports;

const DEFAULT_LIMIT: &str = "100";

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

impl PreBookingParameters {
    fn parse(self) -> Result<PreBookingQuery, ApiError> {
        let after = self.cursor.as_deref().map(cursor::decode).transpose()?;
        let mut fields = Fields::default();
        let status = fields.optional("status", self.status, |name| parse_status(&name));
        let limit = fields.page_size("limit", self.limit.or(Some(DEFAULT_LIMIT.to_owned())));
        fields.finish(limit.map(|limit: PageSize<500>| PreBookingQuery { status, after, limit }))
    }
}

fn parse_status(name: &str) -> Result<StatusKind, InvalidValue> {
    let known = StatusKind::ALL.into_iter().find(|status| status.as_str() == name);
    known.ok_or(InvalidValue::new("must be waiting, notified or cancelled"))
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
    let page = pre_booking::list(&*ports.pre_bookings, user.id, &parameters.parse()?).await?;
    let items = page.items.into_iter().map(PreBookingBody::from).collect();
    Ok(Json(PreBookingPage { items, next_cursor: page.next.map(cursor::encode) }))
}
