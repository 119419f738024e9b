//! `PersonalDataRepository` and `PersonalDataReader`.

use domain::account::{PersonalDataReader as _, UserId};
use domain::delivery::{DeliveryState, DeliveryStatus, SkipReason};
use domain::pre_booking::{PreBookingState, PreBookingStatus, cancel};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{
    World, accepted, at, attempts, claim_one, claim_some, delivery, fan_out_all, literal, new_session, refused,
    try_settle,
};

pub(crate) fn suite() -> Suite {
    tests![
        cancels_only_what_waits_for_the_user,
        skips_only_pending_deliveries_of_the_user,
        what_a_worker_finds_out_about_a_skipped_delivery_is_not_recorded,
        lists_all_sessions_of_the_user,
        forgets_links_mails_and_where_sessions_came_from,
        lists_the_deliveries_of_the_user_with_their_attempts,
    ]
}

async fn cancels_only_what_waits_for_the_user(database: TestDatabase) {
    let world = World::open(&database).await;
    let (ada, grace) = (world.add_user("ada").await.id, world.add_user("grace").await.id);
    let book = world.add_book("Solaris", 0).await;
    let notified = world.add_pre_booking(ada, &book).await;
    world.set_stock(book.id, 1).await.unwrap();
    world.set_stock(book.id, 0).await.unwrap();
    let book = world.book(book.id).await;
    let cancelled = world.add_pre_booking(ada, &book).await;
    cancel(world.pre_bookings(), &world.clock, ada, cancelled.id).await.unwrap();
    let cancelled = world.pre_booking(ada, cancelled.id).await;
    let waiting = world.add_pre_booking(ada, &book).await;
    let of_another = world.add_pre_booking(grace, &book).await;

    let unit = world.units().begin().await.unwrap();
    unit.personal_data().cancel_waiting(ada, at(500)).await.unwrap();
    unit.commit().await.unwrap();

    assert_eq!(world.pre_booking(ada, notified.id).await.state.status(), PreBookingStatus::Notified);
    assert_eq!(world.pre_booking(ada, cancelled.id).await, cancelled);
    let expected = PreBookingState::Cancelled { at: at(500), notified_at: None };
    assert_eq!(world.pre_booking(ada, waiting.id).await.state, expected);
    assert_eq!(world.pre_booking(grace, of_another.id).await, of_another);
    world.set_stock(book.id, 1).await.unwrap();
    assert_eq!(world.pre_booking(ada, waiting.id).await.state, expected, "a later restock does not notify it");
}

/// Returns a world with two users, each with a pending delivery of the same restock.
async fn world_with_deliveries(database: &TestDatabase) -> (World, [UserId; 2]) {
    let world = World::open(database).await;
    let users = [world.add_user("ada").await.id, world.add_user("grace").await.id];
    let book = world.add_book("Solaris", 0).await;
    for user in users {
        world.add_pre_booking(user, &book).await;
    }
    world.set_stock(book.id, 5).await.unwrap();
    fan_out_all(&world).await;
    (world, users)
}

async fn skip_pending(world: &World, user: UserId) {
    let unit = world.units().begin().await.unwrap();
    unit.personal_data().skip_pending(user, SkipReason::Erased).await.unwrap();
    unit.commit().await.unwrap();
}

async fn skips_only_pending_deliveries_of_the_user(database: TestDatabase) {
    let (world, [ada, grace]) = world_with_deliveries(&database).await;
    let [(of_ada, _)] = &world.store.list_deliveries(ada).await.unwrap()[..] else { panic!() };
    let before = world.store.list_deliveries(grace).await.unwrap();

    skip_pending(&world, ada).await;

    let skipped = delivery(&world, of_ada.id).await;
    assert_eq!(skipped.state, DeliveryState::Skipped);
    assert_eq!(skipped.reason.as_deref(), Some("the account was erased"));
    assert_eq!(world.store.list_deliveries(grace).await.unwrap(), before);
    assert!(try_settle(&world, claim_one(&world).await, accepted()).await);
    skip_pending(&world, grace).await;
    let delivered = delivery(&world, before[0].0.id).await;
    assert_eq!(delivered.state.status(), DeliveryStatus::Delivered, "what is delivered stays delivered");
}

