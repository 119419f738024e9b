//! `RefreshTokenRepository`.

use domain::RepositoryError;
use domain::account::{NewRefreshToken, RefreshToken, RefreshTokenHash, UserId};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{World, at, at_micros};

pub(crate) fn suite() -> Suite {
    tests![
        finds_a_token_as_it_was_added,
        finds_nothing_for_an_unknown_hash,
        rejects_a_second_token_with_a_hash,
        revokes_one_token,
        revokes_a_family,
        revokes_all_tokens_of_an_account,
        keeps_the_time_of_an_earlier_revocation,
    ]
}

fn hash(text: &str) -> RefreshTokenHash {
    RefreshTokenHash::new(text.to_owned())
}

fn token(user_id: UserId, name: &str, family: &str) -> NewRefreshToken {
    NewRefreshToken { user_id, hash: hash(name), family: hash(family), created_at: at(0), expires_at: at(3600) }
}

async fn finds_a_token_as_it_was_added(database: TestDatabase) {
    let world = World::open(&database).await;
    let user_id = world.add_user("ada").await.id;
    let expires_at = at_micros(3_600_000_001);
    world.refresh_tokens().add(&NewRefreshToken { expires_at, ..token(user_id, "a", "f") }).await.unwrap();
    let expected = RefreshToken { user_id, family: hash("f"), expires_at, revoked_at: None };
    assert_eq!(world.refresh_tokens().find(&hash("a")).await.unwrap(), Some(expected));
    assert_eq!(world.sql.value::<domain::Timestamp>("SELECT created_at FROM refresh_tokens").await, at(0));
}

async fn finds_nothing_for_an_unknown_hash(database: TestDatabase) {
    let world = World::open(&database).await;
    let user_id = world.add_user("ada").await.id;
    world.refresh_tokens().add(&token(user_id, "a", "f")).await.unwrap();
    for unknown in ["A", "f", ""] {
        assert_eq!(world.refresh_tokens().find(&hash(unknown)).await.unwrap(), None);
    }
}

async fn rejects_a_second_token_with_a_hash(database: TestDatabase) {
    let world = World::open(&database).await;
    let user_id = world.add_user("ada").await.id;
    world.refresh_tokens().add(&token(user_id, "a", "f")).await.unwrap();
    let again = world.refresh_tokens().add(&token(user_id, "a", "g")).await;
    assert!(matches!(again, Err(RepositoryError::Failed(_))), "{again:?}");
}

/// Name, family, and whether it belongs to the first of two users.
const TOKENS: [(&str, &str, bool); 5] =
    [("a", "f", true), ("b", "f", true), ("c", "g", true), ("d", "h", false), ("e", "h", false)];

async fn world_with_tokens(database: &TestDatabase) -> (World, UserId) {
    let world = World::open(database).await;
    let (ada, grace) = (world.add_user("ada").await.id, world.add_user("grace").await.id);
    for (name, family, is_hers) in TOKENS {
        world.refresh_tokens().add(&token(if is_hers { ada } else { grace }, name, family)).await.unwrap();
    }
    (world, ada)
}

/// Returns the names of the revoked tokens, and when they were revoked, in seconds.
async fn revoked(world: &World) -> Vec<(&'static str, i64)> {
    let mut revoked = Vec::new();
    for (name, ..) in TOKENS {
        let token = world.refresh_tokens().find(&hash(name)).await.unwrap().unwrap();
        revoked.extend(token.revoked_at.map(|moment| (name, (moment - at(0)).num_seconds())));
    }
    revoked
}

async fn revokes_one_token(database: TestDatabase) {
    let (world, _) = world_with_tokens(&database).await;
    world.refresh_tokens().revoke(&hash("unknown"), at(5)).await.unwrap();
    world.refresh_tokens().revoke(&hash("b"), at(5)).await.unwrap();
    assert_eq!(revoked(&world).await, [("b", 5)]);
}

async fn revokes_a_family(database: TestDatabase) {
    let (world, _) = world_with_tokens(&database).await;
    world.refresh_tokens().revoke_family(&hash("unknown"), at(5)).await.unwrap();
    world.refresh_tokens().revoke_family(&hash("f"), at(5)).await.unwrap();
    assert_eq!(revoked(&world).await, [("a", 5), ("b", 5)]);
}

async fn revokes_all_tokens_of_an_account(database: TestDatabase) {
    let (world, ada) = world_with_tokens(&database).await;
    world.refresh_tokens().revoke_all(UserId::from_stored(ada.get() + 100), at(5)).await.unwrap();
    world.refresh_tokens().revoke_all(ada, at(5)).await.unwrap();
    assert_eq!(revoked(&world).await, [("a", 5), ("b", 5), ("c", 5)]);
}

async fn keeps_the_time_of_an_earlier_revocation(database: TestDatabase) {
    let (world, ada) = world_with_tokens(&database).await;
    world.refresh_tokens().revoke(&hash("a"), at(5)).await.unwrap();
    world.refresh_tokens().revoke(&hash("a"), at(6)).await.unwrap();
    world.refresh_tokens().revoke_family(&hash("f"), at(7)).await.unwrap();
    world.refresh_tokens().revoke_all(ada, at(8)).await.unwrap();
    assert_eq!(revoked(&world).await, [("a", 5), ("b", 7), ("c", 8)]);
}
