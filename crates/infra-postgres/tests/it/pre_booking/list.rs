//! `PreBookingReader::list`.

use domain::account::UserId;
use domain::book::Book;
use domain::pre_booking::{
    PreBookedBook, PreBookingId, PreBookingPosition, PreBookingQuery, PreBookingStatus, cancel, list,
};
use domain::{PageSize, Timestamp};
use test_support::{Engine, Suite, TestDatabase, tests};

use crate::support::{World, at, at_micros};

pub(crate) fn suite() -> Suite {
    tests![
        lists_the_newest_first_with_ties_by_identifier,
        pages_show_each_pre_booking_once,
        filters_by_status,
        returns_one_more_than_the_limit_if_there_is_one,
        lists_nothing_of_other_users,
    ]
    .and(
        tests![sorts_default_times_like_others, rejects_times_in_other_formats_or_sorts_them_like_others,]
            .only_on(Engine::Sqlite),
    )
}

/// Returns a store in which one user placed pre-bookings at these times, each of another book.
async fn world_with(database: &TestDatabase, moments: &[Timestamp]) -> (World, UserId, Vec<PreBookingId>) {
    let world = World::open(database).await;
    let user = world.add_user("ada").await.id;
    let mut ids = Vec::new();
    for (number, moment) in moments.iter().enumerate() {
        let book = world.add_book(&format!("Volume {number}"), 0).await;
        world.clock.set(*moment);
        ids.push(world.add_pre_booking(user, &book).await.id);
    }
    (world, user, ids)
}

/// Whole seconds, milliseconds and microseconds, which SQLite stores as texts of different lengths, and ties of each.
fn moments() -> Vec<Timestamp> {
    let mut moments = Vec::new();
    for micros in [1_000_000, 1_000_001, 999_999, 1_500_000, 1_000_000, 1_500_001, 1_000_000, 1_500_000, 1_000_001] {
        moments.push(at_micros(micros));
    }
    moments
}

fn newest_first(moments: &[Timestamp], ids: &[PreBookingId]) -> Vec<PreBookingId> {
    let mut order: Vec<_> = moments.iter().zip(ids).collect();
    order.sort_unstable_by(|one, other| other.cmp(one));
    order.into_iter().map(|(_, id)| *id).collect()
}

fn query(status: Option<PreBookingStatus>, after: Option<PreBookingPosition>, limit: u32) -> PreBookingQuery {
    PreBookingQuery { status, after, limit: PageSize::new(limit).unwrap() }
}

fn ids_of(items: &[PreBookedBook]) -> Vec<PreBookingId> {
    items.iter().map(|item| item.pre_booking.id).collect()
}

async fn lists_the_newest_first_with_ties_by_identifier(database: TestDatabase) {
    let (world, user, ids) = world_with(&database, &moments()).await;
    let items = world.pre_booking_reader().list(user, &query(None, None, 500)).await.unwrap();
    assert_eq!(ids_of(&items), newest_first(&moments(), &ids));
    for item in &items {
        assert_eq!(item.pre_booking, world.pre_booking(user, item.pre_booking.id).await);
        let number = ids.iter().position(|id| *id == item.pre_booking.id).unwrap();
        assert_eq!(item.title.as_str(), format!("Volume {number}"));
        assert_eq!(item.author.as_str(), "Stanisław Lem");
        assert_eq!(item.pre_booking.created_at, moments()[number]);
    }
}

async fn pages_show_each_pre_booking_once(database: TestDatabase) {
    let (world, user, ids) = world_with(&database, &moments()).await;
    for limit in 1..=10 {
        for status in [None, Some(PreBookingStatus::Waiting)] {
            assert_eq!(walk(&world, user, status, limit).await, newest_first(&moments(), &ids), "{limit} {status:?}");
        }
    }
}

/// Returns the pre-bookings on all pages.
async fn walk(world: &World, user: UserId, status: Option<PreBookingStatus>, limit: u32) -> Vec<PreBookingId> {
    let mut met = Vec::new();
    let mut after = None;
    loop {
        let page = list(world.pre_booking_reader(), user, &query(status, after, limit)).await.unwrap();
        assert!(page.items.len() <= limit as usize);
        met.extend(ids_of(&page.items));
        assert!(met.len() < 100, "the walk goes in circles: {met:?}");
        after = page.next;
        if after.is_none() {
            return met;
        }
    }
}

