//! `delivery::fan_out`: each notified pre-booking gets one delivery.

use chrono::TimeDelta;
use domain::delivery::{Delivery, DeliveryState, FannedOut, fan_out};
use domain::pre_booking::cancel;
use test_support::{Engine, Suite, TestDatabase, tests};

use crate::support::{World, accepted, all, at, claim_some, fan_out_all, final_walk_due_at, placement, try_settle};

pub(crate) fn suite() -> Suite {
    tests![
        adds_one_delivery_for_each_notified_user,
        adds_no_delivery_for_other_stock_changes,
        the_final_walk_begins_a_minute_after_the_first,
        a_restock_that_becomes_visible_late_has_its_final_walk_a_minute_later,
        adds_nothing_twice,
        a_failure_leaves_neither_deliveries_nor_progress,
    ]
}

async fn pre_bookings_with_deliveries(world: &World) -> Vec<i64> {
    world.sql.column("SELECT pre_booking_id FROM deliveries ORDER BY id").await
}

async fn stages(world: &World) -> Vec<String> {
    world.sql.column("SELECT fan_out_stage FROM restocks ORDER BY id").await
}

async fn adds_one_delivery_for_each_notified_user(database: TestDatabase) {
    let world = World::open(&database).await;
    let (ada, grace, mary) = (world.add_user("ada").await, world.add_user("grace").await, world.add_user("mary").await);
    let (book, other) = (world.add_book("Solaris", 0).await, world.add_book("Fiasco", 0).await);
    let notified = world.add_pre_booking(ada.id, &book).await;
    world.add_pre_booking(ada.id, &other).await;
    let cancelled_before = world.add_pre_booking(mary.id, &book).await;
    let cancelled_behind = world.add_pre_booking(grace.id, &book).await;
    cancel(world.pre_bookings(), &world.clock, mary.id, cancelled_before.id).await.unwrap();
    world.set_stock(book.id, 5).await.unwrap().restock.unwrap();
    cancel(world.pre_bookings(), &world.clock, grace.id, cancelled_behind.id).await.unwrap();
    let next_round = world.set_stock(book.id, 0).await.unwrap().book;
    world.add_pre_booking(mary.id, &next_round).await;

    world.clock.set(at(10));
    assert_eq!(fan_out_all(&world).await, 1);

    let made = all(&world).await;
    let [first, second] = &made[..] else { panic!("{made:?}") };
    assert_eq!(first.created_at, at(10));
    let expected = Delivery {
        id: first.id,
        pre_booking_id: notified.id,
        restock_id: first.restock_id,
        book_id: book.id,
        title: book.details.title,
        user_id: ada.id,
        email: ada.email,
        state: DeliveryState::Pending { due_at: first.created_at },
        attempts: 0,
        reason: None,
        created_at: first.created_at,
    };
    assert_eq!(*first, expected);
    let (pre_booking_id, user_id, email) = (cancelled_behind.id, grace.id, grace.email);
    assert_eq!(*second, Delivery { id: second.id, pre_booking_id, user_id, email, ..expected });
    assert_eq!(world.sql.value::<i64>("SELECT id FROM restocks").await, first.restock_id.get());
}

async fn adds_no_delivery_for_other_stock_changes(database: TestDatabase) {
    let world = World::open(&database).await;
    let user = world.add_user("ada").await.id;
    let book = world.add_book("Solaris", 5).await;
    world.sql.execute(&placement(user, &book)).await;
    for stock in [10, 5, 0, 0] {
        world.set_stock(book.id, stock).await.unwrap();
        assert_eq!(fan_out(world.units(), &world.clock).await.unwrap(), FannedOut::Nothing, "{stock}");
    }
    world.clock.set(at(3_600));
    assert_eq!(fan_out(world.units(), &world.clock).await.unwrap(), FannedOut::Nothing);
    assert_eq!(all(&world).await, []);
}

