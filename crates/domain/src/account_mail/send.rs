use super::{AccountMail, ClaimedAccountMail, LinkLetter};
use crate::account::{LinkTokens, NewLink, TokenIssueError};
use crate::delivery::{Finding, MailServerTrouble, Mailer, Sent};
use crate::{Clock, RepositoryError, Timestamp, UnitOfWorkFactory};

/// Why sending failed. It does not count as an attempt.
#[derive(Debug, thiserror::Error)]
pub enum SendAccountMailError {
    /// The mail server accepts no letters at the moment.
    #[error(transparent)]
    MailServer(#[from] MailServerTrouble),
    /// The source of randomness failed.
    #[error(transparent)]
    TokenIssue(#[from] TokenIssueError),
    /// The link could not be added, or its outcome is unknown; nothing was sent.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Makes the link of a claimed account mail, and sends it.
pub async fn send(
    units: &dyn UnitOfWorkFactory,
    links: &dyn LinkTokens,
    mailer: &dyn Mailer,
    clock: &dyn Clock,
    claim: &ClaimedAccountMail,
) -> Result<Sent, SendAccountMailError> {
    let now = clock.now();
    if !claim.has_time(now) {
        return Ok(Sent::OutOfTime);
    }
    match make_link(units, links, claim, now).await? {
        Made::Link(letter) => {
            let reply = mailer.send_link(&letter).await?;
            Ok(Sent::Found(Finding::Replied { reply, at: clock.now() }))
        }
        Made::Nothing(sent) => Ok(sent),
    }
}

enum Made {
    Link(LinkLetter),
    Nothing(Sent),
}

async fn make_link(
    units: &dyn UnitOfWorkFactory,
    links: &dyn LinkTokens,
    claim: &ClaimedAccountMail,
    now: Timestamp,
) -> Result<Made, SendAccountMailError> {
    let token = links.generate()?;
    let unit = units.begin().await?;
    let Some(mail) = unit.account_mails().find_claimed(claim).await? else { return Ok(Made::Nothing(Sent::OutOfTime)) };
    let recent = match &mail.user {
        Some(user) => unit.links().count_since(user.id, mail.purpose, now - AccountMail::WINDOW).await?,
        None => 0,
    };
    let (id, purpose) = (mail.id, mail.purpose);
    let user = match mail.decide(recent) {
        Ok(user) => user,
        Err(reason) => return Ok(Made::Nothing(Sent::Found(Finding::Skipped(reason)))),
    };
    let lifetime = purpose.lifetime();
    let hash = links.hash(&token);
    let link = NewLink { user_id: user.id, purpose, hash, created_at: now, expires_at: now + lifetime };
    unit.links().add(&link).await?;
    unit.commit().await?;
    Ok(Made::Link(LinkLetter { id, to: user.email, purpose, token, lifetime }))
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;
    use secrecy::ExposeSecret;

    use super::*;
    use crate::account::MockLinkRepository;
    use crate::account_mail::MockAccountMailRepository;
    use crate::delivery::{MockMailer, Reply, SkipReason};
    use crate::testing::{
        FakeUnitOfWork, FakeUnitOfWorkFactory, a_link, a_mail_claim, an_account_mail, at, clock_at, link_tokens,
    };

    fn units_with(mail: Option<AccountMail>, recent: u64, is_added: bool) -> FakeUnitOfWorkFactory {
        let (mut account_mails, mut links) = (MockAccountMailRepository::new(), MockLinkRepository::new());
        account_mails.expect_find_claimed().with(eq(a_mail_claim())).returning(move |_| Ok(mail.clone()));
        links
            .expect_count_since()
            .withf(|_, _, since| *since == at(50) - AccountMail::WINDOW)
            .returning(move |_, _, _| Ok(recent));
        let link = a_link(an_account_mail().purpose);
        links.expect_add().with(eq(link)).times(usize::from(is_added)).returning(|_| Ok(()));
        FakeUnitOfWork { links, account_mails, ..FakeUnitOfWork::default() }.into_factory()
    }

    async fn send_at(
        units: &FakeUnitOfWorkFactory,
        mailer: MockMailer,
        now: i64,
    ) -> Result<Sent, SendAccountMailError> {
        send(units, &link_tokens(), &mailer, &clock_at(now), &a_mail_claim()).await
    }

    #[pollster::test]
    async fn commits_the_link_before_it_is_sent() {
        let units = units_with(Some(an_account_mail()), 4, true);
        let mut mailer = MockMailer::new();
        mailer
            .expect_send_link()
            .withf(|letter| {
                letter.token.expose_secret() == "a token" && letter.to == an_account_mail().user.unwrap().email
            })
            .times(1)
            .returning(|_| Ok(Reply::Accepted("ok".into())));

        let sent = send_at(&units, mailer, 50).await.unwrap();

        assert_eq!(sent, Sent::Found(Finding::Replied { reply: Reply::Accepted("ok".into()), at: at(50) }));
        assert!(units.committed());
    }

    #[pollster::test]
    async fn makes_no_link_for_what_is_skipped_or_not_claimed() {
        let no_account = AccountMail { user: None, ..an_account_mail() };
        for (mail, recent, expected) in [
            (Some(no_account), 0, Sent::Found(Finding::Skipped(SkipReason::NoAccount))),
            (Some(an_account_mail()), 5, Sent::Found(Finding::Skipped(SkipReason::TooMany))),
            (None, 0, Sent::OutOfTime),
        ] {
            let units = units_with(mail, recent, false);
            assert_eq!(send_at(&units, MockMailer::new(), 50).await.unwrap(), expected);
            assert!(!units.committed());
        }
    }

    #[pollster::test]
    async fn does_not_send_if_the_claim_expires_too_soon() {
        let units = units_with(None, 0, false);
        assert_eq!(send_at(&units, MockMailer::new(), 421).await.unwrap(), Sent::OutOfTime);
        assert!(!units.began());
    }
}
