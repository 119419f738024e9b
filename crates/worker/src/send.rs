use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use domain::RepositoryError;
use domain::delivery::{
    ClaimedDelivery, MailServerTrouble, SendError, Sent, SettleError, Settlement, claim, release, send, settle,
};
use tokio::task::{JoinError, JoinSet};
use tokio::time::sleep;

use crate::fan_out::cause;
use crate::pause::Pause;
use crate::{MAX_IN_HAND, Worker};

/// How long to wait before the store is told anew what it could not be told.
const STORE_PAUSE: Duration = Duration::from_secs(1);
/// How often it is told so that a worker stops in the end, though the store is away: for some seconds.
const LAST_TRIES: u32 = 10;
/// How often it is told that claims are given back. They end by themselves, but late.
const GIVE_BACK_TRIES: u32 = 3;

/// Sends what is due, until the worker stops and the letters in hand are finished.
pub(crate) async fn run(worker: &Arc<Worker>) {
    let mut hand = Hand { worker, letters: JoinSet::new(), trouble: None, pause: Pause::default() };
    while !worker.stop.is_cancelled() {
        match claim(&*worker.ports.units, &*worker.ports.clock).await {
            Ok(claims) if claims.is_empty() => worker.rest(worker.fanned_out.notified()).await,
            Ok(claims) => hand.take(claims).await,
            Err(error) => {
                tracing::warn!(cause = cause(error), "no deliveries can be claimed at present");
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
    /// Takes claims in hand, one by one, as soon as there is room and the rate allows. Those that it comes to nothing with are given
    /// back.
    async fn take(&mut self, claims: Vec<ClaimedDelivery>) {
        let mut claims = claims.into_iter();
        while self.may_go_on() {
            let Some(claim) = claims.next() else { return };
            self.letters.spawn(deliver(Arc::clone(self.worker), claim));
            self.make_room().await;
        }
        give_back(self.worker, claims.as_slice()).await;
    }

    fn may_go_on(&mut self) -> bool {
        self.look();
        self.trouble.is_none() && !self.worker.stop.is_cancelled()
    }

    /// Waits until one more letter may be sent.
    async fn make_room(&mut self) {
        tokio::select! {
            () = self.worker.rate.until_ready() => {}
            () = self.worker.stop.cancelled() => {}
        }
        if self.letters.len() >= MAX_IN_HAND
            && let Some(ended) = self.letters.join_next().await
        {
            self.note(ended);
        }
    }

    /// Looks at the letters that are finished.
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
            // Its claim ends by itself, and any worker tries it again.
            Err(error) => tracing::error!(cause = cause(error), "a delivery made the worker panic"),
        }
    }

    async fn wait_for_the_mail_server(&mut self) {
        self.finish().await;
        if let Some(trouble) = self.trouble.take() {
            let length = self.pause.next(self.worker.ports.jitter.fraction());
            let seconds = length.as_secs_f32();
            tracing::warn!(cause = %trouble, seconds, "the mail server is in trouble; mails wait, and none is lost");
            self.worker.pause(length).await;
        }
    }
}

/// Sends one letter, and records what became of it.
async fn deliver(worker: Arc<Worker>, claim: ClaimedDelivery) -> Result<(), MailServerTrouble> {
    let ports = &worker.ports;
    let (clock, jitter, policy) = (&*ports.clock, &*ports.jitter, &worker.policy);
    match send(&*ports.deliveries, &*ports.mailer, clock, jitter, policy, claim.clone()).await {
        Ok(Sent::Settled(settlement)) => record(&worker, &settlement).await,
        Ok(Sent::OutOfTime) => give_back(&worker, &[claim]).await,
        Err(SendError::MailServer(trouble)) => {
            give_back(&worker, &[claim]).await;
            return Err(trouble);
        }
        Err(SendError::Repository(error)) => {
            let may_pass = matches!(error, RepositoryError::Unavailable(_));
            tracing::warn!(delivery = claim.id.get(), cause = cause(error), "a delivery can't be looked at");
            // One that can't be read at all comes back when its claim ends, and not at once, again and again.
            if may_pass {
                give_back(&worker, &[claim]).await;
            }
        }
    }
    Ok(())
}

/// Records what became of a letter. If the store is away for a while it waits for it, and a little even when the worker stops: what
/// is not recorded is sent twice.
async fn record(worker: &Worker, settlement: &Settlement) {
    let (delivery, status) = (settlement.claim.id.get(), settlement.state.status().as_str());
    let mut last_tries = 0..LAST_TRIES;
    loop {
        let error = match settle(&*worker.ports.units, settlement).await {
            Ok(true) => return tracing::info!(delivery, status, "delivery settled"),
            Ok(false) => {
                return tracing::warn!(delivery, status, "the claim ended too early; a second copy may be sent");
            }
            Err(SettleError::Repository(error)) => error,
        };
        let is_worth_waiting = matches!(error, RepositoryError::Unavailable(_))
            && worker.ports.clock.now() < settlement.claim.until
            && (!worker.stop.is_cancelled() || last_tries.next().is_some());
        let cause = cause(error);
        if !is_worth_waiting {
            return tracing::error!(delivery, status, cause, "not recorded; a second copy may be sent");
        }
        tracing::warn!(delivery, status, cause, "not recorded yet");
        sleep(STORE_PAUSE).await;
    }
}

async fn give_back(worker: &Worker, claims: &[ClaimedDelivery]) {
    if claims.is_empty() {
        return;
    }
    for _ in 0..GIVE_BACK_TRIES {
        match release(&*worker.ports.units, claims).await {
            Ok(()) => return,
            Err(error) => tracing::warn!(cause = cause(error), "claims are not given back; they end by themselves"),
        }
        sleep(STORE_PAUSE).await;
    }
}
