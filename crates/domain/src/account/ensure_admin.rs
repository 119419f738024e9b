use super::{Email, NewUser, Password, PasswordHasher, PasswordHasherError, Role, User, UserReader};
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// How an admin came to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnsuredAdmin {
    /// The address was unknown; it has an admin's account now.
    Created,
    /// The account became an admin's.
    Promoted,
    /// It was an admin's account before.
    Known,
}

/// Why there is no such admin.
#[derive(Debug, thiserror::Error)]
pub enum EnsureAdminError {
    /// The account has another password. Whoever registered the address first must not become admin.
    #[error("the account exists and has another password")]
    WrongPassword,
    /// The account is deactivated.
    #[error("the account exists and is deactivated")]
    Deactivated,
    /// The password was neither hashed nor checked.
    #[error(transparent)]
    PasswordHasher(#[from] PasswordHasherError),
    /// The store failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Makes sure that there is an admin of this address and password.
///
/// # Errors
/// See [`EnsureAdminError`].
pub async fn ensure_admin(
    users: &dyn UserReader,
    units: &dyn UnitOfWorkFactory,
    hasher: &dyn PasswordHasher,
    clock: &dyn Clock,
    email: Email,
    password: Password,
) -> Result<EnsuredAdmin, EnsureAdminError> {
    if users.find_credentials(&email).await?.is_none() {
        let password_hash = hasher.hash(password.clone()).await?;
        let unit = units.begin().await?;
        let admin = NewUser { email: email.clone(), password_hash, role: Role::Admin, created_at: clock.now() };
        if unit.users().add(&admin).await?.is_some() {
            unit.commit().await?;
            return Ok(EnsuredAdmin::Created);
        }
    }
    // The account was there, or another instance that started at the same moment has just added it.
    let known = users.find_credentials(&email).await?.ok_or(EnsureAdminError::WrongPassword)?;
    if !hasher.verify(password.secret().clone(), Some(known.password_hash)).await? {
        return Err(EnsureAdminError::WrongPassword);
    }
    let unit = units.begin().await?;
    let user = unit.users().find_for_session_change(known.user.id).await?.ok_or(EnsureAdminError::WrongPassword)?;
    if !user.is_active {
        return Err(EnsureAdminError::Deactivated);
    }
    if user.role == Role::Admin {
        return Ok(EnsuredAdmin::Known);
    }
    unit.users().save(&User { role: Role::Admin, ..user }).await?;
    unit.commit().await?;
    Ok(EnsuredAdmin::Promoted)
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::account::{MockPasswordHasher, MockUserReader, MockUserRepository, PasswordHash};
    use crate::testing::{FakeUnitOfWork, FakeUnitOfWorkFactory, a_user, clock_at, credentials};

    async fn ensure(
        known: Option<User>,
        is_right: bool,
        units: &FakeUnitOfWorkFactory,
    ) -> Result<EnsuredAdmin, EnsureAdminError> {
        let mut users = MockUserReader::new();
        users.expect_find_credentials().returning(move |_| Ok(known.clone().map(credentials)));
        let mut hasher = MockPasswordHasher::new();
        hasher.expect_hash().returning(|_| Ok(PasswordHash::new("hash".into())));
        hasher.expect_verify().returning(move |_, _| Ok(is_right));
        let email = Email::parse("admin@example.com").unwrap();
        ensure_admin(&users, units, &hasher, &clock_at(1), email, Password::parse("a password".into()).unwrap()).await
    }

    fn units_finding(user: User, saved: Option<User>) -> FakeUnitOfWorkFactory {
        let mut users = MockUserRepository::new();
        users.expect_find_for_session_change().return_once(move |_| Ok(Some(user)));
        if let Some(saved) = saved {
            users.expect_save().with(eq(saved)).times(1).returning(|_| Ok(()));
        }
        FakeUnitOfWork { users, ..FakeUnitOfWork::default() }.into_factory()
    }

    #[pollster::test]
    async fn an_unknown_address_gets_an_admins_account() {
        let mut users = MockUserRepository::new();
        users.expect_add().withf(|user| user.role == Role::Admin).times(1).returning(|_| Ok(Some(a_user(Role::Admin))));
        let units = FakeUnitOfWork { users, ..FakeUnitOfWork::default() }.into_factory();

        assert_eq!(ensure(None, true, &units).await.unwrap(), EnsuredAdmin::Created);
        assert!(units.committed());
    }

    #[pollster::test]
    async fn an_account_with_the_password_is_promoted() {
        let units = units_finding(a_user(Role::User), Some(User { role: Role::Admin, ..a_user(Role::User) }));

        assert_eq!(ensure(Some(a_user(Role::User)), true, &units).await.unwrap(), EnsuredAdmin::Promoted);
        assert!(units.committed());
    }

    #[pollster::test]
    async fn an_admin_stays_one() {
        let units = units_finding(a_user(Role::Admin), None);
        assert_eq!(ensure(Some(a_user(Role::Admin)), true, &units).await.unwrap(), EnsuredAdmin::Known);
    }

    #[pollster::test]
    async fn whoever_registered_the_address_first_does_not_become_admin() {
        let units = FakeUnitOfWork::default().into_factory();
        assert!(matches!(ensure(Some(a_user(Role::User)), false, &units).await, Err(EnsureAdminError::WrongPassword)));
        assert!(!units.began());
    }

    #[pollster::test]
    async fn a_deactivated_account_is_not_promoted() {
        let deactivated = a_user(Role::User).deactivate().unwrap();
        let units = units_finding(deactivated.clone(), None);
        assert!(matches!(ensure(Some(deactivated), true, &units).await, Err(EnsureAdminError::Deactivated)));
        assert!(!units.committed());
    }
}
