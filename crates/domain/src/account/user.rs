use super::{Email, Locale, PasswordHash, Subject};
use crate::Timestamp;
use crate::id::define_id;

define_id! {
    /// Identifies an account.
    UserId
}

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Places pre-bookings.
    User,
    /// Also manages the catalog, accounts and deliveries.
    Admin,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 2] = [Self::User, Self::Admin];

    /// Returns the name that the API and the store use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
        }
    }
}

/// An account that is about to be added. It will be active, and its address not verified.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Identifies the account in access tokens.
    pub subject: Subject,
    /// The address to log in with. Two accounts can't have the same.
    pub email: Email,
    /// The hash of the password to log in with.
    pub password_hash: PasswordHash,
    /// What the account may do.
    pub role: Role,
    /// When the account is added.
    pub created_at: Timestamp,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Identifies the account.
    pub id: UserId,
    /// Identifies the account in access tokens.
    pub subject: Subject,
    /// The address to log in with.
    pub email: Email,
    /// What the account may do.
    pub role: Role,
    /// Whether the account may sign in and make requests.
    pub is_active: bool,
    /// Whether the user has shown that they get mail at the address.
    pub email_verified: bool,
    /// Whether the user wants e-mails about restocks.
    pub email_notifications: bool,
    /// The language in which the user wants e-mails; `None` if they never said.
    pub locale: Option<Locale>,
    /// When the account was added.
    pub created_at: Timestamp,
}

/// A change of what a user wants to be told. `None` leaves a preference unchanged; `Some(None)` clears it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PreferenceChange {
    /// Whether to send e-mails about restocks.
    pub email_notifications: Option<bool>,
    /// The language of e-mails.
    pub locale: Option<Option<Locale>>,
}

/// An account and the hash of its password.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The account.
    pub user: User,
    /// The hash of the account's password.
    pub password_hash: PasswordHash,
}

/// Admin role required.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the account is not an admin's")]
pub struct NotAnAdmin;

/// Deactivated accounts can't sign in or make requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the account is deactivated")]
pub struct AccountDeactivated;

/// Admins can't be deactivated, so that they can't lock each other out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an admin can't be deactivated")]
pub struct AdminStaysActive;

/// The user has not shown that they get mail at the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the address of the account is not verified")]
pub struct EmailUnverified;

impl User {
    /// Checks that the address is verified.
    pub fn require_verified_email(&self) -> Result<(), EmailUnverified> {
        if self.email_verified { Ok(()) } else { Err(EmailUnverified) }
    }

    /// Records that the user gets mail at the address.
    #[must_use]
    pub fn verify_email(self) -> Self {
        Self { email_verified: true, ..self }
    }

    /// Checks that the account has the role of an admin.
    pub fn require_admin(&self) -> Result<(), NotAnAdmin> {
        match self.role {
            Role::Admin => Ok(()),
            Role::User => Err(NotAnAdmin),
        }
    }

    /// Checks that the account is active.
    pub fn require_active(&self) -> Result<(), AccountDeactivated> {
        if self.is_active { Ok(()) } else { Err(AccountDeactivated) }
    }

    /// Gives an active account the role of an admin. Returns `None` if it has that role already.
    pub fn promote(self) -> Result<Option<Self>, AccountDeactivated> {
        self.require_active()?;
        match self.role {
            Role::Admin => Ok(None),
            Role::User => Ok(Some(Self { role: Role::Admin, ..self })),
        }
    }

    /// Takes the role of an admin away.
    pub fn demote(self) -> Result<Self, NotAnAdmin> {
        self.require_admin()?;
        Ok(Self { role: Role::User, ..self })
    }

    /// Applies what a user changed about their e-mails.
    #[must_use]
    pub fn prefer(self, change: PreferenceChange) -> Self {
        Self {
            email_notifications: change.email_notifications.unwrap_or(self.email_notifications),
            locale: change.locale.unwrap_or(self.locale),
            ..self
        }
    }

    /// Erases the user: nothing is left that names them, and nobody can sign in.
    #[must_use]
    pub fn erase(self) -> Self {
        Self {
            email: erased_email(self.id),
            role: Role::User,
            is_active: false,
            email_notifications: false,
            locale: None,
            ..self
        }
    }

    /// Whether the user was erased, which is final.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        self.email == erased_email(self.id)
    }

    /// Deactivates the account. Does nothing if it is already deactivated.
    pub fn deactivate(self) -> Result<Self, AdminStaysActive> {
        match self.role {
            Role::Admin => Err(AdminStaysActive),
            Role::User => Ok(Self { is_active: false, ..self }),
        }
    }

    /// Reactivates the account. Does nothing if it is already active.
    #[must_use]
    pub fn reactivate(self) -> Self {
        Self { is_active: true, ..self }
    }
}

/// What replaces the address of an erased user. It is no address, so nobody can log in or register with it.
fn erased_email(id: UserId) -> Email {
    Email::from_stored(format!("erased-{}", id.get()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::a_user;

    #[test]
    fn roles_have_the_names_of_the_api() {
        assert_eq!(Role::ALL.map(Role::as_str), ["user", "admin"]);
    }

    #[test]
    fn deactivates_only_users_and_reactivates_anyone() {
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
    fn promotes_only_active_users() {
        let [user, admin] = Role::ALL.map(a_user);
        assert_eq!(user.clone().promote(), Ok(Some(User { role: Role::Admin, ..user.clone() })));
        assert_eq!(admin.clone().promote(), Ok(None));
        for account in [user, admin] {
            let deactivated = User { is_active: false, ..account };
            assert_eq!(deactivated.promote(), Err(AccountDeactivated));
        }
    }

    #[test]
    fn verifies_the_address() {
        let user = User { email_verified: false, ..a_user(Role::User) };
        assert_eq!(user.require_verified_email(), Err(EmailUnverified));
        assert_eq!(user.verify_email().require_verified_email(), Ok(()));
    }

    #[test]
    fn demotes_only_admins() {
        let [user, admin] = Role::ALL.map(a_user);
        assert_eq!(admin.demote(), Ok(user.clone()));
        assert_eq!(user.demote(), Err(NotAnAdmin));
    }

    #[test]
    fn changes_only_the_given_preferences() {
        let german = Locale::parse("de").unwrap();
        let user = User { locale: Some(german.clone()), ..a_user(Role::User) };
        let off = PreferenceChange { email_notifications: Some(false), locale: None };
        assert_eq!(user.clone().prefer(off), User { email_notifications: false, ..user.clone() });
        let cleared = PreferenceChange { email_notifications: None, locale: Some(None) };
        assert_eq!(user.clone().prefer(cleared), a_user(Role::User));
        assert_eq!(user.clone().prefer(PreferenceChange::default()), user);
    }

    #[test]
    fn erases_everything_that_names_the_user() {
        let admin = User { locale: Some(Locale::parse("de").unwrap()), ..a_user(Role::Admin) };
        assert!(!admin.is_erased());
        let erased = admin.clone().erase();
        assert!(erased.is_erased() && !erased.is_active && !erased.email_notifications);
        assert_eq!((erased.role, erased.locale, erased.created_at), (Role::User, None, admin.created_at));
        assert!(Email::parse(erased.email.as_str()).is_err(), "nobody can log in with it");
    }

    #[test]
    fn requires_the_admin_role() {
        assert_eq!(a_user(Role::Admin).require_admin(), Ok(()));
        assert_eq!(a_user(Role::User).require_admin(), Err(NotAnAdmin));
    }
}
