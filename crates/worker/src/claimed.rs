//! What workers claim: deliveries of restocks, and account mails.

use domain::account_mail::{self, ClaimedAccountMail, SendAccountMailError};
use domain::delivery::{
    self, ClaimedDelivery, DeliveryStatus, Finding, MailServerTrouble, RetryPolicy, SendError, Sent,
};
use domain::{RepositoryError, Timestamp};

use crate::WorkerPorts;

/// An e-mail that this worker may send.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Claimed {
    Delivery(ClaimedDelivery),
    AccountMail(ClaimedAccountMail),
}

/// Why an e-mail was not sent.
pub(crate) enum NotSent {
    /// The mail server accepts none at the moment.
    MailServer(MailServerTrouble),
    /// It could not be prepared. `may_pass` says whether to try again before its claim expires.
    NotPrepared { cause: String, may_pass: bool },
}

/// Claims the next e-mails that are due. Users wait for account mails, so they come first.
pub(crate) async fn claim(ports: &WorkerPorts) -> Result<Vec<Claimed>, RepositoryError> {
    let mails = account_mail::claim(&*ports.units, &*ports.clock).await?;
    if !mails.is_empty() {
        return Ok(mails.into_iter().map(Claimed::AccountMail).collect());
    }
    let deliveries = delivery::claim(&*ports.units, &*ports.clock).await?;
    Ok(deliveries.into_iter().map(Claimed::Delivery).collect())
}

/// Releases claims.
pub(crate) async fn release(ports: &WorkerPorts, claims: &[Claimed]) -> Result<(), RepositoryError> {
    let (mut deliveries, mut mails) = (Vec::new(), Vec::new());
    for claim in claims {
        match claim {
            Claimed::Delivery(claim) => deliveries.push(*claim),
            Claimed::AccountMail(claim) => mails.push(*claim),
        }
    }
    if !deliveries.is_empty() {
        delivery::release(&*ports.units, &deliveries).await?;
    }
    if !mails.is_empty() {
        account_mail::release(&*ports.units, &mails).await?;
    }
    Ok(())
}

impl Claimed {
    /// The name and the number of the e-mail, for the log.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Delivery(claim) => format!("delivery {}", claim.id.get()),
            Self::AccountMail(claim) => format!("account mail {}", claim.id.get()),
        }
    }

    pub(crate) fn until(&self) -> Timestamp {
        match self {
            Self::Delivery(claim) => claim.until,
            Self::AccountMail(claim) => claim.until,
        }
    }

    pub(crate) async fn send(&self, ports: &WorkerPorts) -> Result<Sent, NotSent> {
        match self {
            Self::Delivery(claim) => {
                let sending = delivery::send(&*ports.deliveries, &*ports.mailer, &*ports.clock, claim);
                Ok(sending.await?)
            }
            Self::AccountMail(claim) => {
                let (units, links, mailer) = (&*ports.units, &*ports.links, &*ports.mailer);
                Ok(account_mail::send(units, links, mailer, &*ports.clock, claim).await?)
            }
        }
    }

    pub(crate) async fn settle(
        &self,
        ports: &WorkerPorts,
        policy: &RetryPolicy,
        finding: Finding,
    ) -> Result<Option<DeliveryStatus>, RepositoryError> {
        let (units, jitter) = (&*ports.units, &*ports.jitter);
        match self {
            Self::Delivery(claim) => delivery::settle(units, jitter, policy, claim, finding).await,
            Self::AccountMail(claim) => account_mail::settle(units, jitter, policy, claim, finding).await,
        }
    }
}

impl From<SendError> for NotSent {
    fn from(error: SendError) -> Self {
        match error {
            SendError::MailServer(trouble) => Self::MailServer(trouble),
            SendError::Repository(error) => error.into(),
        }
    }
}

impl From<SendAccountMailError> for NotSent {
    fn from(error: SendAccountMailError) -> Self {
        match error {
            SendAccountMailError::MailServer(trouble) => Self::MailServer(trouble),
            SendAccountMailError::TokenIssue(error) => {
                Self::NotPrepared { cause: crate::cause::cause(error), may_pass: false }
            }
            SendAccountMailError::Repository(error) => error.into(),
        }
    }
}

impl From<RepositoryError> for NotSent {
    fn from(error: RepositoryError) -> Self {
        let may_pass = error.may_pass();
        Self::NotPrepared { cause: crate::cause::cause(error), may_pass }
    }
}
