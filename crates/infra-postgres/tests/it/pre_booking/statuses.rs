//! Compares the two forms of the rule: `PreBookingState::of` and the view `pre_booking_statuses`.

use domain::account::UserId;
use domain::pre_booking::{Cancellation, PreBookingId, PreBookingState};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sea_orm::{ConnectionTrait, Statement};
use test_support::{Bystander, Suite, TestDatabase, tests};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use crate::support::{World, at_micros, literal};

pub(crate) fn suite() -> Suite {
    tests![the_view_and_the_domain_agree]
}

/// How many sets of records to try. Each has some hundred pre-bookings.
const CASES: u32 = 24;
const USERS: usize = 40;

/// The record of one pre-booking: when it was placed, when it was cancelled, and whether it was notified then. Times are
/// microseconds.
type Placed = (i64, Option<(i64, bool)>);
/// The record of one round: its restock, if it has ended, and its pre-bookings.
type RoundFacts = (Option<i64>, Vec<Placed>);

/// Few times, so that many are equal. SQLite stores them as texts of different lengths.
fn micros() -> impl Strategy<Value = i64> {
    prop_oneof![
        0..3_i64,
        (0..3_i64).prop_map(|thousands| 500_000 + 1_000 * thousands),
        (0..4_i64).prop_map(|seconds| seconds * 1_000_000)
    ]
}

/// Cancelled before or after the restock, with `was_notified` true or false: the database allows all of it.
fn rounds() -> impl Strategy<Value = Vec<RoundFacts>> {
    let placed = (micros(), option::of((micros(), any::<bool>())));
    vec((option::of(micros()), vec(placed, 0..USERS)), 1..12)
}

async fn the_view_and_the_domain_agree(database: TestDatabase) {
    let world = World::open(&database).await;
    let users = world.add_users(USERS).await;
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    // The same records every time, so that a failure can be repeated.
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let result = runner.run(&rounds(), |rounds| {
        block_in_place(|| Handle::current().block_on(check(&world, &users, &rounds)));
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}

async fn check(world: &World, users: &[UserId], rounds: &[RoundFacts]) {
    let book = world.add_book("Solaris", 0).await.id.get();
    let mut expected = Vec::new();
    let mut restock_rows = Vec::new();
    let mut rows = Vec::new();
    for (round, (restocked, placed)) in rounds.iter().enumerate() {
        restock_rows.extend(restocked.map(|micros| format!("({book}, {round}, {})", literal(at_micros(micros)))));
        for (user, (created, cancelled)) in users.iter().zip(placed) {
            let cancellation = cancelled.map(|(at, was_notified)| Cancellation { at: at_micros(at), was_notified });
            let (cancelled_at, was_notified) = match cancellation {
                Some(cancelled) => (literal(cancelled.at), cancelled.was_notified),
                None => ("NULL".to_owned(), false),
            };
            let created_at = at_micros(*created);
            let created = literal(created_at);
            rows.push(format!("({}, {book}, {round}, {created}, {cancelled_at}, {was_notified})", user.get()));
            expected.push((*user, PreBookingState::of(created_at, cancellation, restocked.map(at_micros))));
        }
    }
    insert(&world.sql, "restocks (book_id, round, restocked_at)", &restock_rows).await;
    let columns = "pre_bookings (user_id, book_id, round, created_at, cancelled_at, was_notified)";
    insert(&world.sql, columns, &rows).await;

    let view = format!(
        "SELECT pre_booking_id, user_id, status, notified_at, cancelled_at FROM pre_booking_statuses \
         WHERE book_id = {book} ORDER BY pre_booking_id"
    );
    let statement = Statement::from_string(world.sql.connection().get_database_backend(), view);
    let found = world.sql.connection().query_all_raw(statement).await.unwrap();
    assert_eq!(found.len(), expected.len());
    for (row, (user, status)) in found.iter().zip(&expected) {
        assert_eq!(row.try_get_by::<i64, _>("user_id").unwrap(), user.get());
        let kind: String = row.try_get_by("status").unwrap();
        assert_eq!(kind, status.status().as_str());
        assert_eq!(row.try_get_by::<Option<_>, _>("notified_at").unwrap(), status.notified_at());
        assert_eq!(row.try_get_by::<Option<_>, _>("cancelled_at").unwrap(), status.cancelled_at());
    }
    // Both ports must return the same. One row is enough, because the statements are the same for all.
    if let (Some(row), Some((user, status))) = (found.last(), expected.last()) {
        let id = PreBookingId::from_stored(row.try_get_by("pre_booking_id").unwrap());
        assert_eq!(world.pre_booking(*user, id).await.state, *status);
    }
}

async fn insert(sql: &Bystander, columns: &str, rows: &[String]) {
    if !rows.is_empty() {
        sql.execute(&format!("INSERT INTO {columns} VALUES {}", rows.join(", "))).await;
    }
}
