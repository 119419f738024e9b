//! A worker spares the mail server.

use std::time::Duration;

use domain::delivery::DeliveryStatus::{Delivered, Pending};
use tokio::time::sleep;
use worker::MAX_IN_HAND;

use crate::office::{Mail, Office};

#[tokio::test(start_paused = true)]
async fn sends_at_most_10_letters_at_once() {
    let office = Office::open(50);
    office.set_mail(Mail::Held);
    let worker = office.start_worker();
    sleep(Duration::from_mins(1)).await;
    assert_eq!(office.letters(), [0; MAX_IN_HAND]);
    office.set_mail(Mail::Accepted);
    office.until_settled(Delivered, 50).await;
    assert_eq!(office.letters().len(), 50);
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn waits_longer_each_time_the_mail_server_is_in_trouble() {
    let office = Office::open(1);
    office.set_mail(Mail::Trouble);
    let worker = office.start_worker();
    office.until(|state| state.letters.len() == 9).await;
    let letters = office.letters();
    let waits: Vec<_> = letters.windows(2).map(|pair| pair[1] - pair[0]).collect();
    // The worker learns of the trouble at its next poll, after 5 seconds.
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60].map(|wait| 5 + wait));

    office.set_mail(Mail::Accepted);
    office.until_settled(Delivered, 1).await;
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn releases_all_claims_when_the_mail_server_is_in_trouble() {
    let office = Office::open(50);
    office.set_mail(Mail::Trouble);
    let worker = office.start_worker();
    sleep(Duration::from_millis(500)).await;
    assert_eq!(office.letters().len(), MAX_IN_HAND);
    assert_eq!(office.count(Pending), (50, 0));
    worker.stop().await;
}
