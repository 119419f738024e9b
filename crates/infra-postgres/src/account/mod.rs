//! Accounts and their sessions.

mod personal_data_reader;
mod personal_data_repository;
mod refresh_token_repository;
mod user_reader;
mod user_repository;

use domain::account::{Email, Locale, Role, User, UserId};

use crate::entity::user;

impl From<user::Model> for User {
    fn from(row: user::Model) -> Self {
        Self {
            id: UserId::from_stored(row.id),
            email: Email::from_stored(row.email),
            role: row.role.into(),
            is_active: row.is_active,
            email_notifications: row.email_notifications,
            locale: row.locale.map(Locale::from_stored),
            created_at: row.created_at,
        }
    }
}

impl From<user::Role> for Role {
    fn from(role: user::Role) -> Self {
        match role {
            user::Role::User => Self::User,
            user::Role::Admin => Self::Admin,
        }
    }
}

impl From<Role> for user::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::User => Self::User,
            Role::Admin => Self::Admin,
        }
    }
}
