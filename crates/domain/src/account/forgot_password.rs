use super::{Email, LinkPurpose};
use crate::account_mail::NewAccountMail;
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// Mails a link for choosing a new password, if an account has this address.
///
/// A worker looks for the account, so this takes the same time whether there is one or not.
pub async fn forgot_password(
    units: &dyn UnitOfWorkFactory,
    clock: &dyn Clock,
    email: Email,
) -> Result<(), RepositoryError> {
    let unit = units.begin().await?;
    let mail = NewAccountMail { email, purpose: LinkPurpose::PasswordReset, created_at: clock.now() };
    unit.account_mails().add(&mail).await?;
    unit.commit().await
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::account_mail::MockAccountMailRepository;
    use crate::testing::{FakeUnitOfWork, at, clock_at};

    #[pollster::test]
    async fn writes_the_mail_without_a_look_at_the_account() {
        let email = Email::parse("ada@example.com").unwrap();
        let mail = NewAccountMail { email: email.clone(), purpose: LinkPurpose::PasswordReset, created_at: at(5) };
        let mut account_mails = MockAccountMailRepository::new();
        account_mails.expect_add().with(eq(mail)).times(1).returning(|_| Ok(()));
        let units = FakeUnitOfWork { account_mails, ..FakeUnitOfWork::default() }.into_factory();

        forgot_password(&units, &clock_at(5), email).await.unwrap();

        assert!(units.committed());
    }
}
