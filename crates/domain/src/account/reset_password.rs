use secrecy::SecretString;

use super::redeem::{RedeemError, find_for_redemption};
use super::{InvalidPassword, LinkPurpose, LinkTokens, Password, PasswordHasher, PasswordHasherError};
use crate::{Clock, PeerNetwork, RepositoryError, UnitOfWorkFactory};

/// Why a password was not reset.
#[derive(Debug, thiserror::Error)]
pub enum ResetPasswordError {
    /// The link is invalid, or the store failed.
    #[error(transparent)]
    Redeem(#[from] RedeemError),
    /// The new password is invalid. The link still works.
    #[error(transparent)]
    Password(#[from] InvalidPassword),
    /// The new password could not be hashed.
    #[error(transparent)]
    PasswordHasher(#[from] PasswordHasherError),
    /// The write failed, or its outcome is unknown.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Gives an account a new password, which its user chose after following a mailed link. The link works once. All sessions end, and
/// the address counts as verified.
pub async fn reset_password(
    units: &dyn UnitOfWorkFactory,
    links: &dyn LinkTokens,
    hasher: &dyn PasswordHasher,
    clock: &dyn Clock,
    token: &SecretString,
    new_password: SecretString,
    peer: PeerNetwork,
) -> Result<(), ResetPasswordError> {
    let (purpose, hash) = (LinkPurpose::PasswordReset, links.hash(token));
    let unit = units.begin().await?;
    let user = find_for_redemption(&*unit, purpose, &hash, clock.now()).await?;
    // Hashing takes long, and nothing may be locked meanwhile.
    drop(unit);
    let password = Password::choose(new_password, Some(&user.email)).map_err(InvalidPassword)?;
    let password_hash = hasher.hash(password, peer).await?;

    let unit = units.begin().await?;
    let now = clock.now();
    let user = find_for_redemption(&*unit, purpose, &hash, now).await?;
    unit.links().delete_all(user.id, purpose).await?;
    unit.users().save_password_hash(user.id, &password_hash).await?;
    unit.sessions().end_all(user.id, None, now).await?;
    unit.users().save(&user.verify_email()).await?;
    unit.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::account::{
        MockLinkRepository, MockPasswordHasher, MockSessionRepository, MockUserRepository, PasswordHash, Role, User,
        UserId,
    };
    use crate::testing::{FakeUnitOfWork, FakeUnitOfWorkFactory, a_user, at, clock_at, link_tokens};

    const PURPOSE: LinkPurpose = LinkPurpose::PasswordReset;

    fn user() -> User {
        User { email_verified: false, ..a_user(Role::User) }
    }

    fn finding(user_id: Option<UserId>) -> FakeUnitOfWork {
        let mut links = MockLinkRepository::new();
        links.expect_find_user().returning(move |_, _, _| Ok(user_id));
        let mut users = MockUserRepository::new();
        users.expect_find_for_session_change().returning(|_| Ok(Some(user())));
        FakeUnitOfWork { users, links, ..FakeUnitOfWork::default() }
    }

    async fn reset_in(units: &FakeUnitOfWorkFactory, password: &str) -> Result<(), ResetPasswordError> {
        let mut hasher = MockPasswordHasher::new();
        hasher.expect_hash().returning(|_, _| Ok(PasswordHash::new("new".into())));
        reset_password(
            units,
            &link_tokens(),
            &hasher,
            &clock_at(50),
            &"a token".into(),
            password.into(),
            PeerNetwork::OWN,
        )
        .await
    }

    #[pollster::test]
    async fn replaces_the_password_and_ends_all_sessions() {
        let mut second = finding(Some(user().id));
        second.links.expect_delete_all().with(eq(user().id), eq(PURPOSE)).times(1).returning(|_, _| Ok(()));
        second
            .users
            .expect_save_password_hash()
            .withf(|id, hash| *id == user().id && hash.expose() == "new")
            .times(1)
            .returning(|_, _| Ok(()));
        second.users.expect_save().with(eq(a_user(Role::User))).times(1).returning(|_| Ok(()));
        let mut sessions = MockSessionRepository::new();
        sessions.expect_end_all().with(eq(user().id), eq(None), eq(at(50))).times(1).returning(|_, _, _| Ok(()));
        second.sessions = sessions;
        let units = FakeUnitOfWorkFactory::of([finding(Some(user().id)), second]);

        reset_in(&units, "a password of mine").await.unwrap();

        assert_eq!(units.commits(), 1, "the first only looks");
    }

    #[pollster::test]
    async fn refuses_an_invalid_link_and_a_common_password() {
        let units = FakeUnitOfWorkFactory::of([finding(None)]);
        let result = reset_in(&units, "password").await;
        assert!(matches!(result, Err(ResetPasswordError::Redeem(RedeemError::InvalidLink(_)))), "{result:?}");
        let units = FakeUnitOfWorkFactory::of([finding(Some(user().id))]);
        let result = reset_in(&units, "password").await;
        assert!(matches!(result, Err(ResetPasswordError::Password(_))), "{result:?}");
        let units = FakeUnitOfWorkFactory::of([finding(Some(user().id)), finding(None)]);
        let result = reset_in(&units, "a password of mine").await;
        assert!(matches!(result, Err(ResetPasswordError::Redeem(RedeemError::InvalidLink(_)))), "{result:?}");
        assert_eq!(units.commits(), 0);
    }
}
