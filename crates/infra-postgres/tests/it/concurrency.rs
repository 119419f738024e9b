//! No wake-up is lost (I2) and nobody starves (I9), whatever runs at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use domain::account::UserId;
use domain::book::BookId;
use domain::pre_booking::Status;
use sea_orm::{ConnectionTrait, DatabaseTransaction, TransactionTrait};
use test_support::{Engine, Suite, TestDatabase, rounds, tests};
use tokio::task::JoinSet;

use crate::at_once::{CONNECTIONS, acts, run, try_place, waiting};
use crate::support::{Sql, World};

pub(crate) fn suite() -> Suite {
    tests![
        no_wake_up_is_lost,
        no_wake_up_is_lost_between_the_last_copy_and_the_next,
        a_flood_of_placements_starves_nobody,
    ]
    .only_on(Engine::Postgres)
}

/// I2.
async fn no_wake_up_is_lost(database: TestDatabase) {
    let world = World::open_shared(&database, CONNECTIONS).await;
    let users = world.add_users(40).await;
    let book = world.add_book("Solaris", 0).await.id;
    let mut all_placed = 0;
    for round in 0..rounds(100) {
        let (placed, restocks) = run(&world, book, acts(&users, round * 7, &[5])).await;
        let [restocked_at] = restocks[..] else { panic!("{restocks:?}") };
        assert_eq!(waiting(&world, book).await, 0, "in round {round}");
        for pre_booking in &placed {
            let status = world.pre_bookings().find(pre_booking.user_id, pre_booking.id).await.unwrap().unwrap().status;
            assert_eq!(status, Status::Notified { at: restocked_at.max(pre_booking.created_at) }, "in round {round}");
        }
        all_placed += placed.len();
        world.set_stock(book, 0).await.unwrap();
    }
    // Were nothing placed, nothing would have been tried.
    assert!(all_placed > 500, "{all_placed}");
}

/// I2: the last copy is sold and new ones come, in whichever order.
async fn no_wake_up_is_lost_between_the_last_copy_and_the_next(database: TestDatabase) {
    let world = World::open_shared(&database, CONNECTIONS).await;
    let users = world.add_users(20).await;
    let mut orders = [0, 0];
    for round in 0..rounds(60) {
        let book = world.add_book("Solaris", 5).await.id;
        let quantities = if round % 2 == 0 { [0, 7] } else { [7, 0] };
        let (placed, restocks) = run(&world, book, acts(&users, round * 3, &quantities)).await;
        let now = world.book(book).await;
        match restocks[..] {
            // First the last copy was sold, then new ones came.
            [restocked_at] => {
                assert_eq!((now.stock_quantity.get(), waiting(&world, book).await), (7, 0), "in round {round}");
                for pre_booking in placed {
                    let status = world.pre_booking(pre_booking.user_id, pre_booking.id).await.status;
                    assert_eq!(status, Status::Notified { at: restocked_at.max(pre_booking.created_at) });
                }
                orders[0] += 1;
            }
            // First it was 5 and then 7, which is no restock, and then everything was sold.
            [] => {
                let placed = i64::try_from(placed.len()).unwrap();
                assert_eq!((now.stock_quantity.get(), waiting(&world, book).await), (0, placed), "in round {round}");
                orders[1] += 1;
            }
            _ => panic!("{restocks:?}"),
        }
    }
    assert!(orders.iter().all(|times| *times > 0), "{orders:?}");
}

/// I9. One more placement comes in plain SQL, so that the foreign key of one that is not committed always holds the book's
/// row.
async fn a_flood_of_placements_starves_nobody(database: TestDatabase) {
    const TASKS: usize = 48;
    const STOCK_CHANGES: usize = 10;
    let world = World::open_shared(&database, 50).await;
    let mut users = world.add_users(40_000).await;
    let book = world.add_book("Solaris", 0).await.id;
    let over = Arc::new(AtomicBool::new(false));
    let placed = Arc::new(AtomicU64::new(0));
    let mut flood = JoinSet::new();
    let connections = [Sql::connect(&database).await, Sql::connect(&database).await];
    flood.spawn(place_without_a_gap(connections, users.split_off(30_000), book, Arc::clone(&over)));
    for users in users.chunks(users.len() / TASKS).map(<[UserId]>::to_vec) {
        let (world, over, placed) = (Arc::clone(&world), Arc::clone(&over), Arc::clone(&placed));
        flood.spawn(async move {
            for user in users {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                if try_place(&world, user, book).await.is_some() {
                    placed.fetch_add(1, Ordering::SeqCst);
                }
            }
            panic!("the flood dried up");
        });
    }
    for _ in 0..STOCK_CHANGES {
        until_placed_again(&placed, 50).await;
        let start = Instant::now();
        world.set_stock(book, 5).await.unwrap().restock.unwrap();
        world.set_stock(book, 0).await.unwrap();
        let took = start.elapsed();
        assert!(took < Duration::from_secs(1), "two stock changes took {took:?}");
    }
    until_placed_again(&placed, 50).await;
    over.store(true, Ordering::SeqCst);
    flood.join_all().await;
}

/// Places in transactions, each of which ends only after the next one has placed.
async fn place_without_a_gap(connections: [Sql; 2], users: Vec<UserId>, book: BookId, over: Arc<AtomicBool>) {
    let mut pending: Option<DatabaseTransaction> = None;
    for (user, sql) in users.into_iter().zip(connections.iter().cycle()) {
        let next = sql.0.begin().await.unwrap();
        let insert = format!("INSERT INTO pre_bookings (user_id, book_id) VALUES ({}, {})", user.get(), book.get());
        next.execute_unprepared(&insert).await.unwrap();
        if let Some(pending) = pending.replace(next) {
            pending.commit().await.unwrap();
        }
        if over.load(Ordering::SeqCst) {
            return;
        }
    }
    panic!("the flood dried up");
}

/// Waits until so many more pre-bookings were placed.
async fn until_placed_again(placed: &AtomicU64, more: u64) {
    let goal = placed.load(Ordering::SeqCst) + more;
    let start = Instant::now();
    while placed.load(Ordering::SeqCst) < goal {
        assert!(start.elapsed() < Duration::from_secs(10), "placements stand still");
        tokio::task::yield_now().await;
    }
}