async fn the_final_walk_begins_a_minute_after_the_first(database: TestDatabase) {
    let world = World::open(&database).await;
    let users = world.add_users(3).await;
    let book = world.add_book("Solaris", 0).await;
    let in_time = world.add_pre_booking(users[0], &book).await.id.get();
    world.set_stock(book.id, 5).await.unwrap().restock.unwrap();
    assert_eq!((fan_out_all(&world).await, stages(&world).await), (1, vec!["final".to_owned()]));

    world.sql.execute(&placement(users[1], &book)).await;
    let due_at = final_walk_due_at(&world).await;
    world.clock.set(due_at - TimeDelta::microseconds(1));
    assert_eq!(fan_out(world.units(), &world.clock).await.unwrap(), FannedOut::Nothing);
    assert_eq!(pre_bookings_with_deliveries(&world).await, [in_time]);

    world.clock.set(due_at);
    assert_eq!((fan_out_all(&world).await, stages(&world).await), (1, vec!["done".to_owned()]));
    let late: i64 = world.sql.value("SELECT max(id) FROM pre_bookings").await;
    assert_eq!(pre_bookings_with_deliveries(&world).await, [in_time, late]);

    world.clock.set(due_at + TimeDelta::days(1));
    assert_eq!(fan_out(world.units(), &world.clock).await.unwrap(), FannedOut::Nothing);
}

/// A commit can take long, for example while a synchronous standby is gone.
async fn a_restock_that_becomes_visible_late_has_its_final_walk_a_minute_later(database: TestDatabase) {
    let world = World::open(&database).await;
    let users = world.add_users(2).await;
    let book = world.add_book("Solaris", 0).await;
    world.add_pre_booking(users[0], &book).await;
    world.set_stock(book.id, 5).await.unwrap().restock.unwrap();

    world.clock.set(at(3_600));
    assert_eq!((fan_out_all(&world).await, stages(&world).await), (1, vec!["final".to_owned()]));
    world.sql.execute(&placement(users[1], &book)).await;
    world.clock.set(at(3_659));
    assert_eq!((fan_out_all(&world).await, all(&world).await.len()), (0, 1));
    world.clock.set(at(3_661));
    assert_eq!((fan_out_all(&world).await, stages(&world).await), (1, vec!["done".to_owned()]));
    assert_eq!(all(&world).await.len(), 2);
}

async fn adds_nothing_twice(database: TestDatabase) {
    let world = World::open(&database).await;
    let users = world.add_users(3).await;
    let book = world.add_book("Solaris", 0).await;
    for user in users {
        world.add_pre_booking(user, &book).await;
    }
    world.set_stock(book.id, 5).await.unwrap();
    fan_out_all(&world).await;
    let claimed = claim_some(&world).await.remove(0);
    assert!(try_settle(&world, claimed, accepted()).await);
    let before = all(&world).await;
    for again in 1..=3 {
        world.sql.execute("UPDATE restocks SET fan_out_stage = 'first', fan_out_after = 0").await;
        world.clock.set(at(100 * again));
        assert_eq!((fan_out_all(&world).await, stages(&world).await), (1, vec!["final".to_owned()]));
        world.clock.set(final_walk_due_at(&world).await);
        assert_eq!((fan_out_all(&world).await, stages(&world).await), (1, vec!["done".to_owned()]));
        assert_eq!(all(&world).await, before);
    }
}

/// Makes the database reject such writes, until the trigger is dropped.
async fn reject(world: &World, engine: Engine, event: &str, condition: &str) {
    world
        .sql
        .execute(&match engine {
            Engine::Sqlite => format!(
                "CREATE TRIGGER reject BEFORE {event} WHEN {condition} BEGIN SELECT RAISE(ABORT, 'on purpose'); END"
            ),
            Engine::Postgres => format!(
                "CREATE OR REPLACE FUNCTION reject() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                 RAISE EXCEPTION 'on purpose'; END $$; \
                 CREATE TRIGGER reject BEFORE {event} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION reject()"
            ),
        })
        .await;
}

async fn a_failure_leaves_neither_deliveries_nor_progress(database: TestDatabase) {
    let engine = database.engine();
    let world = World::open(&database).await;
    let users = world.add_users(3).await;
    let book = world.add_book("Solaris", 0).await;
    for user in users {
        world.add_pre_booking(user, &book).await;
    }
    world.set_stock(book.id, 5).await.unwrap();
    for (event, condition, table) in [
        ("INSERT ON deliveries", "NEW.pre_booking_id = 2", "deliveries"),
        ("UPDATE ON restocks", "NEW.fan_out_stage = 'final'", "restocks"),
    ] {
        reject(&world, engine, event, condition).await;
        fan_out(world.units(), &world.clock).await.unwrap_err();
        assert_eq!((all(&world).await, stages(&world).await), (vec![], vec!["first".to_owned()]), "{event}");
        let on_table = if engine == Engine::Postgres { format!(" ON {table}") } else { String::new() };
        world.sql.execute(&format!("DROP TRIGGER reject{on_table}")).await;
    }
    assert_eq!(fan_out_all(&world).await, 1);
    assert_eq!(all(&world).await.len(), 3);
}
