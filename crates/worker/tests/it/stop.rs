//! A worker stops in time when it is told to, whatever is silent.

use std::time::Duration;

use domain::delivery::DeliveryStatus::{Delivered, Pending};
use tokio::time::sleep;
use worker::{LONGEST_STOP, MAX_IN_HAND};

use crate::office::{Call, Fault, Mail, Office};

const WAITING: i64 = 50;

#[tokio::test(start_paused = true)]
async fn a_worker_with_nothing_to_do_stops_at_once() {
    let office = Office::open(0);
    let worker = office.start_worker();
    sleep(Duration::from_mins(1)).await;
    assert_eq!(worker.stop().await, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn letters_without_an_answer_are_abandoned_and_the_others_released() {
    let office = Office::open(WAITING);
    office.set_mail(Mail::Held);
    let worker = office.start_worker();
    office.until_in_hand(MAX_IN_HAND).await;
    assert_eq!(office.count(Pending), (50, 50));
    let look = async {
        sleep(Duration::from_secs(1)).await;
        assert_eq!(office.count(Pending), (50, MAX_IN_HAND));
    };
    let (took, ()) = tokio::join!(worker.stop(), look);
    assert_eq!(took, Duration::from_secs(20));
    assert_eq!((office.count(Pending), office.accepted()), ((50, MAX_IN_HAND), 0));
}

#[tokio::test(start_paused = true)]
async fn letters_that_are_answered_in_time_are_recorded() {
    let office = Office::open(WAITING);
    office.set_mail(Mail::Held);
    let worker = office.start_worker();
    office.until_in_hand(MAX_IN_HAND).await;
    let answering = tokio::spawn({
        let office = office.clone();
        async move {
            sleep(Duration::from_secs(19)).await;
            office.set_mail(Mail::Accepted);
        }
    });
    assert_eq!(worker.stop().await, Duration::from_secs(19));
    answering.await.unwrap();
    assert_eq!((office.count(Delivered), office.count(Pending)), ((MAX_IN_HAND, 0), (40, 0)));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_silent_forever_holds_up_nothing() {
    for call in Call::ALL {
        let office = Office::open(WAITING);
        office.set_mail(Mail::Held);
        let worker = office.start_worker();
        office.until_in_hand(MAX_IN_HAND).await;
        office.set_fault(Some((call, Fault::Silent)));
        office.set_mail(Mail::Accepted);
        sleep(Duration::from_mins(1)).await;
        let took = worker.stop().await;
        assert!(took <= LONGEST_STOP, "{call:?}: {took:?}");
    }
}

/// It is silent from the stop on, when letters are in hand.
#[tokio::test(start_paused = true)]
async fn a_store_that_falls_silent_at_the_stop_holds_up_nothing() {
    for call in Call::ALL {
        for mail in [Mail::Held, Mail::Accepted] {
            let office = Office::open(WAITING);
            office.set_mail(Mail::Held);
            let worker = office.start_worker();
            office.until_in_hand(MAX_IN_HAND).await;
            office.set_fault(Some((call, Fault::Silent)));
            office.set_mail(mail);
            let took = worker.stop().await;
            assert!(took <= LONGEST_STOP, "{call:?} {mail:?}: {took:?}");
        }
    }
}
