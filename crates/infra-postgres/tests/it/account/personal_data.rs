//! `PersonalDataRepository` and `PersonalDataReader`.

use domain::account::{NewRefreshToken, PersonalDataReader as _, RefreshTokenHash, RefreshTokenRecord, UserId};
use domain::delivery::{DeliveryState, DeliveryStatus, SkipReason};
use domain::pre_booking::{PreBookingState, PreBookingStatus, cancel};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{
    World, accepted, at, attempts, claim_one, claim_some, delivery, fan_out_all, refused, try_settle,
};

pub(crate) fn suite() -> Suite {
    tests![
        cancels_only_what_waits_for_the_user,
        skips_only_pending_deliveries_of_the_user,
        what_a_worker_finds_out_about_a_skipped_delivery_is_not_recorded,
        lists_the_refresh_tokens_of_the_user,
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

async fn lists_the_refresh_tokens_of_the_user(database: TestDatabase) {
    let world = World::open(&database).await;
    let (ada, grace) = (world.add_user("ada").await.id, world.add_user("grace").await.id);
    let hash = |text: &str| RefreshTokenHash::new(text.to_owned());
    for (user_id, name, seconds) in [(ada, "one", 1), (grace, "two", 2), (ada, "three", 3)] {
        let (hash, family) = (hash(name), hash("family"));
        let token = NewRefreshToken { user_id, hash, family, created_at: at(seconds), expires_at: at(seconds + 100) };
        world.refresh_tokens().add(&token).await.unwrap();
    }
    world.refresh_tokens().revoke(&hash("one"), at(50)).await.unwrap();
    let token =
        |seconds, revoked_at| RefreshTokenRecord { created_at: at(seconds), expires_at: at(seconds + 100), revoked_at };
    assert_eq!(world.store.list_refresh_tokens(ada).await.unwrap(), [token(1, Some(at(50))), token(3, None)]);
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
