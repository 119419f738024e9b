//! The checks and the repairs of the store. The trigger and the foreign keys are switched off to break the rules.

use domain::book::BookId;
use infra_postgres::{DatabaseUrl, Finding, Maintenance, StoreOptions, connect};
use std::num::NonZeroU32;
use test_support::{Engine, Suite, TestDatabase, tests};

use crate::support::{World, all, fan_out_all, world_with_deliveries};

pub(crate) fn suite() -> Suite {
    tests![
        finds_nothing_in_a_sound_store,
        repairs_users_who_wait_for_a_book_in_stock,
        repairs_a_lost_restock,
        repairs_a_round_that_was_set_back,
        repairs_a_lost_delivery,
        reports_what_has_no_right_answer_and_leaves_it,
        undoes_steps_and_refuses_an_older_schema_when_told_not_to_migrate,
    ]
    .and(tests![repairs_a_trigger_that_is_off].only_on(Engine::Postgres))
    .and(tests![finds_references_to_nothing].only_on(Engine::Sqlite))
}

async fn open(database: &TestDatabase) -> Maintenance {
    Maintenance::open(&DatabaseUrl::parse(database.url()).unwrap()).await.unwrap()
}

/// Returns the rules that are violated, with the number of violations.
async fn violated(store: &Maintenance) -> Vec<(&'static str, u64)> {
    violations(store.inspect().await.unwrap())
}

fn violations(findings: Vec<Finding>) -> Vec<(&'static str, u64)> {
    findings.into_iter().filter(|found| found.violations > 0).map(|found| (found.rule, found.violations)).collect()
}

/// Checks that exactly this rule is violated, and that the repair mends it.
async fn assert_repairs(store: &Maintenance, rule: &'static str) {
    assert_eq!(violated(store).await, [(rule, 1)]);
    assert_eq!(violations(store.repair().await.unwrap()), [(rule, 1)]);
    assert_eq!(violated(store).await, []);
    assert_eq!(store.repair().await.unwrap(), []);
}

async fn with_trigger_off(world: &World, engine: Engine, sql: &str) {
    let off = match engine {
        Engine::Postgres => "ALTER TABLE books DISABLE TRIGGER record_restock",
        Engine::Sqlite => "DROP TRIGGER record_restock",
    };
    world.sql.execute(off).await;
    world.sql.execute(sql).await;
    if engine == Engine::Postgres {
        world.sql.execute("ALTER TABLE books ENABLE TRIGGER record_restock").await;
    }
}

async fn finds_nothing_in_a_sound_store(database: TestDatabase) {
    let (world, _) = world_with_deliveries(&database, 3).await;
    let user = world.add_user("grace").await.id;
    let book = world.add_book("Fiasco", 0).await;
    world.add_pre_booking(user, &book).await;
    let store = open(&database).await;
    let findings = store.inspect().await.unwrap();
    assert!(findings.len() >= 7, "{findings:?}");
    assert_eq!(violations(findings), []);
    assert_eq!(store.repair().await.unwrap(), []);
}

async fn repairs_users_who_wait_for_a_book_in_stock(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    for name in ["ada", "grace"] {
        let user = world.add_user(name).await.id;
        world.add_pre_booking(user, &book).await;
    }
    with_trigger_off(&world, database.engine(), "UPDATE books SET stock_quantity = 7").await;
    let store = open(&database).await;
    let found = store.inspect().await.unwrap().into_iter().find(|found| found.violations > 0).unwrap();
    assert_eq!(found.examples, [format!("book {} is in stock, and 2 pre-bookings wait for it", book.id.get())]);

    assert_repairs(&store, "nobody waits for a book that is in stock").await;

    assert_eq!(world.sql.column::<String>("SELECT status FROM pre_booking_statuses").await, ["notified"; 2]);
    assert_eq!(world.sql.column::<i32>("SELECT quantity FROM restocks").await, [7]);
    assert_eq!(world.book(book.id).await.round.get(), 1);
}

async fn repairs_a_lost_restock(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let user = world.add_user("ada").await.id;
    for _ in 0..3 {
        world.add_pre_booking(user, &world.book(book.id).await).await;
        world.set_stock(book.id, 5).await.unwrap();
        world.set_stock(book.id, 0).await.unwrap();
    }
    world.sql.execute("DELETE FROM restocks WHERE round = 1").await;
    assert_repairs(&open(&database).await, "a round that has ended has a restock").await;
    let statuses = "SELECT status FROM pre_booking_statuses ORDER BY pre_booking_id";
    assert_eq!(world.sql.column::<String>(statuses).await, ["notified"; 3]);
    assert_eq!(world.sql.column::<i64>("SELECT round FROM restocks ORDER BY round").await, [0, 1, 2]);
}

