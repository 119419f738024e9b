//! `DeliveryReader::list_restocks`.

use std::slice;

use domain::PageSize;
use domain::book::{Book, BookId, RestockId};
use domain::delivery::{DeliveryCounts, RestockQuery, RestockReport, SkipReason, fan_out, list_restocks};
use domain::pre_booking::cancel;
use test_support::{Suite, TestDatabase, tests};

use crate::support::{
    World, accepted, claim_some, copies, deferred, fan_out_all, final_walk_due_at, load_pre_bookings, placement,
    refused, try_settle, try_skip,
};

pub(crate) fn suite() -> Suite {
    tests![
        the_counts_add_up_from_the_restock_to_the_last_delivery,
        does_not_count_who_cancelled_while_waiting,
        counts_a_placement_committed_after_the_restock,
        pages_show_each_restock_once,
    ]
}

fn query(book_id: Option<BookId>, after: Option<RestockId>, limit: u32) -> RestockQuery {
    RestockQuery { book_id, after, limit: PageSize::new(limit).unwrap() }
}

async fn reports(world: &World, book_id: Option<BookId>) -> Vec<RestockReport> {
    world.deliveries().list_restocks(&query(book_id, None, 100)).await.unwrap()
}

/// Returns the counts of the only restock.
async fn counts(world: &World) -> (u64, DeliveryCounts) {
    let [report] = &reports(world, None).await[..] else { panic!("there is one restock") };
    (report.notified, report.deliveries)
}

fn pending(pending: u64) -> DeliveryCounts {
    DeliveryCounts { pending, ..DeliveryCounts::default() }
}

async fn the_counts_add_up_from_the_restock_to_the_last_delivery(database: TestDatabase) {
    let world = World::open(&database).await;
    world.add_users(1_004).await;
    let book = world.add_book("Solaris", 0).await;
    load_pre_bookings(&world, &book, 1_004).await;
    assert_eq!(reports(&world, None).await, []);
    let restock = world.set_stock(book.id, 7).await.unwrap().restock.unwrap();
    let all_pending = RestockReport {
        id: RestockId::from_stored(world.sql.value("SELECT id FROM restocks").await),
        book_id: book.id,
        title: book.details.title,
        quantity: copies(7),
        restocked_at: restock.restocked_at,
        notified: 1_004,
        deliveries: pending(1_004),
    };
    assert_eq!(reports(&world, None).await, slice::from_ref(&all_pending));
    for _ in 0..2 {
        fan_out(world.units(), &world.clock).await.unwrap();
        assert_eq!(reports(&world, None).await, slice::from_ref(&all_pending));
    }
    let mut claims = claim_some(&world).await;
    assert!(try_skip(&world, claims.pop().unwrap(), SkipReason::Cancelled).await);
    for (claimed, reply) in
        claims.into_iter().zip([accepted(), accepted(), accepted(), refused(), refused(), deferred()])
    {
        assert!(try_settle(&world, claimed, reply).await);
    }
    let deliveries = DeliveryCounts { pending: 998, delivered: 3, failed: 2, skipped: 1 };
    assert_eq!(reports(&world, None).await, [RestockReport { deliveries, ..all_pending }]);
}

async fn does_not_count_who_cancelled_while_waiting(database: TestDatabase) {
    let world = World::open(&database).await;
    let users = world.add_users(4).await;
    let book = world.add_book("Solaris", 0).await;
    let mut placed = Vec::new();
    for user in users {
        placed.push(world.add_pre_booking(user, &book).await);
    }
    let cancel = async |number: usize| {
        let one = &placed[number];
        cancel(world.pre_bookings(), &world.clock, one.user_id, one.id).await.unwrap();
    };
    cancel(0).await;
    world.set_stock(book.id, 5).await.unwrap();
    assert_eq!(counts(&world).await, (3, pending(3)));
    cancel(1).await;
    assert_eq!(counts(&world).await, (3, pending(3)));
    fan_out_all(&world).await;
    cancel(2).await;
    assert_eq!(counts(&world).await, (3, pending(3)));
    // Pre-bookings of the next round do not count.
    let next: Book = world.set_stock(book.id, 0).await.unwrap().book;
    world.add_pre_booking(placed[0].user_id, &next).await;
    assert_eq!(counts(&world).await, (3, pending(3)));
}

async fn counts_a_placement_committed_after_the_restock(database: TestDatabase) {
    let world = World::open(&database).await;
    let user = world.add_user("ada").await.id;
    let book = world.add_book("Solaris", 0).await;
    world.set_stock(book.id, 5).await.unwrap().restock.unwrap();
    fan_out_all(&world).await;
    assert_eq!(counts(&world).await, (0, pending(0)));
    world.sql.execute(&placement(user, &book)).await;
    assert_eq!(counts(&world).await, (1, pending(1)));
    world.clock.set(final_walk_due_at(&world).await);
    fan_out_all(&world).await;
    assert_eq!(counts(&world).await, (1, pending(1)));
}

async fn pages_show_each_restock_once(database: TestDatabase) {
    let world = World::open(&database).await;
    world.add_users(3).await;
    let books = [world.add_book("Solaris", 0).await.id, world.add_book("Fiasco", 0).await.id];
    for number in [2, 0, 3, 1, 2] {
        for book in books {
            load_pre_bookings(&world, &world.book(book).await, number).await;
            world.set_stock(book, 5).await.unwrap();
            world.set_stock(book, 0).await.unwrap();
        }
    }
    fan_out_all(&world).await;
    let all = reports(&world, None).await;
    assert_eq!(all.iter().map(|report| report.notified).collect::<Vec<_>>(), [2, 2, 1, 1, 3, 3, 0, 0, 2, 2]);
    assert!(all.is_sorted_by(|one, next| one.id > next.id && one.restocked_at > next.restocked_at));
    assert_eq!(reports(&world, Some(BookId::from_stored(99))).await, []);
    for book_id in [None, Some(books[0]), Some(books[1])] {
        let expected: Vec<RestockReport> =
            all.iter().filter(|report| book_id.is_none_or(|id| report.book_id == id)).cloned().collect();
        for limit in [1, 3, 4, 5, 10, 11] {
            let mut met = Vec::new();
            let mut after = None;
            loop {
                let page = list_restocks(world.deliveries(), &query(book_id, after, limit)).await.unwrap();
                met.extend(page.items);
                assert!(met.len() <= 10, "the walk goes in circles: {book_id:?} {limit}");
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(met, expected, "{book_id:?} {limit}");
        }
    }
}
