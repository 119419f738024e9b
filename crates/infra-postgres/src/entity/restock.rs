use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "restocks")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) book_id: i64,
    pub(crate) round: i64,
    pub(crate) quantity: i32,
    pub(crate) restocked_at: DateTimeUtc,
    pub(crate) fan_out_stage: FanOutStage,
    pub(crate) fan_out_after: i64,
    pub(crate) first_walk_ended_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub(crate) enum FanOutStage {
    #[sea_orm(string_value = "first")]
    First,
    #[sea_orm(string_value = "final")]
    Final,
    #[sea_orm(string_value = "done")]
    Done,
}

#[derive(Copy, Clone, Debug, EnumIter)]
pub(crate) enum Relation {
    /// The book that was restocked.
    Book,
}

impl RelationTrait for Relation {
    fn def(&self) -> RelationDef {
        match self {
            Self::Book => {
                Entity::belongs_to(super::book::Entity).from(Column::BookId).to(super::book::Column::Id).into()
            }
        }
    }
}

impl ActiveModelBehavior for ActiveModel {}
