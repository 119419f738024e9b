use std::num::NonZeroU32;

use actix_web::web::{Data, Json};
use domain::PageRequest;
use domain::account::{self, Role, UserQuery};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::UserBody;
use crate::api_error::ApiError;
use crate::input::{Fields, QueryString};
use crate::use_cases::UseCases;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UserParameters {
    /// The number of the page, from 1.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 4_294_967_295i64, default = 1)]
    page: Option<String>,
    /// The number of accounts per page.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 20)]
    per_page: Option<String>,
    /// Only accounts with this role.
    #[param(schema_with = crate::schema::role)]
    role: Option<String>,
    /// Only active accounts, or only deactivated ones.
    #[param(value_type = Option<bool>)]
    is_active: Option<String>,
}

impl UserParameters {
    fn parse(self) -> Result<UserQuery, ApiError> {
        let mut fields = Fields::default();
        let role = fields.named("role", self.role, &Role::ALL, Role::as_str);
        let is_active = fields.boolean("is_active", self.is_active);
        let page = fields.page(self.page, "per_page", self.per_page);
        fields.finish(page.map(|page| UserQuery { role, is_active, page }))
    }
}

/// A page of accounts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserPage {
    items: Vec<UserBody>,
    /// The number of matching accounts on all pages.
    #[schema(minimum = 0)]
    total_count: u64,
    #[schema(value_type = u32, minimum = 1)]
    page: NonZeroU32,
    #[schema(minimum = 1, maximum = 100)]
    per_page: u32,
    /// The number of pages.
    #[schema(minimum = 0)]
    total_pages: u64,
}

/// List accounts, newest first.
#[utoipa::path(
    get, path = "/admin/users", tag = "Admin", params(UserParameters),
    responses((status = 200, description = "A page of the matching accounts", body = UserPage))
)]
pub(crate) async fn list_users(
    use_cases: Data<UseCases>,
    QueryString(parameters): QueryString<UserParameters>,
) -> Result<Json<UserPage>, ApiError> {
    let query = parameters.parse()?;
    let PageRequest { number, size } = query.page;
    let found = use_cases.run(async move |ports| account::list_users(&*ports.user_reader, &query).await).await?;
    Ok(Json(UserPage {
        items: found.items.into_iter().map(UserBody::from).collect(),
        total_count: found.total,
        page: number,
        per_page: size.get(),
        total_pages: found.total.div_ceil(size.get().into()),
    }))
}
