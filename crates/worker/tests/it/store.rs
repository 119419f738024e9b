//! What a worker does with a delivery when the store fails.

use std::time::Duration;

use domain::delivery::DeliveryStatus::Pending;
use tokio::time::sleep;

use crate::office::{Call, Fault, Mail, Office};

const UNAVAILABLE: Fault = Fault::FailsAfter(Duration::from_millis(1));

/// An office with one delivery, after this time with this fault.
async fn after(time: Duration, call: Call, fault: Fault) -> Office {
    let office = Office::open(1);
    office.set_fault(Some((call, fault)));
    drop(office.start_worker());
    sleep(time).await;
    office
}

#[tokio::test(start_paused = true)]
async fn records_a_reply_as_soon_as_the_store_is_available() {
    let office = after(Duration::from_secs(20), Call::Settle, UNAVAILABLE).await;
    assert_eq!((office.calls(Call::Settle), office.count(Pending)), (20, (1, 1)));
    office.set_fault(None);
    sleep(Duration::from_secs(1)).await;
    assert_eq!((office.letters().len(), office.count(Pending)), (1, (0, 0)));
}

#[tokio::test(start_paused = true)]
async fn does_not_record_a_reply_after_the_claim_expired() {
    let office = after(Duration::from_secs(599), Call::Settle, UNAVAILABLE).await;
    office.set_mail(Mail::Held);
    sleep(Duration::from_mins(5)).await;
    assert_eq!((office.letters(), office.calls(Call::Settle)), (vec![0, 600], 601));
}

#[tokio::test(start_paused = true)]
async fn does_not_try_again_to_record_a_reply_if_the_store_is_broken() {
    let office = after(Duration::from_mins(1), Call::Settle, Fault::Broken).await;
    assert_eq!((office.calls(Call::Settle), office.count(Pending)), (1, (1, 1)));
}

#[tokio::test(start_paused = true)]
async fn releases_a_delivery_that_it_can_not_read_if_the_store_is_unavailable() {
    let office = after(Duration::from_secs(12), Call::Look, UNAVAILABLE).await;
    assert_eq!((office.calls(Call::Look), office.count(Pending)), (3, (1, 0)));
}

#[tokio::test(start_paused = true)]
async fn leaves_a_delivery_that_it_can_not_read_until_the_claim_expires_if_the_store_is_broken() {
    let office = after(Duration::from_mins(9), Call::Look, Fault::Broken).await;
    assert_eq!((office.calls(Call::Look), office.count(Pending)), (1, (1, 1)));
}

#[tokio::test(start_paused = true)]
async fn tries_3_times_to_release_a_claim() {
    let office = Office::open(1);
    office.set_mail(Mail::Trouble);
    office.set_fault(Some((Call::Release, UNAVAILABLE)));
    drop(office.start_worker());
    sleep(Duration::from_mins(9)).await;
    assert_eq!((office.calls(Call::Release), office.count(Pending)), (3, (1, 1)));
}
