use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "books")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) title: String,
    pub(crate) author: String,
    pub(crate) price_cents: i64,
    pub(crate) isbn: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) cover_image_url: Option<String>,
    pub(crate) publish_date: Option<Date>,
    pub(crate) stock_quantity: i32,
    pub(crate) round: i64,
    pub(crate) created_at: DateTimeUtc,
    pub(crate) updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
