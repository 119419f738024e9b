use super::{Email, PasswordHash};
use crate::Timestamp;
use crate::id::define_id;

define_id! {
    /// Identifies an account.
    UserId
}

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Pre-books.
    User,
    /// Keeps the catalog and the accounts as well.
    Admin,
}

impl Role {
    /// Every role there is.
    pub const ALL: [Self; 2] = [Self::User, Self::Admin];

    /// The name as users and the store know it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
        }
    }
}

/// An account that is about to be added. It is active.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The address that names it.
    pub email: Email,
    /// What is stored of its password.
    pub password_hash: PasswordHash,
    /// What it may do.
    pub role: Role,
    /// When it is added.
    pub created_at: Timestamp,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its identifier.
    pub id: UserId,
    /// The address that names it.
    pub email: Email,
    /// What it may do.
    pub role: Role,
    /// Whether it may do anything at all.
    pub is_active: bool,
    /// When it was added.
    pub created_at: Timestamp,
}

/// An account beside what proves that somebody is its owner.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The account.
    pub user: User,
    /// What is stored of its password.
    pub password_hash: PasswordHash,
}

/// This takes an admin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the account is no admin's")]
pub struct NotAnAdmin;

/// An admin can not be locked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an admin can not be deactivated")]
pub struct AdminStaysActive;

impl User {
    /// Checks that this account may keep the catalog and the accounts.
    ///
    /// # Errors
    /// It may not.
    pub fn require_admin(&self) -> Result<(), NotAnAdmin> {
        match self.role {
            Role::Admin => Ok(()),
            Role::User => Err(NotAnAdmin),
        }
    }

    /// Locks the account out; it may be already.
    ///
    /// # Errors
    /// It is an admin's.
    pub fn deactivate(self) -> Result<Self, AdminStaysActive> {
        match self.role {
            Role::Admin => Err(AdminStaysActive),
            Role::User => Ok(Self { is_active: false, ..self }),
        }
    }

    /// Lets the account in again; it may be already.
    #[must_use]
    pub fn reactivate(self) -> Self {
        Self { is_active: true, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::a_user;

    #[test]
    fn every_role_and_activity_meets_every_verb() {
        for is_active in [true, false] {
            let user = User { is_active, ..a_user(Role::User) };
            assert_eq!(user.clone().deactivate(), Ok(User { is_active: false, ..user.clone() }));
            assert_eq!(user.clone().reactivate(), User { is_active: true, ..user });

            let admin = User { is_active, ..a_user(Role::Admin) };
            assert_eq!(admin.clone().deactivate(), Err(AdminStaysActive));
            assert_eq!(admin.clone().reactivate(), User { is_active: true, ..admin });
        }
    }

    #[test]
    fn only_an_admin_is_one() {
        assert_eq!(a_user(Role::Admin).require_admin(), Ok(()));
        assert_eq!(a_user(Role::User).require_admin(), Err(NotAnAdmin));
    }
}
