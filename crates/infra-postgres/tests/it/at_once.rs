//! Runs many tasks at the same time.

use std::sync::Arc;

use domain::Timestamp;
use domain::account::UserId;
use domain::book::BookId;
use domain::pre_booking::{PlaceError, PreBooking, place};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::support::World;

pub(crate) const CONNECTIONS: u32 = 20;

/// Places as the use case does; refusals are `None`.
pub(crate) async fn try_place(world: &World, user: UserId, book: BookId) -> Option<PreBooking> {
    match place(world.books(), world.pre_bookings(), &world.clock, user, book).await {
        Ok(placed) => Some(placed.pre_booking),
        Err(PlaceError::BookInStock(_) | PlaceError::Duplicate | PlaceError::BookNotFound) => None,
        Err(PlaceError::Repository(error)) => panic!("{error:?}"),
    }
}

/// Runs a task for each of these at the same time.
pub(crate) async fn at_once<I, T, F>(inputs: impl IntoIterator<Item = I>, run: impl Fn(I) -> F) -> Vec<T>
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

pub(crate) async fn waiting(world: &World, book: BookId) -> i64 {
    let sql = "SELECT count(*) FROM pre_booking_statuses WHERE status = 'waiting' AND book_id =";
    world.sql.value(&format!("{sql} {}", book.get())).await
}

/// One of the things that happen at once.
#[derive(Clone, Copy)]
pub(crate) enum Act {
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
pub(crate) fn acts(users: &[UserId], position: usize, quantities: &[i64]) -> Vec<Act> {
    let mut acts: Vec<Act> = users.iter().map(|user| Act::Place(*user)).collect();
    let position = position % (acts.len() + 1);
    acts.splice(position..position, quantities.iter().map(|quantity| Act::SetStock(*quantity)));
    acts
}

pub(crate) async fn run(world: &Arc<World>, book: BookId, acts: Vec<Act>) -> (Vec<PreBooking>, Vec<Timestamp>) {
    let (mut placed, mut restocks) = (Vec::new(), Vec::new());
    for outcome in at_once(acts, |one| act(Arc::clone(world), book, one)).await {
        match outcome {
            Outcome::Placed(pre_booking) => placed.extend(pre_booking),
            Outcome::Restocked(restock) => restocks.extend(restock),
        }
    }
    (placed, restocks)
}
