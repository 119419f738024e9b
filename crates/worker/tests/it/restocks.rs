//! A worker creates the deliveries of a restock and sends them.

use std::time::Duration;

use domain::delivery::DeliveryStatus::Delivered;
use tokio::time::{Instant, sleep};

use crate::office::{Call, Fault, Office};

#[tokio::test(start_paused = true)]
async fn delivers_at_once_after_an_announced_restock() {
    let office = Office::open(0);
    let worker = office.start_worker();
    sleep(Duration::from_secs(7)).await;
    let restocked_at = Instant::now();
    office.restock(3);
    office.until_settled(Delivered, 3).await;
    assert_eq!(restocked_at.elapsed(), Duration::ZERO);
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn polls_every_5_seconds_if_it_can_not_listen() {
    let office = Office::open(0);
    office.set_fault(Some((Call::Listen, Fault::Broken)));
    let worker = office.start_worker();
    sleep(Duration::from_secs(62)).await;
    assert_eq!(office.calls(Call::FanOut), 13);
    office.restock(3);
    office.until_settled(Delivered, 3).await;
    assert_eq!(office.letters(), [65, 65, 65]);
    worker.stop().await;
}
