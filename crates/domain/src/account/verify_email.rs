use secrecy::SecretString;

use super::redeem::{RedeemError, find_for_redemption};
use super::{LinkPurpose, LinkTokens};
use crate::{Clock, UnitOfWorkFactory};

/// Records that a user gets mail at their address: they followed the link in a mail to it. The link works once.
pub async fn verify_email(
    units: &dyn UnitOfWorkFactory,
    links: &dyn LinkTokens,
    clock: &dyn Clock,
    token: &SecretString,
) -> Result<(), RedeemError> {
    let (purpose, hash) = (LinkPurpose::EmailVerification, links.hash(token));
    let unit = units.begin().await?;
    let user = find_for_redemption(&*unit, purpose, &hash, clock.now()).await?;
    unit.links().delete_all(user.id, purpose).await?;
    unit.users().save(&user.verify_email()).await?;
    unit.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::account::{MockLinkRepository, MockUserRepository, Role, User};
    use crate::testing::{FakeUnitOfWork, FakeUnitOfWorkFactory, a_link, a_user, at, clock_at, link_tokens};

    fn units_with(user: User, links: MockLinkRepository) -> FakeUnitOfWorkFactory {
        let mut users = MockUserRepository::new();
        users.expect_find_for_session_change().returning(move |_| Ok(Some(user.clone())));
        users.expect_save().with(eq(a_user(Role::User))).times(0..=1).returning(|_| Ok(()));
        FakeUnitOfWork { users, links, ..FakeUnitOfWork::default() }.into_factory()
    }

    fn unverified() -> User {
        User { email_verified: false, ..a_user(Role::User) }
    }

    #[pollster::test]
    async fn verifies_the_address_and_uses_the_link_up() {
        let purpose = LinkPurpose::EmailVerification;
        let mut links = MockLinkRepository::new();
        links
            .expect_find_user()
            .with(eq(purpose), eq(a_link(purpose).hash), eq(at(50)))
            .times(2)
            .returning(|_, _, _| Ok(Some(unverified().id)));
        links.expect_delete_all().with(eq(unverified().id), eq(purpose)).times(1).returning(|_, _| Ok(()));
        let units = units_with(unverified(), links);

        verify_email(&units, &link_tokens(), &clock_at(50), &"a token".into()).await.unwrap();

        assert!(units.committed());
    }

    #[pollster::test]
    async fn refuses_a_link_that_is_unknown_or_used_meanwhile_or_of_a_deactivated_account() {
        for (finds, user) in [
            (vec![None], unverified()),
            (vec![Some(unverified().id), None], unverified()),
            (vec![Some(unverified().id); 2], User { is_active: false, ..unverified() }),
        ] {
            let (mut links, mut finds) = (MockLinkRepository::new(), finds.into_iter());
            links.expect_find_user().returning(move |_, _, _| Ok(finds.next().unwrap()));
            let units = units_with(user, links);

            let result = verify_email(&units, &link_tokens(), &clock_at(50), &"a token".into()).await;

            assert!(matches!(result, Err(RedeemError::InvalidLink(_))), "{result:?}");
            assert!(!units.committed());
        }
    }
}
