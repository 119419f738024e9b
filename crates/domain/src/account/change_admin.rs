use super::{Email, NotAnAdmin, Password, PasswordHasher, PasswordHasherError, User, UserReader};
use crate::audit::{Action, Change, Origin};
use crate::{Clock, PeerNetwork, RepositoryError, UnitOfWork, UnitOfWorkFactory};

/// Why an admin was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeAdminError {
    /// No account has this address.
    #[error("there is no such account")]
    NotFound,
    /// The account is not an admin's.
    #[error(transparent)]
    NotAnAdmin(#[from] NotAnAdmin),
    /// The password could not be hashed.
    #[error(transparent)]
    PasswordHasher(#[from] PasswordHasherError),
    /// The write failed, or its outcome is unknown.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Takes the role of an admin away, and ends the account's sessions.
pub async fn demote_admin(
    users: &dyn UserReader,
    units: &dyn UnitOfWorkFactory,
    clock: &dyn Clock,
    email: &Email,
) -> Result<User, ChangeAdminError> {
    let id = users.find_credentials(email).await?.ok_or(ChangeAdminError::NotFound)?.user.id;
    let unit = units.begin().await?;
    let user = unit.users().find_for_session_change(id).await?.ok_or(ChangeAdminError::NotFound)?.demote()?;
    unit.users().save(&user).await?;
    end_sessions(&*unit, clock, &user, Action::AdminDemoted).await?;
    unit.commit().await?;
    Ok(user)
}

/// Gives an admin another password, and ends the account's sessions.
pub async fn reset_admin_password(
    users: &dyn UserReader,
    units: &dyn UnitOfWorkFactory,
    hasher: &dyn PasswordHasher,
    clock: &dyn Clock,
    email: &Email,
    password: Password,
) -> Result<User, ChangeAdminError> {
    let id = users.find_credentials(email).await?.ok_or(ChangeAdminError::NotFound)?.user.id;
    let password_hash = hasher.hash(password, PeerNetwork::OWN).await?;
    let unit = units.begin().await?;
    let admin = unit.users().find_for_session_change(id).await?.ok_or(ChangeAdminError::NotFound)?;
    admin.require_admin()?;
    unit.users().save_password_hash(id, &password_hash).await?;
    end_sessions(&*unit, clock, &admin, Action::AdminPasswordReset).await?;
    unit.commit().await?;
    Ok(admin)
}

/// Ends the sessions of an account, and records why.
async fn end_sessions(
    unit: &dyn UnitOfWork,
    clock: &dyn Clock,
    user: &User,
    why: Action,
) -> Result<(), RepositoryError> {
    let now = clock.now();
    unit.sessions().end_all(user.id, None, now).await?;
    unit.audit().add(&Origin::program(), &Change::of_user(why, user.id), now).await
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::account::{
        MockPasswordHasher, MockSessionRepository, MockUserReader, MockUserRepository, PasswordHash, Role,
    };
    use crate::testing::{
        FakeUnitOfWork, FakeUnitOfWorkFactory, a_user, at, clock_at, credentials, recording_of_program,
    };

    fn reader(known: Option<User>) -> MockUserReader {
        let mut users = MockUserReader::new();
        users.expect_find_credentials().return_once(move |_| Ok(known.map(credentials)));
        users
    }

    fn locking(user: User) -> MockUserRepository {
        let mut users = MockUserRepository::new();
        users.expect_find_for_session_change().return_once(move |_| Ok(Some(user)));
        users
    }

    fn units_ending_sessions(users: MockUserRepository, why: Action) -> FakeUnitOfWorkFactory {
        let mut sessions = MockSessionRepository::new();
        let id = a_user(Role::Admin).id;
        sessions.expect_end_all().with(eq(id), eq(None), eq(at(5))).times(1).returning(|_, _, _| Ok(()));
        let audit = recording_of_program(why, 5);
        FakeUnitOfWork { users, sessions, audit, ..FakeUnitOfWork::default() }.into_factory()
    }

    async fn reset(known: Option<User>, units: &FakeUnitOfWorkFactory) -> Result<User, ChangeAdminError> {
        let mut hasher = MockPasswordHasher::new();
        hasher.expect_hash().returning(|_, _| Ok(PasswordHash::new("hash".into())));
        let (email, password) = (a_user(Role::Admin).email, Password::parse("a password".into()).unwrap());
        reset_admin_password(&reader(known), units, &hasher, &clock_at(5), &email, password).await
    }

    async fn demote(known: Option<User>, units: &FakeUnitOfWorkFactory) -> Result<User, ChangeAdminError> {
        demote_admin(&reader(known), units, &clock_at(5), &a_user(Role::Admin).email).await
    }

    #[pollster::test]
    async fn demotes_and_ends_the_sessions_together() {
        let admin = a_user(Role::Admin);
        let mut users = locking(admin.clone());
        users.expect_save().with(eq(a_user(Role::User))).times(1).returning(|_| Ok(()));
        let units = units_ending_sessions(users, Action::AdminDemoted);
        assert_eq!(demote(Some(admin), &units).await.unwrap(), a_user(Role::User));
        assert!(units.committed());
    }

    #[pollster::test]
    async fn resets_the_password_and_ends_the_sessions_together() {
        let admin = a_user(Role::Admin);
        let mut users = locking(admin.clone());
        users.expect_save_password_hash().withf(|_, hash| hash.expose() == "hash").times(1).returning(|_, _| Ok(()));
        let units = units_ending_sessions(users, Action::AdminPasswordReset);
        assert_eq!(reset(Some(admin.clone()), &units).await.unwrap(), admin);
        assert!(units.committed());
    }

    #[pollster::test]
    async fn refuses_unknown_accounts_and_those_of_users() {
        let units = FakeUnitOfWork::default().into_factory();
        assert!(matches!(demote(None, &units).await, Err(ChangeAdminError::NotFound)));
        assert!(matches!(reset(None, &units).await, Err(ChangeAdminError::NotFound)));
        assert!(!units.began());
        let user = a_user(Role::User);
        let units =
            || FakeUnitOfWork { users: locking(a_user(Role::User)), ..FakeUnitOfWork::default() }.into_factory();
        assert!(matches!(demote(Some(user.clone()), &units()).await, Err(ChangeAdminError::NotAnAdmin(_))));
        assert!(matches!(reset(Some(user), &units()).await, Err(ChangeAdminError::NotAnAdmin(_))));
    }
}
