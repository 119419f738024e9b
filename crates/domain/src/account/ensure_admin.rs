use super::{
    AccountDeactivated, Email, NewUser, Password, PasswordHasher, PasswordHasherError, Role, TokenIssueError,
    TokenIssuer, User, UserReader,
};
use crate::audit::{Action, Change, Origin};
use crate::{Clock, InvalidValue, PeerNetwork, RepositoryError, Timestamp, UnitOfWork, UnitOfWorkFactory};

/// What [`ensure_admin`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnsuredAdmin {
    /// It added a new account.
    Created,
    /// It gave an existing account the role of an admin.
    Promoted,
    /// Nothing: the account was an admin's before.
    Known,
}

/// Why the admin was not ensured.
#[derive(Debug, thiserror::Error)]
pub enum EnsureAdminError {
    /// The account is new, and its address is invalid.
    #[error("the address {0}")]
    Email(InvalidValue),
    /// The account is new, and its password is too easy to guess.
    #[error("the password {0}")]
    Password(InvalidValue),
    /// The account, which has this role, has another password. A stranger who registered the address first must not become an admin.
    #[error("the account exists and has another password")]
    WrongPassword(Role),
    /// The password is right, but the account is deactivated.
    #[error(transparent)]
    Deactivated(#[from] AccountDeactivated),
    /// The password could not be hashed or checked.
    #[error(transparent)]
    PasswordHasher(#[from] PasswordHasherError),
    /// The source of randomness failed.
    #[error(transparent)]
    TokenIssue(#[from] TokenIssueError),
    /// The write failed, or its outcome is unknown.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Makes sure that an admin with this address and password exists. Several instances may call it at the same time.
///
/// An account from before keeps its address and password, even if no new account could have them.
pub async fn ensure_admin(
    users: &dyn UserReader,
    units: &dyn UnitOfWorkFactory,
    hasher: &dyn PasswordHasher,
    tokens: &dyn TokenIssuer,
    clock: &dyn Clock,
    email: Email,
    password: Password,
) -> Result<EnsuredAdmin, EnsureAdminError> {
    if users.find_credentials(&email).await?.is_none() {
        let email = Email::parse(email.as_str()).map_err(EnsureAdminError::Email)?;
        let chosen = Password::choose(password.secret().clone(), Some(&email)).map_err(EnsureAdminError::Password)?;
        let password_hash = hasher.hash(chosen, PeerNetwork::OWN).await?;
        let subject = tokens.new_subject()?;
        let unit = units.begin().await?;
        let admin = NewUser { subject, email, password_hash, role: Role::Admin, created_at: clock.now() };
        if let Some(added) = unit.users().add(&admin).await? {
            record(&*unit, &added, admin.created_at).await?;
            unit.commit().await?;
            return Ok(EnsuredAdmin::Created);
        }
    }
    // The account existed, or another instance has just added it.
    let known = users.find_credentials(&email).await?.ok_or(EnsureAdminError::WrongPassword(Role::User))?;
    if !hasher.verify(password.secret().clone(), Some(known.password_hash), PeerNetwork::OWN).await? {
        return Err(EnsureAdminError::WrongPassword(known.user.role));
    }
    let unit = units.begin().await?;
    let user = unit.users().find_for_session_change(known.user.id).await?;
    let user = user.ok_or(EnsureAdminError::WrongPassword(Role::User))?;
    let Some(admin) = user.promote()? else { return Ok(EnsuredAdmin::Known) };
    unit.users().save(&admin).await?;
    record(&*unit, &admin, clock.now()).await?;
    unit.commit().await?;
    Ok(EnsuredAdmin::Promoted)
}

async fn record(unit: &dyn UnitOfWork, admin: &User, now: Timestamp) -> Result<(), RepositoryError> {
    unit.audit().add(&Origin::program(), &Change::of_user(Action::AdminAdded, admin.id), now).await
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::account::{MockPasswordHasher, MockUserReader, MockUserRepository, PasswordHash};
    use crate::audit::MockAuditRepository;
    use crate::testing::{
        FakeUnitOfWork, FakeUnitOfWorkFactory, a_token_issuer, a_user, clock_at, credentials, recording_of_program,
    };

    async fn ensure(
        known: Option<User>,
        is_right: bool,
        units: &FakeUnitOfWorkFactory,
    ) -> Result<EnsuredAdmin, EnsureAdminError> {
        let mut users = MockUserReader::new();
        users.expect_find_credentials().returning(move |_| Ok(known.clone().map(credentials)));
        let mut hasher = MockPasswordHasher::new();
        hasher.expect_hash().returning(|_, _| Ok(PasswordHash::new("hash".into())));
        hasher.expect_verify().returning(move |_, _, _| Ok(is_right));
        ensure_with(&users, units, &hasher, "admin@example.com", "a password of mine").await
    }

    async fn ensure_with(
        users: &MockUserReader,
        units: &FakeUnitOfWorkFactory,
        hasher: &MockPasswordHasher,
        email: &str,
        password: &str,
    ) -> Result<EnsuredAdmin, EnsureAdminError> {
        let (email, password) = (Email::parse_known(email).unwrap(), Password::parse(password.into()).unwrap());
        ensure_admin(users, units, hasher, &a_token_issuer(), &clock_at(1), email, password).await
    }

    fn units_finding(user: User, saved: Option<User>) -> FakeUnitOfWorkFactory {
        let mut users = MockUserRepository::new();
        users.expect_find_for_session_change().return_once(move |_| Ok(Some(user)));
        let mut audit = MockAuditRepository::new();
        if let Some(saved) = saved {
            users.expect_save().with(eq(saved)).times(1).returning(|_| Ok(()));
            audit = recording_of_program(Action::AdminAdded, 1);
        }
        FakeUnitOfWork { users, audit, ..FakeUnitOfWork::default() }.into_factory()
    }

    #[pollster::test]
    async fn adds_an_admin_for_an_unknown_address() {
        let mut users = MockUserRepository::new();
        users.expect_add().withf(|user| user.role == Role::Admin).times(1).returning(|_| Ok(Some(a_user(Role::Admin))));
        let audit = recording_of_program(Action::AdminAdded, 1);
        let units = FakeUnitOfWork { users, audit, ..FakeUnitOfWork::default() }.into_factory();

        assert_eq!(ensure(None, true, &units).await.unwrap(), EnsuredAdmin::Created);
        assert!(units.committed());
    }

    #[pollster::test]
    async fn refuses_a_weak_password_and_a_bad_address_for_a_new_account_only() {
        let units = FakeUnitOfWork::default().into_factory();
        let (mut users, mut hasher) = (MockUserReader::new(), MockPasswordHasher::new());
        users.expect_find_credentials().returning(|_| Ok(None));
        let result = ensure_with(&users, &units, &hasher, "admin@example.com", "password").await;
        assert!(matches!(result, Err(EnsureAdminError::Password(_))));
        let result = ensure_with(&users, &units, &hasher, "admin@localhost", "a password of mine").await;
        assert!(matches!(result, Err(EnsureAdminError::Email(_))));
        assert!(!units.began());

        let mut users = MockUserReader::new();
        users.expect_find_credentials().returning(|_| Ok(Some(credentials(a_user(Role::Admin)))));
        hasher.expect_verify().returning(|_, _, _| Ok(true));
        let units = units_finding(a_user(Role::Admin), None);
        let result = ensure_with(&users, &units, &hasher, "admin@localhost", "password").await;
        assert_eq!(result.unwrap(), EnsuredAdmin::Known);
    }

    #[pollster::test]
    async fn promotes_an_account_with_the_right_password() {
        let units = units_finding(a_user(Role::User), Some(User { role: Role::Admin, ..a_user(Role::User) }));

        assert_eq!(ensure(Some(a_user(Role::User)), true, &units).await.unwrap(), EnsuredAdmin::Promoted);
        assert!(units.committed());
    }

    #[pollster::test]
    async fn leaves_an_admin_alone() {
        let units = units_finding(a_user(Role::Admin), None);
        assert_eq!(ensure(Some(a_user(Role::Admin)), true, &units).await.unwrap(), EnsuredAdmin::Known);
    }

    #[pollster::test]
    async fn does_not_promote_an_account_with_another_password() {
        for role in Role::ALL {
            let units = FakeUnitOfWork::default().into_factory();
            let result = ensure(Some(a_user(role)), false, &units).await;
            assert!(matches!(result, Err(EnsureAdminError::WrongPassword(of)) if of == role));
            assert!(!units.began());
        }
    }

    #[pollster::test]
    async fn does_not_promote_a_deactivated_account() {
        let deactivated = a_user(Role::User).deactivate().unwrap();
        let units = units_finding(deactivated.clone(), None);
        assert!(matches!(ensure(Some(deactivated), true, &units).await, Err(EnsureAdminError::Deactivated(_))));
        assert!(!units.committed());
    }
}
