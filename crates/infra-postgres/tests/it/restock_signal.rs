//! `RestockSignal`: whoever delivers wakes at a restock.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use domain::book::{BookId, set_stock};
use domain::{Clock, RepositoryError};
use test_support::{Engine, Suite, TestDatabase, tests};
use tokio::time::timeout;

use crate::support::{World, copies, open_store};
use crate::waiting::until;

pub(crate) fn suite() -> Suite {
    tests![whoever_waits_wakes_and_sees_the_restock, a_restock_before_the_call_is_not_missed, no_other_change_wakes]
        .and(
            tests![
                a_restock_of_another_instance_wakes,
                a_restock_wakes_when_it_is_committed_and_not_before,
                a_call_that_is_given_up_misses_nothing,
                a_lost_connection_is_replaced,
            ]
            .only_on(Engine::Postgres),
        )
}

const TOO_LONG: Duration = Duration::from_secs(20);

/// Whether a connection to this PostgreSQL database listens.
const LISTENS: &str = "SELECT EXISTS (SELECT FROM pg_stat_activity \
                       WHERE datname = current_database() AND query LIKE 'LISTEN%' AND state = 'idle')";

async fn wakes(told: impl Future<Output = Result<(), RepositoryError>>) {
    timeout(TOO_LONG, told).await.unwrap().unwrap();
}

/// Waits as long as the database takes for some questions, and no longer.
async fn does_not_wake(world: &World, told: impl Future<Output = Result<(), RepositoryError>>) {
    let questions = async {
        for _ in 0..20 {
            world.sql.value::<i64>("SELECT count(*) FROM restocks").await;
        }
    };
    tokio::select! {
        told = told => panic!("it woke: {told:?}"),
        () = questions => {}
    }
}

/// Restocks a book, and sells everything.
async fn restock(world: &World, book: BookId) {
    world.set_stock(book, 5).await.unwrap().restock.unwrap();
    world.set_stock(book, 0).await.unwrap();
}

/// Has the store listen from now on. An embedded one always does.
async fn listen(world: &World, engine: Engine, book: BookId) {
    if engine == Engine::Postgres {
        let mut told = pin!(world.signal().restocked());
        tokio::select! {
            told = &mut told => panic!("nothing was restocked: {told:?}"),
            () = until(&world.sql, LISTENS) => {}
        }
        restock(world, book).await;
        wakes(told).await;
    }
}

async fn whoever_waits_wakes_and_sees_the_restock(database: TestDatabase) {
    let world = Arc::new(World::open(&database).await);
    let book = world.add_book("Solaris", 0).await.id;
    listen(&world, database.engine(), book).await;
    let before = world.book(book).await.round.get();
    for round in 1..=30 {
        let waiting = tokio::spawn({
            let world = Arc::clone(&world);
            async move {
                wakes(world.signal().restocked()).await;
                world.book(book).await.round.get()
            }
        });
        world.set_stock(book, 5).await.unwrap().restock.unwrap();
        assert_eq!(waiting.await.unwrap(), before + round);
        world.set_stock(book, 0).await.unwrap();
    }
}

async fn a_restock_before_the_call_is_not_missed(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await.id;
    listen(&world, database.engine(), book).await;
    for _ in 0..5 {
        restock(&world, book).await;
        wakes(world.signal().restocked()).await;
    }
}

async fn no_other_change_wakes(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    listen(&world, database.engine(), book.id).await;
    world.add_book("Fiasco", 5).await;
    let user = world.add_user("ada").await.id;
    world.add_pre_booking(user, &world.book(book.id).await).await;
    does_not_wake(&world, world.signal().restocked()).await;
    restock(&world, book.id).await;
    wakes(world.signal().restocked()).await;
    for stock in [0, 0] {
        world.set_stock(book.id, stock).await.unwrap();
    }
    does_not_wake(&world, world.signal().restocked()).await;
}

async fn a_restock_of_another_instance_wakes(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await.id;
    listen(&world, database.engine(), book).await;
    let another = open_store(&database, 1).await;
    set_stock(&another, &world.clock, book, copies(5)).await.unwrap().restock.unwrap();
    wakes(world.signal().restocked()).await;
}

async fn a_restock_wakes_when_it_is_committed_and_not_before(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await.id;
    listen(&world, database.engine(), book).await;
    for commits in [false, true] {
        let unit = world.units().begin().await.unwrap();
        let now = world.clock.now();
        let change = unit.books().find_for_stock_change(book).await.unwrap().unwrap().set_stock(copies(5), now);
        unit.books().save_stock(&change.book).await.unwrap();
        unit.books().add_restock(&change.restock.unwrap()).await.unwrap();
        does_not_wake(&world, world.signal().restocked()).await;
        if commits {
            unit.commit().await.unwrap();
            wakes(world.signal().restocked()).await;
        } else {
            drop(unit);
        }
        does_not_wake(&world, world.signal().restocked()).await;
    }
}

/// As a worker does that polls meanwhile.
async fn a_call_that_is_given_up_misses_nothing(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await.id;
    listen(&world, database.engine(), book).await;
    for _ in 0..10 {
        does_not_wake(&world, world.signal().restocked()).await;
        restock(&world, book).await;
        wakes(world.signal().restocked()).await;
    }
}

async fn a_lost_connection_is_replaced(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await.id;
    for _ in 0..3 {
        listen(&world, database.engine(), book).await;
        let listening = "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
        assert_eq!(world.sql.column::<bool>(&format!("SELECT pg_terminate_backend(pid) {listening}")).await, [true]);
        until(&world.sql, &format!("SELECT NOT EXISTS (SELECT {listening})")).await;
        // Something may have been missed, so it counts as a restock, or it is said that nobody listens.
        let _ = timeout(TOO_LONG, world.signal().restocked()).await.unwrap();
    }
    listen(&world, database.engine(), book).await;
}
