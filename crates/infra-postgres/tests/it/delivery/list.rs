//! `DeliveryReader::list`.

use domain::PageSize;
use domain::book::BookId;
use domain::delivery::{Delivery, DeliveryId, DeliveryQuery, DeliveryStatus, SkipReason, list};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{World, accepted, add_deliveries, claim_some, deferred, delivery, refused, try_settle, try_skip};

pub(crate) fn suite() -> Suite {
    tests![
        each_filter_finds_its_deliveries,
        pages_show_each_delivery_once,
        returns_one_more_than_the_limit_if_there_is_one,
        pages_continue_while_deliveries_are_settled,
    ]
}

/// Returns a store with the deliveries of three books, in all states.
async fn world_with_states(database: &TestDatabase) -> (World, Vec<Delivery>) {
    let world = World::open(database).await;
    world.add_users(9).await;
    for _ in 0..3 {
        add_deliveries(&world).await;
    }
    for (number, claimed) in claim_some(&world).await.into_iter().enumerate() {
        let reply = match number % 7 {
            0 | 4 => accepted(),
            1 => refused(),
            2 => deferred(),
            3 => {
                assert!(try_skip(&world, claimed, SkipReason::Cancelled).await);
                continue;
            }
            _ => continue,
        };
        assert!(try_settle(&world, claimed, reply).await);
    }
    let ids: Vec<i64> = world.sql.column("SELECT id FROM deliveries ORDER BY id DESC").await;
    let mut deliveries = Vec::new();
    for id in ids {
        deliveries.push(delivery(&world, DeliveryId::from_stored(id)).await);
    }
    assert_eq!(deliveries.len(), 27);
    (world, deliveries)
}

fn statuses() -> impl Iterator<Item = Option<DeliveryStatus>> {
    [None].into_iter().chain(DeliveryStatus::ALL.map(Some))
}

fn books(deliveries: &[Delivery]) -> Vec<Option<BookId>> {
    vec![None, Some(deliveries[0].book_id), Some(deliveries[9].book_id), Some(BookId::from_stored(99))]
}

fn matching(deliveries: &[Delivery], status: Option<DeliveryStatus>, book_id: Option<BookId>) -> Vec<Delivery> {
    let matches = |delivery: &&Delivery| {
        status.is_none_or(|status| delivery.state.status() == status)
            && book_id.is_none_or(|book_id| delivery.book_id == book_id)
    };
    deliveries.iter().filter(matches).cloned().collect()
}

async fn each_filter_finds_its_deliveries(database: TestDatabase) {
    let (world, deliveries) = world_with_states(&database).await;
    for status in statuses() {
        for book_id in books(&deliveries) {
            let query = DeliveryQuery { status, book_id, after: None, limit: PageSize::new(500).unwrap() };
            let listed = world.deliveries().list(&query).await.unwrap();
            assert_eq!(listed, matching(&deliveries, status, book_id), "{query:?}");
            assert_eq!(listed.is_empty(), book_id == Some(BookId::from_stored(99)), "{query:?}");
        }
    }
}

async fn pages_show_each_delivery_once(database: TestDatabase) {
    let (world, deliveries) = world_with_states(&database).await;
    for limit in [1, 2, 5, 26, 27, 28] {
        for status in statuses() {
            for book_id in books(&deliveries) {
                let limit = PageSize::new(limit).unwrap();
                let mut query = DeliveryQuery { status, book_id, after: None, limit };
                let mut met = Vec::new();
                loop {
                    let page = list(world.deliveries(), &query).await.unwrap();
                    met.extend(page.items);
                    assert!(met.len() < 100, "the walk goes in circles: {query:?}");
                    query.after = page.next;
                    if query.after.is_none() {
                        break;
                    }
                }
                assert_eq!(met, matching(&deliveries, status, book_id), "{query:?}");
            }
        }
    }
}

async fn returns_one_more_than_the_limit_if_there_is_one(database: TestDatabase) {
    let (world, deliveries) = world_with_states(&database).await;
    let last = deliveries.last().map(|delivery| delivery.id);
    for (after, limit, expected) in [(None, 1, 2), (None, 26, 27), (None, 27, 27), (None, 28, 27), (last, 1, 0)] {
        let limit = PageSize::new(limit).unwrap();
        let listed = world.deliveries().list(&DeliveryQuery { status: None, book_id: None, after, limit }).await;
        assert_eq!(listed.unwrap().len(), expected, "{limit:?}");
    }
}

/// Deliveries that leave the list meanwhile are not shown, and no others are missed.
async fn pages_continue_while_deliveries_are_settled(database: TestDatabase) {
    let world = World::open(&database).await;
    world.add_users(9).await;
    let mut of = add_deliveries(&world).await;
    of.reverse();
    let limit = PageSize::new(3).unwrap();
    let mut query = DeliveryQuery { status: Some(DeliveryStatus::Pending), book_id: None, after: None, limit };
    let first = list(world.deliveries(), &query).await.unwrap();
    let claims = claim_some(&world).await;
    for claimed in claims.into_iter().filter(|claimed| [of[1], of[2], of[4]].contains(&claimed.id)) {
        assert!(try_settle(&world, claimed, accepted()).await);
    }
    query.after = first.next;
    let second = list(world.deliveries(), &query).await.unwrap();
    let met: Vec<DeliveryId> = first.items.into_iter().chain(second.items).map(|delivery| delivery.id).collect();
    assert_eq!(met, [of[0], of[1], of[2], of[3], of[5], of[6]]);
}
