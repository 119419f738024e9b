use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::PeerNetwork;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// How many of one peer may wait.
const MAX_WAITING_OF_A_PEER: usize = 64;

/// How long one may wait.
const PATIENCE: Duration = Duration::from_secs(20);

/// A queue for a number of places. Peers take turns, so that one with many requests does not hold up the others.
pub(crate) struct FairQueue {
    places: usize,
    state: Mutex<State>,
}

/// How many passwords are in work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashingQueue {
    /// How many are hashed at the moment.
    pub running: usize,
    /// How many wait.
    pub waiting: usize,
}

struct State {
    free: usize,
    /// The peers that wait, the next one first. Each has its own queue.
    waiting: VecDeque<(PeerNetwork, VecDeque<oneshot::Sender<Place>>)>,
}

/// A place. Dropping it gives it to the next in the queue.
pub(crate) struct Place(Arc<FairQueue>);

/// The queue of the peer is full, or the wait took too long.
#[derive(Debug)]
pub(crate) struct NoPlace;

impl FairQueue {
    pub(crate) fn new(places: usize) -> Arc<Self> {
        Arc::new(Self { places, state: Mutex::new(State { free: places, waiting: VecDeque::new() }) })
    }

    /// Waits for a place.
    pub(crate) async fn place_for(self: &Arc<Self>, peer: PeerNetwork) -> Result<Place, NoPlace> {
        let (sender, receiver) = oneshot::channel();
        {
            let mut state = self.lock();
            if state.free > 0 {
                state.free -= 1;
                return Ok(Place(Arc::clone(self)));
            }
            state.wait(peer, sender)?;
        }
        timeout(PATIENCE, receiver).await.map_err(|_| NoPlace)?.map_err(|_| NoPlace)
    }

    /// Returns how many have a place, and how many wait for one.
    pub(crate) fn length(&self) -> HashingQueue {
        let state = self.lock();
        let waiting = state.waiting.iter().flat_map(|(_, queue)| queue).filter(|place| !place.is_closed());
        HashingQueue { running: self.places - state.free, waiting: waiting.count() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn wait(&mut self, peer: PeerNetwork, place: oneshot::Sender<Place>) -> Result<(), NoPlace> {
        let Some((_, queue)) = self.waiting.iter_mut().find(|(other, _)| *other == peer) else {
            self.waiting.push_back((peer, VecDeque::from([place])));
            return Ok(());
        };
        queue.retain(|waiting| !waiting.is_closed());
        if queue.len() >= MAX_WAITING_OF_A_PEER {
            return Err(NoPlace);
        }
        queue.push_back(place);
        Ok(())
    }

    /// Takes the next in the queue who still waits.
    fn next(&mut self) -> Option<oneshot::Sender<Place>> {
        while let Some((peer, mut queue)) = self.waiting.pop_front() {
            queue.retain(|waiting| !waiting.is_closed());
            let next = queue.pop_front();
            if !queue.is_empty() {
                self.waiting.push_back((peer, queue));
            }
            if next.is_some() {
                return next;
            }
        }
        None
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let next = {
            let mut state = self.0.lock();
            let next = state.next();
            if next.is_none() {
                state.free += 1;
            }
            next
        };
        if let Some(next) = next {
            // If the next one gives up right now, the place comes back and is dropped again.
            let _ = next.send(Place(Arc::clone(&self.0)));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use tokio::task::{JoinHandle, yield_now};

    use super::*;

    fn peer(number: u8) -> PeerNetwork {
        PeerNetwork::of(IpAddr::V4(Ipv4Addr::new(192, 0, 2, number)))
    }

    /// Starts to wait.
    async fn wait(queue: &Arc<FairQueue>, number: u8) -> JoinHandle<Result<Place, NoPlace>> {
        let queue = Arc::clone(queue);
        let waiting = tokio::spawn(async move { queue.place_for(peer(number)).await });
        yield_now().await;
        waiting
    }

    #[tokio::test]
    async fn peers_take_turns() {
        let queue = FairQueue::new(1);
        let mut place = queue.place_for(peer(1)).await.unwrap();
        let mut of_the_flood = VecDeque::new();
        for _ in 0..MAX_WAITING_OF_A_PEER {
            of_the_flood.push_back(wait(&queue, 1).await);
        }
        let (second, third) = (wait(&queue, 2).await, wait(&queue, 3).await);
        assert_eq!(queue.length(), HashingQueue { running: 1, waiting: MAX_WAITING_OF_A_PEER + 2 });
        for next in [of_the_flood.pop_front().unwrap(), second, third, of_the_flood.pop_front().unwrap()] {
            drop(place);
            place = next.await.unwrap().unwrap();
            assert!(of_the_flood.iter().all(|waiting| !waiting.is_finished()));
        }
    }

    #[tokio::test]
    async fn a_peer_with_a_full_queue_is_refused_at_once_and_others_are_not() {
        let queue = FairQueue::new(1);
        let place = queue.place_for(peer(1)).await.unwrap();
        let mut waiting = Vec::new();
        for _ in 0..MAX_WAITING_OF_A_PEER {
            waiting.push(wait(&queue, 1).await);
        }
        assert!(queue.place_for(peer(1)).await.is_err());
        let other = wait(&queue, 2).await;
        drop((place, waiting.remove(0)));
        other.await.unwrap().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_after_some_time() {
        let queue = FairQueue::new(1);
        let place = queue.place_for(peer(1)).await.unwrap();
        assert!(queue.place_for(peer(2)).await.is_err());
        drop(place);
        queue.place_for(peer(2)).await.unwrap();
    }

    #[tokio::test]
    async fn a_place_outlives_those_who_gave_up() {
        let queue = FairQueue::new(2);
        let places = [queue.place_for(peer(1)).await.unwrap(), queue.place_for(peer(1)).await.unwrap()];
        for number in 1..50 {
            wait(&queue, number % 5).await.abort();
        }
        yield_now().await;
        drop(places);
        let state = queue.lock();
        assert_eq!((state.free, state.waiting.len()), (2, 0));
    }
}
