use sea_orm::entity::prelude::*;

/// A row of the view that derives the status of each pre-booking.
#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "pre_booking_statuses")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) pre_booking_id: i64,
    pub(crate) user_id: i64,
    pub(crate) book_id: i64,
    pub(crate) round: i64,
    pub(crate) status: Status,
    pub(crate) created_at: DateTimeUtc,
    pub(crate) notified_at: Option<DateTimeUtc>,
    pub(crate) cancelled_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub(crate) enum Status {
    #[sea_orm(string_value = "waiting")]
    Waiting,
    #[sea_orm(string_value = "notified")]
    Notified,
    #[sea_orm(string_value = "cancelled")]
    Cancelled,
}

#[derive(Copy, Clone, Debug, EnumIter)]
pub(crate) enum Relation {
    /// The pre-booked book.
    Book,
    /// The user who placed it.
    User,
}

impl RelationTrait for Relation {
    fn def(&self) -> RelationDef {
        match self {
            Self::Book => {
                Entity::belongs_to(super::book::Entity).from(Column::BookId).to(super::book::Column::Id).into()
            }
            Self::User => {
                Entity::belongs_to(super::user::Entity).from(Column::UserId).to(super::user::Column::Id).into()
            }
        }
    }
}

impl ActiveModelBehavior for ActiveModel {}
