use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
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
        let begun = Instant::now();
        let result = self.mailer.send(letter).await;
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
