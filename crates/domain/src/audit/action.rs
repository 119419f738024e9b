/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Action {
    BookAdded,
    BookChanged,
    BookDeleted,
    StockSet,
    UserDeactivated,
    UserReactivated,
    UserErased,
    DeliveryRetried,
    AdminAdded,
    AdminDemoted,
    AdminPasswordReset,
}

impl Action {
    /// All actions.
    pub const ALL: [Self; 11] = [
        Self::BookAdded,
        Self::BookChanged,
        Self::BookDeleted,
        Self::StockSet,
        Self::UserDeactivated,
        Self::UserReactivated,
        Self::UserErased,
        Self::DeliveryRetried,
        Self::AdminAdded,
        Self::AdminDemoted,
        Self::AdminPasswordReset,
    ];

    /// Returns the name that the API and the store use. Names never change.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BookAdded => "book.added",
            Self::BookChanged => "book.changed",
            Self::BookDeleted => "book.deleted",
            Self::StockSet => "stock.set",
            Self::UserDeactivated => "user.deactivated",
            Self::UserReactivated => "user.reactivated",
            Self::UserErased => "user.erased",
            Self::DeliveryRetried => "delivery.retried",
            Self::AdminAdded => "admin.added",
            Self::AdminDemoted => "admin.demoted",
            Self::AdminPasswordReset => "admin.password_reset",
        }
    }
}
