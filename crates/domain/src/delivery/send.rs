use super::{ClaimedDelivery, DeliveryReader, Jitter, MailServerTrouble, Mailer, RetryPolicy, Settlement};
use crate::{Clock, RepositoryError};

/// Why nothing was found out about a delivery. No attempt was made.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The mail server takes nothing at present, whichever the delivery.
    #[error(transparent)]
    MailServer(#[from] MailServerTrouble),
    /// The store failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// This was found out about it, and is to be recorded.
    Settled(Settlement),
    /// It was left alone: the claim ends too soon.
    OutOfTime,
}

/// Sends a delivery that was claimed, if it is still to be sent: it looks again right before.
///
/// # Errors
/// See [`SendError`].
pub async fn send(
    deliveries: &dyn DeliveryReader,
    mailer: &dyn Mailer,
    clock: &dyn Clock,
    jitter: &dyn Jitter,
    policy: &RetryPolicy,
    claim: ClaimedDelivery,
) -> Result<Sent, SendError> {
    if !claim.has_time(clock.now()) {
        return Ok(Sent::OutOfTime);
    }
    // What was claimed is there: deliveries are never deleted.
    let Some(prospect) = deliveries.find_prospect(claim.id).await? else { return Ok(Sent::OutOfTime) };
    let letter = match prospect.decide() {
        Ok(letter) => letter,
        Err(reason) => return Ok(Sent::Settled(claim.skipped(reason))),
    };
    let reply = mailer.send(&letter).await?;
    Ok(Sent::Settled(claim.replied(reply, policy, jitter.fraction(), clock.now())))
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use mockall::predicate::eq;

    use super::*;
    use crate::delivery::jitter::MockJitter;
    use crate::delivery::{MockDeliveryReader, MockMailer, Prospect, Reply, SkipReason};
    use crate::testing::{a_claim, a_prospect, at, clock_at};

    const POLICY: RetryPolicy = RetryPolicy { max_attempts: NonZeroU32::new(3).unwrap() };

    fn reader_of(prospect: Prospect) -> MockDeliveryReader {
        let mut deliveries = MockDeliveryReader::new();
        deliveries.expect_find_prospect().with(eq(a_claim().id)).return_once(move |_| Ok(Some(prospect)));
        deliveries
    }

    async fn send_with(deliveries: MockDeliveryReader, mailer: MockMailer, now: i64) -> Result<Sent, SendError> {
        let mut jitter = MockJitter::new();
        jitter.expect_fraction().return_const(0.0);
        send(&deliveries, &mailer, &clock_at(now), &jitter, &POLICY, a_claim()).await
    }

    #[pollster::test]
    async fn what_the_mail_server_replies_is_what_became_of_it() {
        let mut mailer = MockMailer::new();
        mailer.expect_send().with(eq(a_prospect().letter)).times(1).returning(|_| Ok(Reply::Accepted("ok".into())));

        let sent = send_with(reader_of(a_prospect()), mailer, 50).await.unwrap();

        let expected = a_claim().replied(Reply::Accepted("ok".into()), &POLICY, 0.0, at(50));
        assert_eq!(sent, Sent::Settled(expected));
    }

    #[pollster::test]
    async fn what_is_not_to_be_sent_is_not_sent() {
        let mut mailer = MockMailer::new();
        mailer.expect_send().never();

        let locked_out = Prospect { is_active: false, ..a_prospect() };
        let sent = send_with(reader_of(locked_out), mailer, 50).await.unwrap();

        assert_eq!(sent, Sent::Settled(a_claim().skipped(SkipReason::Deactivated)));
    }

    #[pollster::test]
    async fn trouble_of_the_mail_server_is_no_attempt() {
        let mut mailer = MockMailer::new();
        mailer.expect_send().returning(|_| Err(MailServerTrouble("nobody home".into())));

        let result = send_with(reader_of(a_prospect()), mailer, 50).await;

        assert!(matches!(result, Err(SendError::MailServer(_))));
    }

    #[pollster::test]
    async fn a_claim_that_ends_soon_is_left_alone() {
        let mut mailer = MockMailer::new();
        mailer.expect_send().never();
        let mut deliveries = MockDeliveryReader::new();
        deliveries.expect_find_prospect().never();

        assert_eq!(send_with(deliveries, mailer, 421).await.unwrap(), Sent::OutOfTime);
    }
}
