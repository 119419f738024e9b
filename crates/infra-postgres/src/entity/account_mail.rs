use sea_orm::entity::prelude::*;

use super::delivery::Status;

#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "account_mails")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) email: String,
    pub(crate) purpose: Purpose,
    pub(crate) status: Status,
    pub(crate) due_at: DateTimeUtc,
    pub(crate) claimed_until: Option<DateTimeUtc>,
    pub(crate) attempts: i32,
    pub(crate) reason: Option<String>,
    pub(crate) created_at: DateTimeUtc,
}

/// What the link of a mail allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub(crate) enum Purpose {
    #[sea_orm(string_value = "password_reset")]
    PasswordReset,
    #[sea_orm(string_value = "email_verification")]
    EmailVerification,
}

#[derive(Copy, Clone, Debug, EnumIter)]
pub(crate) enum Relation {
    /// The account that has the address now, if there is one.
    User,
}

impl RelationTrait for Relation {
    fn def(&self) -> RelationDef {
        Entity::belongs_to(super::user::Entity).from(Column::Email).to(super::user::Column::Email).into()
    }
}

impl Related<super::user::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::User.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
