use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use domain::delivery::{Finding, MailServerTrouble, Sent};
use tokio::task::{JoinError, JoinSet};
use tokio::time::sleep;

use crate::cause::cause;
use crate::claimed::{Claimed, NotSent, claim, release};
use crate::pause::Pause;
use crate::stop::{LAST_ANSWERS, LAST_RECORDS};
use crate::{MAX_IN_HAND, Worker};

/// How long to wait before a failed write to the store is tried again.
const STORE_PAUSE: Duration = Duration::from_secs(1);
/// How often to try to release claims. They expire by themselves, but late.
const RELEASE_TRIES: u32 = 3;

/// Sends what is due until the worker stops, then finishes the letters in hand.
pub(crate) async fn run(worker: &Arc<Worker>) {
    let mut hand = Hand { worker, letters: JoinSet::new(), trouble: None, pause: Pause::default() };
    while !worker.stop.is_cancelled() {
        match claim(&worker.ports).await {
            Ok(claims) if claims.is_empty() => worker.rest(worker.fanned_out.notified()).await,
            Ok(claims) => hand.take(claims).await,
            Err(error) => {
                tracing::warn!(cause = cause(error), "e-mails can't be claimed at the moment");
                worker.rest(pending()).await;
            }
        }
        hand.look();
        if hand.trouble.is_some() {
            hand.wait_for_the_mail_server().await;
        }
    }
    hand.finish().await;
}

/// The letters that are being sent.
struct Hand<'a> {
    worker: &'a Arc<Worker>,
    letters: JoinSet<Result<(), MailServerTrouble>>,
    trouble: Option<MailServerTrouble>,
    pause: Pause,
}

impl Hand<'_> {
    /// Starts sending claimed deliveries, one by one, as soon as there is room. Releases unsent ones.
    async fn take(&mut self, claims: Vec<Claimed>) {
        let mut claims = claims.into_iter();
        while self.may_take_another().await
            && let Some(claim) = claims.next()
        {
            self.letters.spawn(deliver(Arc::clone(self.worker), claim));
        }
        release_claims(self.worker, claims.as_slice()).await;
    }

    /// Waits until there is room for one more letter, and returns whether to send it.
    async fn may_take_another(&mut self) -> bool {
        self.look();
        if self.letters.len() >= MAX_IN_HAND {
            tokio::select! {
                Some(ended) = self.letters.join_next() => self.note(ended),
                () = self.worker.stop.cancelled() => {}
            }
        }
        self.trouble.is_none() && !self.worker.stop.is_cancelled()
    }

    /// Notes the results of the letters that are finished.
    fn look(&mut self) {
        while let Some(ended) = self.letters.try_join_next() {
            self.note(ended);
        }
    }

    async fn finish(&mut self) {
        while let Some(ended) = self.letters.join_next().await {
            self.note(ended);
        }
    }

    fn note(&mut self, ended: Result<Result<(), MailServerTrouble>, JoinError>) {
        match ended {
            Ok(Ok(())) => self.pause.reset(),
            Ok(Err(trouble)) => self.trouble = Some(trouble),
            // Its claim expires, and any worker tries again.
            Err(error) => tracing::error!(cause = cause(error), "panicked while sending an e-mail"),
        }
    }

    async fn wait_for_the_mail_server(&mut self) {
        self.finish().await;
        if let Some(trouble) = self.trouble.take() {
            let length = self.pause.next(self.worker.ports.jitter.fraction());
            let seconds = length.as_secs_f32();
            tracing::warn!(cause = %trouble, seconds, "the mail server is in trouble; e-mails wait, and none is lost");
            self.worker.pause(length).await;
        }
    }
}

/// Sends one letter and records the result.
async fn deliver(worker: Arc<Worker>, claim: Claimed) -> Result<(), MailServerTrouble> {
    let Some(sent) = worker.give_up_after_stop(LAST_ANSWERS, claim.send(&worker.ports)).await else {
        tracing::warn!(
            mail = claim.name(),
            claimed_until = %claim.until(),
            "abandoned, because there was no reply before the stop; it is sent again when its claim has expired, which makes a \
             second copy with the same Message-ID if the mail server accepted this one"
        );
        return Ok(());
    };
    match sent {
        Ok(Sent::Found(finding)) => record(&worker, &claim, finding).await,
        Ok(Sent::OutOfTime) => release_claims(&worker, &[claim]).await,
        Err(NotSent::MailServer(trouble)) => {
            release_claims(&worker, &[claim]).await;
            return Err(trouble);
        }
        Err(NotSent::NotPrepared { cause, may_pass }) => {
            tracing::warn!(mail = claim.name(), cause, "an e-mail can't be prepared");
            // If it never can, its claim must expire before the next try, or it would be tried without a pause.
            if may_pass {
                release_claims(&worker, &[claim]).await;
            }
        }
    }
    Ok(())
}

/// Records a finding. A delivery whose finding is not recorded is sent twice.
async fn record(worker: &Worker, claim: &Claimed, finding: Finding) {
    let recording = keep_recording(worker, claim, finding);
    if worker.give_up_after_stop(LAST_RECORDS, recording).await.is_none() {
        tracing::error!(mail = claim.name(), "not recorded before the stop; a second copy may be sent");
    }
}

/// Tries to record a finding until the store succeeds, or the claim expires.
async fn keep_recording(worker: &Worker, claim: &Claimed, finding: Finding) {
    let (ports, mail) = (&worker.ports, claim.name());
    let mut is_first_try = true;
    loop {
        let error = match claim.settle(ports, &worker.policy, finding.clone()).await {
            Ok(Some(status)) => return tracing::info!(mail, status = status.as_str(), "e-mail settled"),
            Ok(None) if is_first_try => {
                return tracing::warn!(mail, "the claim expired too early; a second copy may be sent");
            }
            Ok(None) => {
                return tracing::warn!(
                    mail,
                    "recorded by an earlier try that seemed to fail, or the claim expired too early"
                );
            }
            Err(error) => error,
        };
        if !error.may_pass() || claim.until() <= ports.clock.now() {
            return tracing::error!(mail, cause = cause(error), "not recorded; a second copy may be sent");
        }
        tracing::warn!(mail, cause = cause(error), "not recorded yet");
        is_first_try = false;
        sleep(STORE_PAUSE).await;
    }
}

async fn release_claims(worker: &Worker, claims: &[Claimed]) {
    if claims.is_empty() {
        return;
    }
    for _ in 0..RELEASE_TRIES {
        match release(&worker.ports, claims).await {
            Ok(()) => return,
            Err(error) => tracing::warn!(cause = cause(error), "claims are not released; they expire by themselves"),
        }
        sleep(STORE_PAUSE).await;
    }
}
