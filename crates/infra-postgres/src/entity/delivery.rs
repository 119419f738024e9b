use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "deliveries")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) pre_booking_id: i64,
    pub(crate) restock_id: i64,
    pub(crate) book_id: i64,
    pub(crate) status: Status,
    pub(crate) due_at: DateTimeUtc,
    pub(crate) claimed_until: Option<DateTimeUtc>,
    pub(crate) attempts: i32,
    pub(crate) reason: Option<String>,
    pub(crate) delivered_at: Option<DateTimeUtc>,
    pub(crate) created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub(crate) enum Status {
    #[sea_orm(string_value = "pending")]
    Pending,
    #[sea_orm(string_value = "delivered")]
    Delivered,
    #[sea_orm(string_value = "failed")]
    Failed,
    #[sea_orm(string_value = "skipped")]
    Skipped,
}

#[derive(Copy, Clone, Debug, EnumIter)]
pub(crate) enum Relation {
    /// The notified pre-booking and its status.
    PreBooking,
    /// The book that was restocked.
    Book,
    /// The restock that notified the pre-booking.
    Restock,
}

impl RelationTrait for Relation {
    fn def(&self) -> RelationDef {
        match self {
            Self::PreBooking => Entity::belongs_to(super::pre_booking_status::Entity)
                .from(Column::PreBookingId)
                .to(super::pre_booking_status::Column::PreBookingId)
                .into(),
            Self::Book => {
                Entity::belongs_to(super::book::Entity).from(Column::BookId).to(super::book::Column::Id).into()
            }
            Self::Restock => {
                Entity::belongs_to(super::restock::Entity).from(Column::RestockId).to(super::restock::Column::Id).into()
            }
        }
    }
}

impl ActiveModelBehavior for ActiveModel {}
