//! Migrations up and down, and the check of the schema.

use domain::{StoreHealth, StoreState};
use migration::Migrator;
use sea_orm_migration::MigratorTrait;
use test_support::{Bystander, Engine, Suite, TestDatabase, tests};

use crate::support::World;

pub(crate) fn suite() -> Suite {
    tests![the_schema_goes_up_and_down_and_up_again, migrating_again_changes_nothing,]
        .on_an_empty_database()
        .and(tests![ready_only_with_exactly_this_programs_schema, not_ready_without_a_schema])
        .and(tests![the_check_writes_nothing].only_on(Engine::Postgres))
}

/// Returns the columns, indexes and constraints, apart from those of the table of migrations.
async fn objects(sql: &Bystander, engine: Engine) -> Vec<String> {
    sql.column(match engine {
        Engine::Sqlite => {
            "SELECT coalesce(sql, name) FROM sqlite_master \
             WHERE tbl_name <> 'seaql_migrations' AND name <> 'sqlite_sequence' ORDER BY 1"
        }
        Engine::Postgres => {
            "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || coalesce(column_default, '') \
             FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'seaql_migrations' \
             UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'seaql_migrations' \
             UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal \
             UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint \
             WHERE connamespace = 'public'::regnamespace AND conrelid <> 'seaql_migrations'::regclass ORDER BY 1"
        }
    })
    .await
}

async fn the_schema_goes_up_and_down_and_up_again(database: TestDatabase) {
    let sql = Bystander::connect(database.url()).await;
    Migrator::up(sql.connection(), None).await.unwrap();
    assert!(migration::is_current(sql.connection()).await.unwrap());
    let all = objects(&sql, database.engine()).await;
    assert!(all.iter().any(|object| object.contains("uq_pre_bookings_user_book_waiting")), "{all:?}");

    Migrator::down(sql.connection(), None).await.unwrap();
    assert!(!migration::is_current(sql.connection()).await.unwrap());
    assert_eq!(objects(&sql, database.engine()).await, [""; 0]);

    // Step by step, so that each step undoes exactly what it did.
    for steps in 1..=u32::try_from(Migrator::migrations().len()).unwrap() {
        Migrator::up(sql.connection(), Some(1)).await.unwrap();
        let before = objects(&sql, database.engine()).await;
        Migrator::down(sql.connection(), Some(1)).await.unwrap();
        Migrator::up(sql.connection(), Some(1)).await.unwrap();
        assert_eq!(objects(&sql, database.engine()).await, before, "step {steps}");
    }
    assert!(migration::is_current(sql.connection()).await.unwrap());
    assert_eq!(objects(&sql, database.engine()).await, all);
}

async fn migrating_again_changes_nothing(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let before = objects(&world.sql, database.engine()).await;
    migration::migrate(world.sql.connection()).await.unwrap();
    assert_eq!(objects(&world.sql, database.engine()).await, before);
    assert_eq!(world.book(book.id).await, book);
}

async fn ready_only_with_exactly_this_programs_schema(database: TestDatabase) {
    let world = World::open(&database).await;
    assert_eq!(world.store.check().await.unwrap(), StoreState::Ready);
    let version: String = world.sql.value("SELECT max(version) FROM seaql_migrations").await;
    let insert = |version: &str| format!("INSERT INTO seaql_migrations (version, applied_at) VALUES ('{version}', 1)");
    let delete = |version: &str| format!("DELETE FROM seaql_migrations WHERE version = '{version}'");
    let of_a_later_program = "m29991231_000001_of_a_later_program";
    for (away, back) in [(delete(&version), insert(&version)), (insert(of_a_later_program), delete(of_a_later_program))]
    {
        world.sql.execute(&away).await;
        assert_eq!(world.store.check().await.unwrap(), StoreState::SchemaOutdated, "{away}");
        assert!(!migration::is_current(world.sql.connection()).await.unwrap(), "{away}");
        world.sql.execute(&back).await;
        assert_eq!(world.store.check().await.unwrap(), StoreState::Ready, "{back}");
    }
}

async fn not_ready_without_a_schema(database: TestDatabase) {
    let world = World::open(&database).await;
    world.sql.execute("DROP TABLE seaql_migrations").await;
    let state = world.store.check().await;
    assert!(!matches!(state, Ok(StoreState::Ready)), "{state:?}");
    assert!(world.sql.try_execute("DROP TABLE seaql_migrations").await.is_err(), "the check must not create it");
}

/// It also works for a role that can't create tables.
async fn the_check_writes_nothing(database: TestDatabase) {
    let world = World::open(&database).await;
    world.store.close().await;
    let name: String = world.sql.value("SELECT current_database()::text").await;
    world.sql.execute(&format!(r#"ALTER DATABASE "{name}" SET default_transaction_read_only = on"#)).await;
    let read_only = Bystander::connect(database.url()).await;
    assert!(migration::is_current(read_only.connection()).await.unwrap());
}
