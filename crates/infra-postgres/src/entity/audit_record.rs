use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "audit_records")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) at: DateTimeUtc,
    pub(crate) actor_id: Option<i64>,
    pub(crate) action: String,
    pub(crate) book_id: Option<i64>,
    pub(crate) user_id: Option<i64>,
    pub(crate) details: String,
    pub(crate) request_id: Option<String>,
    pub(crate) address: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter)]
pub(crate) enum Relation {
    /// The user who made the change.
    Actor,
}

impl RelationTrait for Relation {
    fn def(&self) -> RelationDef {
        match self {
            Self::Actor => {
                Entity::belongs_to(super::user::Entity).from(Column::ActorId).to(super::user::Column::Id).into()
            }
        }
    }
}

impl ActiveModelBehavior for ActiveModel {}
