//! A worker goes on after the store was silent for a while.

use std::time::Duration;

use domain::delivery::DeliveryStatus::Delivered;
use tokio::time::{sleep, timeout};

use crate::office::{Call, Fault, Mail, Office};

/// When the store's own limits end a call.
const LIMIT: Duration = Duration::from_secs(12);
const WAITING: i64 = 50;

#[tokio::test(start_paused = true)]
async fn a_worker_goes_on_when_the_store_does() {
    for call in Call::ALL {
        let office = Office::open(WAITING);
        office.set_fault(Some((call, Fault::FailsAfter(LIMIT))));
        let worker = office.start_worker();
        sleep(Duration::from_mins(5)).await;
        office.set_fault(None);
        // Claims that were not given back end after ten minutes.
        let delivered = office.until_settled(Delivered, 50);
        assert!(timeout(Duration::from_mins(20), delivered).await.is_ok(), "{call:?}");
        worker.stop().await;
    }
}

/// The mail server has the letters: each is recorded when the store is back, and sent once.
#[tokio::test(start_paused = true)]
async fn letters_are_recorded_after_a_silence_of_the_store() {
    let office = Office::open(WAITING);
    office.set_mail(Mail::Held);
    let worker = office.start_worker();
    office.until_in_hand(worker::MAX_IN_HAND).await;
    office.set_fault(Some((Call::Settle, Fault::FailsAfter(LIMIT))));
    office.set_mail(Mail::Accepted);
    sleep(Duration::from_mins(1)).await;
    assert_eq!(office.count(Delivered), (0, 0));
    office.set_fault(None);
    office.until_settled(Delivered, 50).await;
    assert_eq!(office.accepted(), 50);
    worker.stop().await;
}
