use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "pre_bookings")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) user_id: i64,
    pub(crate) book_id: i64,
    pub(crate) round: i64,
    pub(crate) created_at: DateTimeUtc,
    pub(crate) cancelled_at: Option<DateTimeUtc>,
    pub(crate) was_notified: bool,
}

#[derive(Copy, Clone, Debug, EnumIter)]
pub(crate) enum Relation {
    /// The restock that ended the round, if there was one.
    Restock,
}

impl RelationTrait for Relation {
    fn def(&self) -> RelationDef {
        match self {
            Self::Restock => Entity::belongs_to(super::restock::Entity)
                .from((Column::BookId, Column::Round))
                .to((super::restock::Column::BookId, super::restock::Column::Round))
                .into(),
        }
    }
}

impl ActiveModelBehavior for ActiveModel {}
