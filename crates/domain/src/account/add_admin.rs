use super::{
    AccountDeactivated, Email, NewUser, Password, PasswordHasher, PasswordHasherError, Role, Subject, User, UserReader,
};
use crate::audit::{Action, Change, Origin};
use crate::{Clock, PeerNetwork, RepositoryError, UnitOfWorkFactory};

/// Why an admin was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddAdminError {
    /// The account is an admin's.
    #[error("the account is an admin's already")]
    AlreadyAdmin,
    /// The account is deactivated.
    #[error(transparent)]
    Deactivated(#[from] AccountDeactivated),
    /// The password could not be hashed.
    #[error(transparent)]
    PasswordHasher(#[from] PasswordHasherError),
    /// The write failed, or its outcome is unknown.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Adds an admin with this address and password. `subject` must be random, and is for a new account.
///
/// An existing account becomes the admin's: it gets the password, and its sessions end, because a stranger may have registered the
/// address first.
pub async fn add_admin(
    users: &dyn UserReader,
    units: &dyn UnitOfWorkFactory,
    hasher: &dyn PasswordHasher,
    clock: &dyn Clock,
    email: Email,
    password: Password,
    subject: Subject,
) -> Result<User, AddAdminError> {
    let password_hash = hasher.hash(password, PeerNetwork::OWN).await?;
    let known = users.find_credentials(&email).await?;
    let unit = units.begin().await?;
    let now = clock.now();
    let new_user = NewUser { subject, email, password_hash: password_hash.clone(), role: Role::Admin, created_at: now };
    let admin = if let Some(known) = known {
        let user = unit.users().find_for_session_change(known.user.id).await?.ok_or(AccountDeactivated)?;
        let admin = user.promote()?.ok_or(AddAdminError::AlreadyAdmin)?;
        unit.users().save(&admin).await?;
        unit.users().save_password_hash(admin.id, &password_hash).await?;
        unit.sessions().end_all(admin.id, None, now).await?;
        admin
    } else {
        unit.users().add(&new_user).await?.ok_or(AddAdminError::AlreadyAdmin)?
    };
    unit.audit().add(&Origin::program(), &Change::of_user(Action::AdminAdded, admin.id), now).await?;
    unit.commit().await?;
    Ok(admin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{MockPasswordHasher, MockSessionRepository, MockUserReader, MockUserRepository, PasswordHash};
    use crate::testing::{FakeUnitOfWork, FakeUnitOfWorkFactory, a_user, clock_at, credentials, recording_of_program};

    async fn add(known: Option<User>, units: &FakeUnitOfWorkFactory) -> Result<User, AddAdminError> {
        let mut users = MockUserReader::new();
        users.expect_find_credentials().returning(move |_| Ok(known.clone().map(credentials)));
        let mut hasher = MockPasswordHasher::new();
        hasher.expect_hash().returning(|_, _| Ok(PasswordHash::new("hash".into())));
        let email = Email::parse("ada@example.com").unwrap();
        add_admin(
            &users,
            units,
            &hasher,
            &clock_at(5),
            email,
            Password::parse("a password".into()).unwrap(),
            a_user(Role::Admin).subject,
        )
        .await
    }

    fn units_of(users: MockUserRepository, sessions: MockSessionRepository) -> FakeUnitOfWorkFactory {
        let audit = recording_of_program(Action::AdminAdded, 5);
        FakeUnitOfWork { users, sessions, audit, ..FakeUnitOfWork::default() }.into_factory()
    }

    #[pollster::test]
    async fn adds_an_account_for_an_unknown_address() {
        let mut users = MockUserRepository::new();
        users.expect_add().withf(|user| user.role == Role::Admin).times(1).returning(|_| Ok(Some(a_user(Role::Admin))));
        let units = units_of(users, MockSessionRepository::new());
        assert_eq!(add(None, &units).await.unwrap(), a_user(Role::Admin));
        assert!(units.committed());
    }

    #[pollster::test]
    async fn promotes_an_account_with_a_new_password_and_ends_its_sessions() {
        let mut users = MockUserRepository::new();
        users.expect_find_for_session_change().returning(|_| Ok(Some(a_user(Role::User))));
        users.expect_save().withf(|user| user.role == Role::Admin).times(1).returning(|_| Ok(()));
        users.expect_save_password_hash().withf(|_, hash| hash.expose() == "hash").times(1).returning(|_, _| Ok(()));
        let mut sessions = MockSessionRepository::new();
        sessions.expect_end_all().times(1).returning(|_, _, _| Ok(()));
        let units = units_of(users, sessions);
        assert_eq!(add(Some(a_user(Role::User)), &units).await.unwrap(), a_user(Role::Admin));
        assert!(units.committed());
    }

    #[pollster::test]
    async fn refuses_admins_and_deactivated_accounts() {
        for (known, is_expected) in [
            (a_user(Role::Admin), (|error| matches!(error, AddAdminError::AlreadyAdmin)) as fn(AddAdminError) -> bool),
            (User { is_active: false, ..a_user(Role::User) }, |error| matches!(error, AddAdminError::Deactivated(_))),
        ] {
            let mut users = MockUserRepository::new();
            let locked = known.clone();
            users.expect_find_for_session_change().return_once(move |_| Ok(Some(locked)));
            let units = FakeUnitOfWork { users, ..FakeUnitOfWork::default() }.into_factory();
            assert!(is_expected(add(Some(known), &units).await.unwrap_err()));
            assert!(!units.committed());
        }
    }
}
