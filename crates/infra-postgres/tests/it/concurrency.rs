//! What must hold whatever runs at the same time: many tasks at once, in many rounds (PostgreSQL).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use domain::account::UserId;
use domain::book::BookId;
use domain::pre_booking::{AddedPreBooking, CancelError, PlaceError, PreBooking, Status, StatusKind, cancel, place};
use domain::Timestamp;
use test_support::{Engine, Suite, TestDatabase, tests};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::support::World;

pub(crate) fn suite() -> Suite {
    tests![
        no_wake_up_is_lost,
        no_wake_up_is_lost_between_the_last_copy_and_the_next,
        a_flood_of_placements_starves_nobody,
        of_many_cancels_one_is_recorded,
        a_cancel_and_a_restock_agree_on_who_was_first,
        of_many_placements_one_stands,
        of_many_restocks_one_ends_the_round,
        a_delete_and_a_placement_exclude_each_other,
    ]
    .only_on(Engine::Postgres)
}

const CONNECTIONS: u32 = 20;

/// Places as the use case does; refusals are `None`.
async fn try_place(world: &World, user: UserId, book: BookId) -> Option<PreBooking> {
    match place(world.books(), world.pre_bookings(), &world.clock, user, book).await {
        Ok(placed) => Some(placed.pre_booking),
        Err(PlaceError::BookInStock(_) | PlaceError::Duplicate | PlaceError::BookNotFound) => None,
        Err(PlaceError::Repository(error)) => panic!("{error:?}"),
    }
}

/// Runs a task for each of these at the same time.
async fn at_once<I, T, F>(inputs: impl IntoIterator<Item = I>, run: impl Fn(I) -> F) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let tasks: Vec<F> = inputs.into_iter().map(run).collect();
    let barrier = Arc::new(Barrier::new(tasks.len()));
    let mut running = JoinSet::new();
    for task in tasks {
        let barrier = Arc::clone(&barrier);
        running.spawn(async move {
            barrier.wait().await;
            task.await
        });
    }
    running.join_all().await
}

async fn waiting(world: &World, book: BookId) -> i64 {
    let sql = "SELECT count(*) FROM pre_booking_statuses WHERE status = 'waiting' AND book_id =";
    world.sql.value(&format!("{sql} {}", book.get())).await
}

/// One of the things that happen at once.
#[derive(Clone, Copy)]
enum Act {
    Place(UserId),
    SetStock(i64),
}

/// What became of it: a placement, or the time of a restock.
enum Outcome {
    Placed(Option<PreBooking>),
    Restocked(Option<Timestamp>),
}

async fn act(world: Arc<World>, book: BookId, act: Act) -> Outcome {
    match act {
        Act::Place(user) => Outcome::Placed(try_place(&world, user, book).await),
        Act::SetStock(quantity) => {
            let change = world.set_stock(book, quantity).await.unwrap();
            Outcome::Restocked(change.restock.map(|restock| restock.restocked_at))
        }
    }
}

/// The users' placements with the stock changes somewhere among them.
fn acts(users: &[UserId], position: usize, quantities: &[i64]) -> Vec<Act> {
    let mut acts: Vec<Act> = users.iter().map(|user| Act::Place(*user)).collect();
    let position = position % (acts.len() + 1);
    acts.splice(position..position, quantities.iter().map(|quantity| Act::SetStock(*quantity)));
    acts
}

async fn run(world: &Arc<World>, book: BookId, acts: Vec<Act>) -> (Vec<PreBooking>, Vec<Timestamp>) {
    let (mut placed, mut restocks) = (Vec::new(), Vec::new());
    for outcome in at_once(acts, |one| act(Arc::clone(world), book, one)).await {
        match outcome {
            Outcome::Placed(pre_booking) => placed.extend(pre_booking),
            Outcome::Restocked(restock) => restocks.extend(restock),
        }
    }
    (placed, restocks)
}

/// I2.
async fn no_wake_up_is_lost(database: TestDatabase) {
    let world = World::open_shared(&database, CONNECTIONS).await;
    let users = world.add_users(40).await;
    let book = world.add_book("Solaris", 0).await.id;
    let mut all_placed = 0;
    for round in 0..100 {
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
    for round in 0..60 {
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

/// I9.
async fn a_flood_of_placements_starves_nobody(database: TestDatabase) {
    const TASKS: usize = 16;
    const USERS: usize = 320;
    let world = World::open_shared(&database, CONNECTIONS).await;
    let users = world.add_users(USERS).await;
    let book = world.add_book("Solaris", 0).await.id;
    let over = Arc::new(AtomicBool::new(false));
    let placed = Arc::new(AtomicU64::new(0));
    let mut flood = JoinSet::new();
    for users in users.chunks(USERS / TASKS).map(<[UserId]>::to_vec) {
        let (world, over, placed) = (Arc::clone(&world), Arc::clone(&over), Arc::clone(&placed));
        flood.spawn(async move {
            for user in users.into_iter().cycle() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                // Always as if the book were still out of stock: placements that a restock overtook go on, too.
                let book = world.book(book).await;
                if let AddedPreBooking::Added(pre_booking) = world.try_add_pre_booking(user, &book).await {
                    placed.fetch_add(1, Ordering::SeqCst);
                    cancel(world.pre_bookings(), &world.clock, user, pre_booking.id).await.unwrap();
                }
            }
        });
    }
    for _ in 0..20 {
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

/// Waits until so many more pre-bookings were placed.
async fn until_placed_again(placed: &AtomicU64, more: u64) {
    let goal = placed.load(Ordering::SeqCst) + more;
    let start = Instant::now();
    while placed.load(Ordering::SeqCst) < goal {
        assert!(start.elapsed() < Duration::from_secs(10), "placements stand still");
        tokio::task::yield_now().await;
    }
}

/// I5.
async fn of_many_cancels_one_is_recorded(database: TestDatabase) {
    let world = World::open_shared(&database, CONNECTIONS).await;
    let user = world.add_user("ada").await.id;
    let book = world.add_book("Solaris", 0).await;
    for round in 0..60 {
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
    for round in 0..40 {
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
    for round in 0..60 {
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
    for round in 0..60 {
        let (_, restocks) = run(&world, book, (1..=8).map(Act::SetStock).collect()).await;
        assert_eq!(restocks.len(), 1, "in round {round}");
        assert_eq!(world.book(book).await.round.get(), i64::try_from(round).unwrap() + 1);
        world.set_stock(book, 0).await.unwrap();
    }
    let rounds: Vec<i64> = world.sql.column("SELECT round FROM restocks ORDER BY restocked_at").await;
    assert_eq!(rounds, (0..60).collect::<Vec<_>>());
}

/// I7: either the book is gone and nobody pre-booked it, or somebody did and it stays.
async fn a_delete_and_a_placement_exclude_each_other(database: TestDatabase) {
    let world = World::open_shared(&database, CONNECTIONS).await;
    let users = world.add_users(6).await;
    for round in 0..60 {
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
