//! `delivery::fan_out`: whoever a restock notified gets one delivery.

use chrono::TimeDelta;
use domain::delivery::{Delivery, DeliveryState, FanOutProgress, FannedOut, fan_out};
use domain::pre_booking::cancel;
use test_support::{Engine, Suite, TestDatabase, tests};

use crate::backlog::{accepted, all, claim_some, fan_out_all, placement, try_settle};
use crate::support::{World, at};

pub(crate) fn suite() -> Suite {
    tests![
        whoever_was_notified_gets_one_delivery,
        no_other_stock_change_makes_deliveries,
        the_final_walk_begins_a_minute_behind_the_restock,
        nothing_is_made_twice,
        a_failure_leaves_neither_deliveries_nor_progress,
    ]
}

async fn pre_bookings_with_deliveries(world: &World) -> Vec<i64> {
    world.sql.column("SELECT pre_booking_id FROM deliveries ORDER BY id").await
}

async fn stages(world: &World) -> Vec<String> {
    world.sql.column("SELECT fan_out_stage FROM restocks ORDER BY id").await
}

async fn whoever_was_notified_gets_one_delivery(database: TestDatabase) {
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

async fn no_other_stock_change_makes_deliveries(database: TestDatabase) {
    let world = World::open(&database).await;
    let user = world.add_user("ada").await.id;
    let book = world.add_book("Solaris", 5).await;
    world.sql.run(&placement(user, &book)).await;
    for stock in [10, 5, 0, 0] {
        world.set_stock(book.id, stock).await.unwrap();
        assert_eq!(fan_out(world.units(), &world.clock).await.unwrap(), FannedOut::Nothing, "{stock}");
    }
    world.clock.set(at(3_600));
    assert_eq!(fan_out(world.units(), &world.clock).await.unwrap(), FannedOut::Nothing);
    assert_eq!(all(&world).await, []);
}

async fn the_final_walk_begins_a_minute_behind_the_restock(database: TestDatabase) {
    let world = World::open(&database).await;
    let users = world.add_users(3).await;
    let book = world.add_book("Solaris", 0).await;
    let in_time = world.add_pre_booking(users[0], &book).await.id.get();
    let restocked_at = world.set_stock(book.id, 5).await.unwrap().restock.unwrap().restocked_at;
    assert_eq!((fan_out_all(&world).await, stages(&world).await), (1, vec!["final".to_owned()]));

    world.sql.run(&placement(users[1], &book)).await;
    world.clock.set(restocked_at + FanOutProgress::FINAL_AFTER - TimeDelta::microseconds(1));
    assert_eq!(fan_out(world.units(), &world.clock).await.unwrap(), FannedOut::Nothing);
    assert_eq!(pre_bookings_with_deliveries(&world).await, [in_time]);

    world.clock.set(restocked_at + FanOutProgress::FINAL_AFTER);
    assert_eq!((fan_out_all(&world).await, stages(&world).await), (1, vec!["done".to_owned()]));
    let late: i64 = world.sql.value("SELECT max(id) FROM pre_bookings").await;
    assert_eq!(pre_bookings_with_deliveries(&world).await, [in_time, late]);

    world.clock.set(restocked_at + TimeDelta::days(1));
    assert_eq!(fan_out(world.units(), &world.clock).await.unwrap(), FannedOut::Nothing);
}

async fn nothing_is_made_twice(database: TestDatabase) {
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
        world.sql.run("UPDATE restocks SET fan_out_stage = 'first', fan_out_after = 0").await;
        world.clock.set(at(100 * again));
        assert_eq!((fan_out_all(&world).await, stages(&world).await), (2, vec!["done".to_owned()]));
        assert_eq!(all(&world).await, before);
    }
}

/// What the store refuses as asked for, until the trigger is dropped.
async fn refuse(world: &World, engine: Engine, event: &str, condition: &str) {
    world
        .sql
        .run(&match engine {
            Engine::Sqlite => format!(
                "CREATE TRIGGER refuse BEFORE {event} WHEN {condition} BEGIN SELECT RAISE(ABORT, 'as asked for'); END"
            ),
            Engine::Postgres => format!(
                "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                 RAISE EXCEPTION 'as asked for'; END $$; \
                 CREATE TRIGGER refuse BEFORE {event} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION refuse()"
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
        refuse(&world, engine, event, condition).await;
        fan_out(world.units(), &world.clock).await.unwrap_err();
        assert_eq!((all(&world).await, stages(&world).await), (vec![], vec!["first".to_owned()]), "{event}");
        let on_table = if engine == Engine::Postgres { format!(" ON {table}") } else { String::new() };
        world.sql.run(&format!("DROP TRIGGER refuse{on_table}")).await;
    }
    assert_eq!(fan_out_all(&world).await, 1);
    assert_eq!(all(&world).await.len(), 3);
}