async fn filters_by_status(database: TestDatabase) {
    let world = World::open(&database).await;
    let user = world.add_user("ada").await.id;
    let mut books: Vec<Book> = Vec::new();
    let mut ids = Vec::new();
    for number in 0..5 {
        books.push(world.add_book(&format!("Volume {number}"), 0).await);
        ids.push(world.add_pre_booking(user, &books[number]).await.id);
    }
    // 0 is cancelled, 1 notified, 2 notified and then cancelled, 3 cancelled before its restock, 4 waiting.
    for number in [0, 3] {
        cancel(world.pre_bookings(), &world.clock, user, ids[number]).await.unwrap();
    }
    for number in [1, 2, 3] {
        world.set_stock(books[number].id, 5).await.unwrap();
    }
    cancel(world.pre_bookings(), &world.clock, user, ids[2]).await.unwrap();
    for (status, expected) in [
        (None, &[4, 3, 2, 1, 0][..]),
        (Some(PreBookingStatus::Waiting), &[4]),
        (Some(PreBookingStatus::Notified), &[1]),
        (Some(PreBookingStatus::Cancelled), &[3, 2, 0]),
    ] {
        let items = world.pre_booking_reader().list(user, &query(status, None, 500)).await.unwrap();
        assert_eq!(ids_of(&items), expected.iter().map(|number| ids[*number]).collect::<Vec<_>>(), "{status:?}");
        assert!(items.iter().all(|item| status.is_none_or(|status| item.pre_booking.state.status() == status)));
    }
    assert_eq!(walk(&world, user, Some(PreBookingStatus::Cancelled), 1).await, [ids[3], ids[2], ids[0]]);
}

async fn returns_one_more_than_the_limit_if_there_is_one(database: TestDatabase) {
    let (world, user, ids) = world_with(&database, &[at(1), at(2), at(3)]).await;
    for (limit, expected) in [(1, 2), (2, 3), (3, 3), (4, 3)] {
        let items = world.pre_booking_reader().list(user, &query(None, None, limit)).await.unwrap();
        assert_eq!(items.len(), expected, "{limit}");
    }
    let first = PreBookingPosition { created_at: at(1), id: ids[0] };
    let items = world.pre_booking_reader().list(user, &query(None, Some(first), 1)).await.unwrap();
    assert_eq!(items, []);
}

async fn lists_nothing_of_other_users(database: TestDatabase) {
    let (world, ada, ids) = world_with(&database, &[at(1), at(3)]).await;
    let grace = world.add_user("grace").await.id;
    let book = world.add_book("Fiasco", 0).await;
    world.clock.set(at(2));
    let hers = world.add_pre_booking(grace, &book).await.id;
    assert_eq!(walk(&world, grace, None, 1).await, [hers]);
    assert_eq!(walk(&world, ada, None, 1).await, [ids[1], ids[0]]);
}

/// SQLite compares texts, so the default of the column must have the format of the driver, also for whole seconds.
async fn sorts_default_times_like_others(database: TestDatabase) {
    let (world, user, mut ids) = world_with(&database, &[at(1)]).await;
    let default: String =
        world.sql.value("SELECT dflt_value FROM pragma_table_info('pre_bookings') WHERE name = 'created_at'").await;
    let mut moments = vec![at(1)];
    for (text, micros) in [("08:00:00.000", 0), ("08:00:00.120", 120_000), ("08:00:00.000", 0)] {
        let made = default.replace("'now'", &format!("'2027-01-15 {text}'"));
        assert_ne!(made, default);
        ids.push(load(&world, user, &made).await.unwrap());
        moments.push(at_micros(micros));
    }
    for limit in 1..=5 {
        assert_eq!(walk(&world, user, None, limit).await, newest_first(&moments, &ids), "{limit}");
    }
}

/// Plain SQL may use any format. The store must sort every time that it accepts.
async fn rejects_times_in_other_formats_or_sorts_them_like_others(database: TestDatabase) {
    let (world, user, mut ids) = world_with(&database, &[at(1)]).await;
    let mut moments = vec![at(1)];
    for (text, micros) in [
        ("2027-01-15T08:00:00.000+00:00", 0),
        ("2027-01-15T08:00:00.000000+00:00", 0),
        ("2027-01-15T08:00:00.120000+00:00", 120_000),
        ("2027-01-15T08:00:00.120+00:00", 120_000),
        ("2027-01-15T09:00:00.5+01:00", 500_000),
        ("2027-01-15 08:00:00.5+00:00", 500_000),
        ("2027-01-15T08:00:00.500Z", 500_000),
        ("2027-01-15 08:00:00", 0),
    ] {
        if let Some(id) = load(&world, user, &format!("'{text}'")).await {
            ids.push(id);
            moments.push(at_micros(micros));
        }
    }
    for limit in 1..=9 {
        assert_eq!(walk(&world, user, None, limit).await, newest_first(&moments, &ids), "{limit}");
    }
}

/// Loads a pre-booking of a new book with this SQL expression as its time, unless the database rejects it.
async fn load(world: &World, user: UserId, moment: &str) -> Option<PreBookingId> {
    let book = world.add_book("Fiasco", 0).await.id;
    let columns = "INSERT INTO pre_bookings (user_id, book_id, created_at) VALUES";
    world.sql.try_execute(&format!("{columns} ({}, {}, {moment})", user.get(), book.get())).await.ok()?;
    Some(PreBookingId::from_stored(world.sql.value("SELECT max(id) FROM pre_bookings").await))
}