async fn repairs_a_round_that_was_set_back(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    for _ in 0..2 {
        world.set_stock(book.id, 5).await.unwrap();
        world.set_stock(book.id, 0).await.unwrap();
    }
    world.sql.execute("UPDATE books SET round = 1").await;
    assert_repairs(&open(&database).await, "a round that has a restock has ended").await;
    assert_eq!(world.book(book.id).await.round.get(), 2);
}

async fn repairs_a_lost_delivery(database: TestDatabase) {
    let (world, _) = world_with_deliveries(&database, 3).await;
    world.sql.execute("UPDATE restocks SET fan_out_stage = 'done'").await;
    let lost = all(&world).await[1].pre_booking_id;
    world.sql.execute(&format!("DELETE FROM deliveries WHERE pre_booking_id = {}", lost.get())).await;
    let rule = "every notified user has a delivery when the fan-out of the restock is done";
    assert_eq!(violated(&open(&database).await).await, [(rule, 1)]);

    assert_repairs(&open(&database).await, rule).await;

    fan_out_all(&world).await;
    let mut of: Vec<_> = all(&world).await.into_iter().map(|delivery| delivery.pre_booking_id).collect();
    of.sort();
    assert_eq!((of.len(), of.contains(&lost)), (3, true));
}

async fn reports_what_has_no_right_answer_and_leaves_it(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let user = world.add_user("ada").await.id;
    let placed = world.add_pre_booking(user, &book).await;
    world.sql.execute("UPDATE pre_bookings SET round = 5").await;
    let store = open(&database).await;
    assert_eq!(store.repair().await.unwrap(), []);
    let found = store.inspect().await.unwrap().into_iter().find(|found| found.violations > 0).unwrap();
    let example =
        format!("pre-booking {} belongs to round 5, and book {} is in round 0", placed.id.get(), book.id.get());
    assert_eq!((found.rule, found.is_repairable), ("no pre-booking belongs to a round that has not begun", false));
    assert_eq!(found.examples, [example]);
    assert_eq!(world.sql.column::<i64>("SELECT round FROM pre_bookings").await, [5]);
}

async fn repairs_a_trigger_that_is_off(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    world.sql.execute("ALTER TABLE books DISABLE TRIGGER record_restock").await;
    let store = open(&database).await;
    assert_repairs(&store, "the trigger that records restocks of other programs is on").await;
    world.sql.execute("UPDATE books SET stock_quantity = 1").await;
    assert_eq!(world.book(book.id).await.round.get(), 1);

    world.sql.execute("DROP TRIGGER record_restock ON books").await;
    assert_eq!(store.repair().await.unwrap(), [], "only a migration can add the trigger");
    assert_eq!(violated(&store).await.len(), 1);
}

async fn finds_references_to_nothing(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let user = world.add_user("ada").await.id;
    world.add_pre_booking(user, &book).await;
    world.sql.execute("PRAGMA foreign_keys = OFF; DELETE FROM users").await;
    let rules: Vec<_> = violated(&open(&database).await).await.into_iter().map(|(rule, _)| rule).collect();
    assert_eq!(rules, ["every reference leads to a row"]);
}

async fn undoes_steps_and_refuses_an_older_schema_when_told_not_to_migrate(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await.id;
    let store = open(&database).await;
    let pending = async || store.schema().await.unwrap().iter().filter(|step| !step.is_applied).count();
    let url = DatabaseUrl::parse(database.url()).unwrap();
    let options = StoreOptions { url, max_connections: NonZeroU32::MIN, migrates: false };
    assert_eq!(pending().await, 0);
    connect(&options).await.unwrap().close().await;

    store.undo(2).await.unwrap();
    assert_eq!(pending().await, 2);
    let refused = connect(&options).await.unwrap_err().to_string();
    assert!(refused.contains("MIGRATE_ON_START is off"), "{refused}");
    assert_eq!(pending().await, 2);

    store.migrate().await.unwrap();
    assert_eq!(pending().await, 0);
    assert_eq!(BookId::from_stored(world.sql.value("SELECT id FROM books").await), book);
}
