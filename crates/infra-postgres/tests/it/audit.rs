//! `AuditRepository` and `AuditReader`.

use std::net::IpAddr;

use domain::PageSize;
use domain::account::UserId;
use domain::audit::{Action, AuditQuery, AuditReader as _, AuditRecord, AuditRecordId, Change, Origin};
use domain::book::BookId;
use serde_json::json;
use test_support::{Suite, TestDatabase, tests};

use crate::support::{World, at, at_micros};

pub(crate) fn suite() -> Suite {
    tests![
        lists_what_was_recorded,
        records_nothing_without_a_commit,
        filters_by_each_condition,
        pages_continue_after_a_record,
        shows_the_current_address_of_who_made_the_change,
    ]
}

async fn record(world: &World, origin: &Origin, change: &Change, seconds: i64) {
    let unit = world.units().begin().await.unwrap();
    unit.audit().add(origin, change, at(seconds)).await.unwrap();
    unit.commit().await.unwrap();
}

fn everything() -> AuditQuery {
    AuditQuery { actor_id: None, action: None, book_id: None, user_id: None, after: None, limit: PageSize::MAX }
}

async fn list(world: &World, query: AuditQuery) -> Vec<AuditRecord> {
    world.store.list(&query).await.unwrap()
}

async fn ids(world: &World, query: AuditQuery) -> Vec<i64> {
    list(world, query).await.iter().map(|record| record.id.get()).collect()
}

fn book(number: i64) -> BookId {
    BookId::new(number).unwrap()
}

async fn lists_what_was_recorded(database: TestDatabase) {
    let world = World::open(&database).await;
    let admin = world.add_user("admin").await;
    let details = json!({ "from": 0, "to": i64::from(i32::MAX), "restocked": true, "title": "\"日本\" \\ \u{1}" });
    let set = Change::of_book(Action::StockSet, book(i64::MAX), details);
    for address in ["192.0.2.7", "2001:db8::1"] {
        let origin = Origin {
            actor_id: Some(admin.id),
            request_id: Some("a.request-1".to_owned()),
            address: Some(address.parse::<IpAddr>().unwrap()),
        };
        let unit = world.units().begin().await.unwrap();
        unit.audit().add(&origin, &set, at_micros(123_457)).await.unwrap();
        unit.commit().await.unwrap();
        let newest = list(&world, everything()).await.remove(0);
        let expected = AuditRecord {
            id: newest.id,
            at: at_micros(123_457),
            origin,
            actor_email: Some(admin.email.clone()),
            change: set.clone(),
        };
        assert_eq!(newest, expected);
    }
    for action in Action::ALL {
        let change = Change::of_user(action, admin.id);
        record(&world, &Origin::program(), &change, 60).await;
        let newest = list(&world, everything()).await.remove(0);
        assert_eq!((newest.origin, newest.actor_email, newest.change), (Origin::program(), None, change));
    }
}

async fn records_nothing_without_a_commit(database: TestDatabase) {
    let world = World::open(&database).await;
    let unit = world.units().begin().await.unwrap();
    let change = Change::of_book(Action::BookDeleted, book(1), json!({}));
    unit.audit().add(&Origin::program(), &change, at(1)).await.unwrap();
    drop(unit);
    assert_eq!(list(&world, everything()).await, []);
}

/// Adds four records: two of one admin, one of another, and one of the program.
async fn world_with_records(database: &TestDatabase) -> (World, [UserId; 2]) {
    let world = World::open(database).await;
    let admins = [world.add_user("ada").await.id, world.add_user("grace").await.id];
    let by = |admin: usize| Origin { actor_id: Some(admins[admin]), ..Origin::program() };
    let of_book = |action, number| Change::of_book(action, book(number), json!({}));
    record(&world, &by(0), &of_book(Action::StockSet, 7), 4).await;
    record(&world, &by(0), &of_book(Action::BookChanged, 8), 3).await;
    record(&world, &by(1), &of_book(Action::StockSet, 8), 2).await;
    record(&world, &Origin::program(), &Change::of_user(Action::AdminAdded, admins[1]), 1).await;
    (world, admins)
}

async fn filters_by_each_condition(database: TestDatabase) {
    let (world, [ada, grace]) = world_with_records(&database).await;
    let all = everything();
    for (query, expected) in [
        (all, &[4, 3, 2, 1][..]),
        (AuditQuery { actor_id: Some(ada), ..all }, &[2, 1]),
        (AuditQuery { action: Some(Action::StockSet), ..all }, &[3, 1]),
        (AuditQuery { book_id: Some(book(8)), ..all }, &[3, 2]),
        (AuditQuery { user_id: Some(grace), ..all }, &[4]),
        (AuditQuery { user_id: Some(ada), ..all }, &[]),
        (AuditQuery { actor_id: Some(ada), action: Some(Action::StockSet), ..all }, &[1]),
        (AuditQuery { actor_id: Some(grace), action: Some(Action::StockSet), book_id: Some(book(7)), ..all }, &[]),
    ] {
        assert_eq!(ids(&world, query).await, expected, "{query:?}");
    }
}

async fn pages_continue_after_a_record(database: TestDatabase) {
    let (world, _) = world_with_records(&database).await;
    let after =
        |id| AuditQuery { after: AuditRecordId::new(id).ok(), limit: PageSize::new(1).unwrap(), ..everything() };
    assert_eq!(ids(&world, AuditQuery { after: None, ..after(1) }).await, [4, 3], "one more than the limit");
    assert_eq!(ids(&world, after(3)).await, [2, 1]);
    assert_eq!(ids(&world, after(2)).await, [1]);
    assert_eq!(ids(&world, after(1)).await, [0; 0]);
}

async fn shows_the_current_address_of_who_made_the_change(database: TestDatabase) {
    let (world, [_, grace]) = world_with_records(&database).await;
    world.sql.execute(&format!("UPDATE users SET email = 'erased-2' WHERE id = {}", grace.get())).await;
    let [record] = &list(&world, AuditQuery { actor_id: Some(grace), ..everything() }).await[..] else { panic!() };
    assert_eq!(record.actor_email.as_ref().unwrap().as_str(), "erased-2");
}
