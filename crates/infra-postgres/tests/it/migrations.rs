//! The schema goes up and down, and several instances may start at once.

use std::sync::Arc;

use domain::{StoreHealth, StoreState};
use migration::Migrator;
use sea_orm_migration::MigratorTrait;
use test_support::{Engine, Suite, TestDatabase, tests};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::support::{Sql, World, open_store};

pub(crate) fn suite() -> Suite {
    tests![
        the_schema_goes_up_and_down_and_up_again,
        several_instances_migrate_at_once,
        several_stores_open_at_once,
        to_migrate_again_changes_nothing,
    ]
    .on_an_empty_database()
    .and(tests![a_store_is_ready_when_its_schema_is_this_programs, a_store_without_a_schema_is_not_ready])
    .and(tests![a_check_writes_nothing].only_on(Engine::Postgres))
}

/// The tables, views and indexes that there are, beside those that keep count of migrations.
async fn objects(sql: &Sql, engine: Engine) -> Vec<String> {
    sql.column(match engine {
        Engine::Sqlite => {
            "SELECT coalesce(sql, name) FROM sqlite_master \
             WHERE tbl_name <> 'seaql_migrations' AND name <> 'sqlite_sequence' ORDER BY 1"
        }
        Engine::Postgres => {
            "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || coalesce(column_default, '') \
             FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'seaql_migrations' \
             UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'seaql_migrations' \
             UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint \
             WHERE connamespace = 'public'::regnamespace AND conrelid <> 'seaql_migrations'::regclass ORDER BY 1"
        }
    })
    .await
}

async fn the_schema_goes_up_and_down_and_up_again(database: TestDatabase) {
    let sql = Sql::connect(&database).await;
    Migrator::up(&sql.0, None).await.unwrap();
    assert!(migration::is_current(&sql.0).await.unwrap());
    let all = objects(&sql, database.engine()).await;
    assert!(all.iter().any(|object| object.contains("uq_pre_bookings_user_book_waiting")), "{all:?}");

    Migrator::down(&sql.0, None).await.unwrap();
    assert!(!migration::is_current(&sql.0).await.unwrap());
    assert_eq!(objects(&sql, database.engine()).await, [""; 0]);

    // Step by step, so that each one undoes what it did and no more.
    for steps in 1..=u32::try_from(Migrator::migrations().len()).unwrap() {
        Migrator::up(&sql.0, Some(1)).await.unwrap();
        let before = objects(&sql, database.engine()).await;
        Migrator::down(&sql.0, Some(1)).await.unwrap();
        Migrator::up(&sql.0, Some(1)).await.unwrap();
        assert_eq!(objects(&sql, database.engine()).await, before, "step {steps}");
    }
    assert!(migration::is_current(&sql.0).await.unwrap());
    assert_eq!(objects(&sql, database.engine()).await, all);
}

async fn several_instances_migrate_at_once(database: TestDatabase) {
    let barrier = Arc::new(Barrier::new(8));
    let mut instances = JoinSet::new();
    for _ in 0..8 {
        let sql = Sql::connect(&database).await;
        let barrier = Arc::clone(&barrier);
        instances.spawn(async move {
            barrier.wait().await;
            migration::migrate(&sql.0).await
        });
    }
    while let Some(result) = instances.join_next().await {
        result.unwrap().unwrap();
    }
    assert!(migration::is_current(&Sql::connect(&database).await.0).await.unwrap());
}

/// On SQLite they also create the file at once.
async fn several_stores_open_at_once(database: TestDatabase) {
    let mut instances = JoinSet::new();
    for _ in 0..8 {
        let database = database.clone();
        instances.spawn(async move { open_store(&database, 1).await.check().await });
    }
    while let Some(result) = instances.join_next().await {
        assert_eq!(result.unwrap().unwrap(), StoreState::Ready);
    }
}

async fn to_migrate_again_changes_nothing(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let before = objects(&world.sql, database.engine()).await;
    migration::migrate(&world.sql.0).await.unwrap();
    assert_eq!(objects(&world.sql, database.engine()).await, before);
    assert_eq!(world.book(book.id).await, book);
}

async fn a_store_is_ready_when_its_schema_is_this_programs(database: TestDatabase) {
    let world = World::open(&database).await;
    assert_eq!(world.store.check().await.unwrap(), StoreState::Ready);
    let version: String = world.sql.value("SELECT max(version) FROM seaql_migrations").await;
    let insert = |version: &str| format!("INSERT INTO seaql_migrations (version, applied_at) VALUES ('{version}', 1)");
    let delete = |version: &str| format!("DELETE FROM seaql_migrations WHERE version = '{version}'");
    let of_a_later_program = "m29991231_000001_of_a_later_program";
    for (away, back) in [(delete(&version), insert(&version)), (insert(of_a_later_program), delete(of_a_later_program))]
    {
        world.sql.run(&away).await;
        assert_eq!(world.store.check().await.unwrap(), StoreState::SchemaOutdated, "{away}");
        assert!(!migration::is_current(&world.sql.0).await.unwrap(), "{away}");
        world.sql.run(&back).await;
        assert_eq!(world.store.check().await.unwrap(), StoreState::Ready, "{back}");
    }
}

async fn a_store_without_a_schema_is_not_ready(database: TestDatabase) {
    let world = World::open(&database).await;
    world.sql.run("DROP TABLE seaql_migrations").await;
    let state = world.store.check().await;
    assert!(!matches!(state, Ok(StoreState::Ready)), "{state:?}");
    assert!(world.sql.try_run("DROP TABLE seaql_migrations").await.is_err(), "who asks must not write");
}

/// A role that may not create tables is asked as often as any other.
async fn a_check_writes_nothing(database: TestDatabase) {
    let world = World::open(&database).await;
    world.store.close().await;
    let name: String = world.sql.value("SELECT current_database()::text").await;
    world.sql.run(&format!(r#"ALTER DATABASE "{name}" SET default_transaction_read_only = on"#)).await;
    let read_only = Sql::connect(&database).await;
    assert!(migration::is_current(&read_only.0).await.unwrap());
}
