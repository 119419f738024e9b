use super::{LinkPurpose, User};
use crate::account_mail::NewAccountMail;
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// Mails a link by which a user shows that they get mail at their address. Does nothing if they have shown it.
pub async fn request_verification(
    units: &dyn UnitOfWorkFactory,
    clock: &dyn Clock,
    user: User,
) -> Result<(), RepositoryError> {
    if user.email_verified {
        return Ok(());
    }
    let unit = units.begin().await?;
    let mail = NewAccountMail { email: user.email, purpose: LinkPurpose::EmailVerification, created_at: clock.now() };
    unit.account_mails().add(&mail).await?;
    unit.commit().await
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::account::Role;
    use crate::account_mail::MockAccountMailRepository;
    use crate::testing::{FakeUnitOfWork, a_user, at, clock_at};

    #[pollster::test]
    async fn writes_a_mail_to_the_address_of_the_user() {
        let user = User { email_verified: false, ..a_user(Role::User) };
        let (email, purpose) = (user.email.clone(), LinkPurpose::EmailVerification);
        let mut account_mails = MockAccountMailRepository::new();
        let mail = NewAccountMail { email, purpose, created_at: at(5) };
        account_mails.expect_add().with(eq(mail)).times(1).returning(|_| Ok(()));
        let units = FakeUnitOfWork { account_mails, ..FakeUnitOfWork::default() }.into_factory();

        request_verification(&units, &clock_at(5), user).await.unwrap();

        assert!(units.committed());
    }

    #[pollster::test]
    async fn mails_nothing_if_the_address_is_verified() {
        let units = FakeUnitOfWork::default().into_factory();
        request_verification(&units, &clock_at(5), a_user(Role::User)).await.unwrap();
        assert!(!units.began());
    }
}
