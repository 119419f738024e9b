//! Of those who want the same thing at the same time, one gets it.

use std::sync::Arc;

use domain::Timestamp;
use domain::account::UserId;
use domain::pre_booking::{CancelError, PreBooking, StatusKind, cancel};
use test_support::{Engine, Suite, TestDatabase, rounds, tests};

use crate::at_once::{Act, CONNECTIONS, at_once, run, try_place, waiting};
use crate::support::World;

pub(crate) fn suite() -> Suite {
    tests![
        of_many_cancels_one_is_recorded,
        a_cancel_and_a_restock_agree_on_who_was_first,
        of_many_placements_one_stands,
        of_many_restocks_one_ends_the_round,
        a_delete_and_a_placement_exclude_each_other,
    ]
    .only_on(Engine::Postgres)
}

/// I5.
async fn of_many_cancels_one_is_recorded(database: TestDatabase) {
    let world = World::open_shared(&database, CONNECTIONS).await;
    let user = world.add_user("ada").await.id;
    let book = world.add_book("Solaris", 0).await;
    for round in 0..rounds(60) {
        let pre_booking = world.add_pre_booking(user, &world.book(book.id).await).await;
        let notified = round % 2 == 1;
        if notified {
            world.set_stock(book.id, 5).await.unwrap();
        }
        let results = at_once(0..8, |_| {
            let world = Arc::clone(&world);
            async move { cancel(world.pre_bookings(), &world.clock, user, pre_booking.id).await }
        })
        .await;
        let (done, refused): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
        assert_eq!(done.len(), 1, "in round {round}");
        let already = |result: &Result<(), CancelError>| matches!(result, Err(CancelError::AlreadyCancelled(_)));
        assert!(refused.iter().all(already), "{refused:?}");
        let status = world.pre_booking(user, pre_booking.id).await.status;
        assert_eq!((status.kind(), status.notified_at().is_some()), (StatusKind::Cancelled, notified));
        world.set_stock(book.id, 0).await.unwrap();
    }
}

/// I5: what was cancelled first was never notified, and what was notified first stays so.
async fn a_cancel_and_a_restock_agree_on_who_was_first(database: TestDatabase) {
    let world = World::open_shared(&database, CONNECTIONS).await;
    let users = world.add_users(12).await;
    let book = world.add_book("Solaris", 0).await.id;
    for round in 0..rounds(40) {
        let mut placed = Vec::new();
        for user in &users {
            placed.push(world.add_pre_booking(*user, &world.book(book).await).await);
        }
        let mut targets: Vec<Option<PreBooking>> = placed.iter().cloned().map(Some).collect();
        targets.insert(round % targets.len(), None);
        at_once(targets, |target| {
            let world = Arc::clone(&world);
            async move {
                match target {
                    Some(one) => cancel(world.pre_bookings(), &world.clock, one.user_id, one.id).await.unwrap(),
                    None => drop(world.set_stock(book, 5).await.unwrap()),
                }
            }
        })
        .await;
        let restocked_at: Timestamp = world.sql.value("SELECT max(restocked_at) FROM restocks").await;
        for one in placed {
            let status = world.pre_booking(one.user_id, one.id).await.status;
            assert_eq!(status.kind(), StatusKind::Cancelled);
            assert!(status.notified_at().is_none_or(|at| at == restocked_at), "{status:?} {restocked_at}");
            // Whoever was notified first was cancelled later; the clock never shows one time twice.
            assert!(status.notified_at() < status.cancelled_at(), "{status:?}");
        }
        world.set_stock(book, 0).await.unwrap();
    }
}

/// I1.
async fn of_many_placements_one_stands(database: TestDatabase) {
    let world = World::open_shared(&database, CONNECTIONS).await;
    let user = world.add_user("ada").await.id;
    for round in 0..rounds(60) {
        let book = world.add_book("Solaris", 0).await.id;
        let placed = at_once(0..12, |_| {
            let world = Arc::clone(&world);
            async move { try_place(&world, user, book).await }
        })
        .await;
        assert_eq!(placed.iter().flatten().count(), 1, "in round {round}");
        assert_eq!(waiting(&world, book).await, 1, "in round {round}");
    }
}

/// I3, I4.
async fn of_many_restocks_one_ends_the_round(database: TestDatabase) {
    let world = World::open_shared(&database, CONNECTIONS).await;
    let book = world.add_book("Solaris", 0).await.id;
    for round in 0..i64::try_from(rounds(60)).unwrap() {
        let (_, restocks) = run(&world, book, (1..=8).map(Act::SetStock).collect()).await;
        assert_eq!(restocks.len(), 1, "in round {round}");
        assert_eq!(world.book(book).await.round.get(), round + 1);
        world.set_stock(book, 0).await.unwrap();
    }
    let ended: Vec<i64> = world.sql.column("SELECT round FROM restocks ORDER BY restocked_at").await;
    assert_eq!(ended, (0..world.book(book).await.round.get()).collect::<Vec<_>>());
}

/// I7: either the book is gone and nobody pre-booked it, or somebody did and it stays.
async fn a_delete_and_a_placement_exclude_each_other(database: TestDatabase) {
    let world = World::open_shared(&database, CONNECTIONS).await;
    let users = world.add_users(6).await;
    for round in 0..rounds(60) {
        let book = world.add_book("Solaris", 0).await.id;
        let mut targets: Vec<Option<UserId>> = users.iter().copied().map(Some).collect();
        targets.insert(round % targets.len(), None);
        let placed = at_once(targets, |target| {
            let world = Arc::clone(&world);
            async move {
                match target {
                    Some(user) => try_place(&world, user, book).await.is_some(),
                    None => world.catalog().delete(book).await.map(|_| false).unwrap(),
                }
            }
        })
        .await;
        let stays = world.books().find(book).await.unwrap().is_some();
        assert_eq!(stays, placed.contains(&true), "in round {round}");
    }
}
