//! I9: a restock gets through while a flood of placements for that very book goes on, and so do they.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use test_support::{Suite, TestDatabase, rounds, tests};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::Race;
use crate::support::{Caller, problem};

pub(super) fn suite() -> Suite {
    tests![a_restock_in_a_flood_of_placements]
}

const CLIENTS: usize = 32;

/// On a machine that is busy with other things as well; what starves, starves for longer.
const PATIENCE: Duration = Duration::from_secs(5);

async fn a_restock_in_a_flood_of_placements(database: TestDatabase) {
    let race = Race::open(&database, CLIENTS).await;
    let book = race.app.add_book(0).await;
    let flood = Flood { book: book.clone(), is_over: Arc::default(), placed: watch::Sender::new(0) };
    let mut clients: JoinSet<()> = race.users.iter().map(|user| flood.clone().go_on(user.clone())).collect();
    let mut took = Vec::new();
    for _ in 0..rounds(20) {
        // It runs before each restock, and goes on behind it.
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
    assert_eq!((facts.waiting, facts.notified), (0, 0), "each was cancelled");
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
    async fn go_on(self, user: Caller) {
        while !self.is_over.load(Ordering::Relaxed) {
            let answer = user.try_to_place(&self.book).await;
            if answer.status == 201 {
                self.placed.send_modify(|count| *count += 1);
                // Whatever it has become: the next one is to be no duplicate.
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
