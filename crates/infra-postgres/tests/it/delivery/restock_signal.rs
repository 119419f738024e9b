//! `RestockSignal`: a restock wakes workers.

use std::sync::Arc;
use std::time::Duration;

use domain::audit::Origin;
use domain::book::{BookId, set_stock};
use domain::{Clock, RepositoryError};
use test_support::{Engine, Suite, TestDatabase, tests};
use tokio::time::timeout;

use crate::support::{World, copies, open_store, restock_within};

pub(crate) fn suite() -> Suite {
    tests![wakes_at_a_restock_and_sees_it, misses_no_restock_before_the_call, wakes_at_nothing_else].and(
        tests![
            wakes_at_a_restock_of_another_instance,
            wakes_at_the_commit_and_not_before,
            an_abandoned_call_misses_nothing,
            replaces_a_lost_connection,
        ]
        .only_on(Engine::Postgres),
    )
}

const TOO_LONG: Duration = Duration::from_secs(20);

async fn wakes(told: impl Future<Output = Result<(), RepositoryError>>) {
    timeout(TOO_LONG, told).await.unwrap().unwrap();
}

/// Waits for as long as the database takes for 100 queries: an abandoned call must have listened by then, or the next one opens
/// another connection, which counts as a restock.
async fn does_not_wake(world: &World, told: impl Future<Output = Result<(), RepositoryError>>) {
    let questions = async {
        for _ in 0..100 {
            world.sql.value::<i64>("SELECT count(*) FROM restocks").await;
        }
    };
    tokio::select! {
        told = told => panic!("it woke: {told:?}"),
        () = questions => {}
    }
}

/// Restocks a book and sells all copies.
async fn restock(world: &World, book: BookId) {
    world.set_stock(book, 5).await.unwrap().restock.unwrap();
    world.set_stock(book, 0).await.unwrap();
}

/// Makes the store listen. On SQLite it always does. On PostgreSQL the first call returns at once, because a new connection counts as
/// a restock.
async fn listen(world: &World, engine: Engine) {
    if engine == Engine::Postgres {
        wakes(world.signal().restocked()).await;
    }
}

async fn wakes_at_a_restock_and_sees_it(database: TestDatabase) {
    let world = Arc::new(World::open(&database).await);
    let book = world.add_book("Solaris", 0).await.id;
    listen(&world, database.engine()).await;
    let before = world.book(book).await.round.get();
    for round in 1..=5 {
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

async fn misses_no_restock_before_the_call(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await.id;
    listen(&world, database.engine()).await;
    for _ in 0..5 {
        restock(&world, book).await;
        wakes(world.signal().restocked()).await;
    }
}

async fn wakes_at_nothing_else(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    listen(&world, database.engine()).await;
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

async fn wakes_at_a_restock_of_another_instance(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await.id;
    listen(&world, database.engine()).await;
    let another = open_store(&database, 1).await;
    set_stock(&another, &world.clock, &Origin::program(), book, copies(5)).await.unwrap().restock.unwrap();
    wakes(world.signal().restocked()).await;
}

async fn wakes_at_the_commit_and_not_before(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await.id;
    listen(&world, database.engine()).await;
    for commits in [false, true] {
        let unit = world.units().begin().await.unwrap();
        restock_within(&*unit, book, world.clock.now()).await;
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

/// Workers abandon calls when they poll.
async fn an_abandoned_call_misses_nothing(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await.id;
    listen(&world, database.engine()).await;
    for _ in 0..10 {
        does_not_wake(&world, world.signal().restocked()).await;
        restock(&world, book).await;
        wakes(world.signal().restocked()).await;
    }
}

async fn replaces_a_lost_connection(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await.id;
    listen(&world, database.engine()).await;
    for _ in 0..3 {
        let listening = "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
        assert_eq!(world.sql.column::<bool>(&format!("SELECT pg_terminate_backend(pid) {listening}")).await, [true]);
        world.sql.until(&format!("SELECT NOT EXISTS (SELECT {listening})")).await;
        // A new connection counts as a restock.
        wakes(world.signal().restocked()).await;
        restock(&world, book).await;
        wakes(world.signal().restocked()).await;
    }
}
