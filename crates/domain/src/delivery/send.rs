use super::{ClaimedDelivery, DeliveryReader, Finding, MailServerTrouble, Mailer};
use crate::{Clock, RepositoryError};

/// Why sending failed. It does not count as an attempt.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The mail server accepts no letters at the moment.
    #[error(transparent)]
    MailServer(#[from] MailServerTrouble),
    /// The read failed; nothing was sent.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// The outcome of [`send`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// The delivery was sent or skipped. Callers MUST record the finding.
    Found(Finding),
    /// Nothing was sent, because the claim expires too soon.
    OutOfTime,
}

/// Sends a claimed delivery. Checks right before whether it should still be sent.
pub async fn send(
    deliveries: &dyn DeliveryReader,
    mailer: &dyn Mailer,
    clock: &dyn Clock,
    claim: &ClaimedDelivery,
) -> Result<Sent, SendError> {
    if !claim.has_time(clock.now()) {
        return Ok(Sent::OutOfTime);
    }
    // Always found: deliveries are never deleted.
    let Some(prospect) = deliveries.find_prospect(claim.id).await? else { return Ok(Sent::OutOfTime) };
    let letter = match prospect.decide() {
        Ok(letter) => letter,
        Err(reason) => return Ok(Sent::Found(Finding::Skipped(reason))),
    };
    let reply = mailer.send(&letter).await?;
    Ok(Sent::Found(Finding::Replied { reply, at: clock.now() }))
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::delivery::{MockDeliveryReader, MockMailer, Prospect, Reply, SkipReason};
    use crate::testing::{a_claim, a_prospect, at, clock_at};

    fn reader_of(prospect: Prospect) -> MockDeliveryReader {
        let mut deliveries = MockDeliveryReader::new();
        deliveries.expect_find_prospect().with(eq(a_claim().id)).return_once(move |_| Ok(Some(prospect)));
        deliveries
    }

    async fn send_with(deliveries: MockDeliveryReader, mailer: MockMailer, now: i64) -> Result<Sent, SendError> {
        send(&deliveries, &mailer, &clock_at(now), &a_claim()).await
    }

    #[pollster::test]
    async fn returns_the_reply_of_the_mail_server() {
        let mut mailer = MockMailer::new();
        mailer.expect_send().with(eq(a_prospect().letter)).times(1).returning(|_| Ok(Reply::Accepted("ok".into())));

        let sent = send_with(reader_of(a_prospect()), mailer, 50).await.unwrap();

        assert_eq!(sent, Sent::Found(Finding::Replied { reply: Reply::Accepted("ok".into()), at: at(50) }));
    }

    #[pollster::test]
    async fn does_not_send_what_is_skipped() {
        let mut mailer = MockMailer::new();
        mailer.expect_send().never();

        let locked_out = Prospect { is_active: false, ..a_prospect() };
        let sent = send_with(reader_of(locked_out), mailer, 50).await.unwrap();

        assert_eq!(sent, Sent::Found(Finding::Skipped(SkipReason::Deactivated)));
    }

    #[pollster::test]
    async fn reports_trouble_of_the_mail_server() {
        let mut mailer = MockMailer::new();
        mailer.expect_send().returning(|_| Err(MailServerTrouble("nobody home".into())));

        let result = send_with(reader_of(a_prospect()), mailer, 50).await;

        assert!(matches!(result, Err(SendError::MailServer(_))));
    }

    #[pollster::test]
    async fn does_not_send_if_the_claim_expires_too_soon() {
        let mut mailer = MockMailer::new();
        mailer.expect_send().never();
        let mut deliveries = MockDeliveryReader::new();
        deliveries.expect_find_prospect().never();

        assert_eq!(send_with(deliveries, mailer, 421).await.unwrap(), Sent::OutOfTime);
    }
}
