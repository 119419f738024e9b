//! I9: a restock gets through a flood of placements for its book, and so do the placements.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use test_support::{Suite, TestDatabase, rounds, tests};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::{Facts, Race, number};
use crate::support::{Caller, problem};

pub(super) fn suite() -> Suite {
    tests![a_restock_gets_through_a_flood_of_placements]
}

const CLIENTS: usize = 32;

/// Enough on a busy machine; a call that starves takes longer.
const PATIENCE: Duration = Duration::from_secs(5);

async fn a_restock_gets_through_a_flood_of_placements(database: TestDatabase) {
    let race = Race::open(&database, CLIENTS).await;
    let book = race.app.add_book(0).await;
    let flood = Flood { book: book.clone(), is_over: Arc::default(), placed: watch::Sender::new(0) };
    let mut clients: JoinSet<()> = race.users.iter().map(|user| flood.clone().place_and_cancel(user.clone())).collect();
    let mut took = Vec::new();
    for _ in 0..rounds(20) {
        // The flood runs before each restock, and continues after it.
        flood.until_placed(CLIENTS).await;
        let started = Instant::now();
        assert_eq!(race.app.set_stock(&book, 1).await["restocked"], true);
        took.push(started.elapsed());
        race.app.set_stock(&book, 0).await;
        assert!(started.elapsed() < PATIENCE, "a restock starves: {:?}", started.elapsed());
    }
    flood.until_placed(CLIENTS).await;
    flood.is_over.store(true, Ordering::Relaxed);
    while let Some(ended) = clients.join_next().await {
        ended.unwrap();
    }
    let facts = race.facts(&book).await;
    let cancelled = number(*flood.placed.borrow());
    let expected = Facts { stock: 0, restocks: number(took.len()), waiting: 0, notified: 0, cancelled };
    assert_eq!(facts, expected, "each pre-booking was cancelled");
    took.sort_unstable();
    race.note(&format!(
        "{} restocks among {} placements took {:?} in the middle, {:?} at most",
        took.len(),
        facts.cancelled,
        took[took.len() / 2],
        took[took.len() - 1]
    ));
}

#[derive(Clone)]
struct Flood {
    book: Value,
    is_over: Arc<AtomicBool>,
    placed: watch::Sender<usize>,
}

impl Flood {
    async fn place_and_cancel(self, user: Caller) {
        while !self.is_over.load(Ordering::Relaxed) {
            let answer = user.try_to_place(&self.book).await;
            if answer.status == 201 {
                self.placed.send_modify(|count| *count += 1);
                // Whatever its status is, so that the next one is no duplicate.
                user.try_to_cancel(&answer.body).await.has_no_content();
            } else {
                answer.is_problem(&problem(409, "PREBOOK_BOOK_IN_STOCK").of("book_id"));
            }
        }
    }

    async fn until_placed(&self, more: usize) {
        let goal = *self.placed.borrow() + more;
        let mut placed = self.placed.subscribe();
        timeout(PATIENCE, placed.wait_for(|count| *count > goal)).await.expect("placements starve").unwrap();
    }
}