async fn what_a_worker_finds_out_about_a_skipped_delivery_is_not_recorded(database: TestDatabase) {
    let (world, users) = world_with_deliveries(&database).await;
    let claimed = claim_some(&world).await[0];
    for user in users {
        skip_pending(&world, user).await;
    }
    assert!(!try_settle(&world, claimed, accepted()).await);
    assert_eq!(delivery(&world, claimed.id).await.state, DeliveryState::Skipped);
    assert_eq!(attempts(&world, claimed.id).await, []);
}

async fn lists_all_sessions_of_the_user(database: TestDatabase) {
    let world = World::open(&database).await;
    let (ada, grace) = (world.add_user("ada").await.id, world.add_user("grace").await.id);
    let mut of_ada = Vec::new();
    for (user_id, seconds) in [(ada, 1), (grace, 2), (ada, 3)] {
        let id = world.sessions().add(&new_session(user_id, at(seconds))).await.unwrap();
        if user_id == ada {
            of_ada.push(id);
        }
    }
    world.sessions().end(of_ada[0], ada, at(50)).await.unwrap();
    let listed = world.store.list_sessions(ada).await.unwrap();
    let ends: Vec<_> = listed.iter().map(|one| (one.session.id, one.session.ended_at)).collect();
    assert_eq!(ends, [(of_ada[0], Some(at(50))), (of_ada[1], None)]);
}

async fn forgets_links_mails_and_where_sessions_came_from(database: TestDatabase) {
    let world = World::open(&database).await;
    let (ada, grace) = (world.add_user("ada").await, world.add_user("grace").await);
    let columns = "user_id, token_hash, expires_at, purpose";
    for user in [&ada, &grace] {
        let (id, email) = (user.id.get(), &user.email);
        let expires = literal(at(100));
        let link = format!("INSERT INTO links ({columns}) VALUES ({id}, 'of {id}', {expires}, 'password_reset')");
        world.sql.execute(&link).await;
        world.sql.execute(&format!("INSERT INTO account_mails (email) VALUES ('{email}')")).await;
        let mut session = new_session(user.id, at(0));
        session.client.address = Some([192, 0, 2, 7].into());
        world.sessions().add(&session).await.unwrap();
    }

    let unit = world.units().begin().await.unwrap();
    unit.personal_data().forget_traces(ada.id, &ada.email).await.unwrap();
    unit.commit().await.unwrap();

    assert_eq!(world.sql.column::<i64>("SELECT user_id FROM links").await, [grace.id.get()]);
    assert_eq!(world.sql.column::<String>("SELECT email FROM account_mails").await, [grace.email.as_str()]);
    let known = "SELECT user_id FROM sessions WHERE address IS NOT NULL";
    assert_eq!(world.sql.column::<i64>(known).await, [grace.id.get()]);
}

async fn lists_the_deliveries_of_the_user_with_their_attempts(database: TestDatabase) {
    let (world, [ada, grace]) = world_with_deliveries(&database).await;
    assert!(try_settle(&world, claim_some(&world).await[0], refused()).await);
    for user in [ada, grace] {
        let [(of_user, tries)] = &world.store.list_deliveries(user).await.unwrap()[..] else { panic!() };
        assert_eq!(*of_user, delivery(&world, of_user.id).await);
        assert_eq!(of_user.user_id, user);
        assert_eq!(*tries, attempts(&world, of_user.id).await);
    }
    let nobody = world.add_user("mary").await.id;
    assert_eq!(world.store.list_deliveries(nobody).await.unwrap(), []);
}
