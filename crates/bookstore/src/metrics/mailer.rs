use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use domain::account_mail::LinkLetter;
use domain::delivery::{Letter, MailServerTrouble, Mailer, Reply};

use super::instruments::Instruments;

/// Measures what the mail server says, and how long it takes.
pub(crate) struct MeteredMailer {
    pub(crate) mailer: Arc<dyn Mailer>,
    pub(crate) instruments: Arc<Instruments>,
}

#[async_trait]
impl Mailer for MeteredMailer {
    async fn send(&self, letter: &Letter) -> Result<Reply, MailServerTrouble> {
        self.measured(self.mailer.send(letter)).await
    }

    async fn send_link(&self, letter: &LinkLetter) -> Result<Reply, MailServerTrouble> {
        self.measured(self.mailer.send_link(letter)).await
    }
}

impl MeteredMailer {
    async fn measured(
        &self,
        sending: impl Future<Output = Result<Reply, MailServerTrouble>>,
    ) -> Result<Reply, MailServerTrouble> {
        let begun = Instant::now();
        let result = sending.await;
        let outcome = match &result {
            Ok(Reply::Accepted(_)) => "accepted",
            Ok(Reply::Refused(_)) => "refused",
            Ok(Reply::Deferred(_)) => "deferred",
            Err(MailServerTrouble(_)) => "trouble",
        };
        self.instruments.mails.with_label_values(&[outcome]).observe(begun.elapsed().as_secs_f64());
        result
    }
}
