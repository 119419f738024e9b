//! Accounts and their sessions.

mod link_repository;
mod personal_data_reader;
mod personal_data_repository;
mod session_reader;
mod session_repository;
mod user_reader;
mod user_repository;

use domain::account::{
    Client, Email, ListedSession, Locale, Role, Session, SessionId, Subject, User, UserAgent, UserId,
};

use crate::entity::{session, user};

impl From<user::Model> for User {
    fn from(row: user::Model) -> Self {
        Self {
            id: UserId::from_stored(row.id),
            subject: Subject::new(row.subject),
            email: Email::from_stored(row.email),
            role: row.role.into(),
            is_active: row.is_active,
            email_verified: row.email_verified,
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

impl From<&session::Model> for Session {
    fn from(row: &session::Model) -> Self {
        Self {
            id: SessionId::from_stored(row.id),
            user_id: UserId::from_stored(row.user_id),
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            expires_at: row.expires_at,
            ended_at: row.ended_at,
        }
    }
}

impl From<session::Model> for ListedSession {
    fn from(row: session::Model) -> Self {
        let session = Session::from(&row);
        let address = row.address.and_then(|address| address.parse().ok());
        Self { session, client: Client { address, user_agent: row.user_agent.map(UserAgent::from_stored) } }
    }
}
