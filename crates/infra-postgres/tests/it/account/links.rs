//! `LinkRepository`.

use domain::account::{LinkPurpose, NewLink, TokenHash, UserId};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{World, at};

use LinkPurpose::{EmailVerification, PasswordReset};

pub(crate) fn suite() -> Suite {
    tests![
        finds_the_user_of_a_link_until_it_expires,
        counts_links_of_a_user_and_purpose,
        deletes_links_of_a_user_and_purpose
    ]
}

fn hash(text: &str) -> TokenHash {
    TokenHash::new(text.to_owned())
}

/// Adds a link at this second, which works for 100 seconds.
async fn add(world: &World, user_id: UserId, purpose: LinkPurpose, name: &str, seconds: i64) {
    let (created_at, expires_at) = (at(seconds), at(seconds + 100));
    world.links().add(&NewLink { user_id, purpose, hash: hash(name), created_at, expires_at }).await.unwrap();
}

async fn find(world: &World, purpose: LinkPurpose, name: &str, seconds: i64) -> Option<UserId> {
    world.links().find_user(purpose, &hash(name), at(seconds)).await.unwrap()
}

async fn finds_the_user_of_a_link_until_it_expires(database: TestDatabase) {
    let world = World::open(&database).await;
    let (ada, grace) = (world.add_user("ada").await.id, world.add_user("grace").await.id);
    add(&world, ada, PasswordReset, "a", 0).await;
    add(&world, grace, EmailVerification, "g", 0).await;
    for (purpose, name, seconds, expected) in [
        (PasswordReset, "a", 99, Some(ada)),
        (PasswordReset, "a", 100, None),
        (EmailVerification, "a", 0, None),
        (EmailVerification, "g", 0, Some(grace)),
        (PasswordReset, "A", 0, None),
        (PasswordReset, "", 0, None),
    ] {
        assert_eq!(find(&world, purpose, name, seconds).await, expected, "{purpose:?} {name} {seconds}");
    }
}

async fn counts_links_of_a_user_and_purpose(database: TestDatabase) {
    let world = World::open(&database).await;
    let (ada, grace) = (world.add_user("ada").await.id, world.add_user("grace").await.id);
    for (user, purpose, name, seconds) in [
        (ada, PasswordReset, "a", 10),
        (ada, PasswordReset, "b", 20),
        (ada, EmailVerification, "c", 20),
        (grace, PasswordReset, "d", 20),
    ] {
        add(&world, user, purpose, name, seconds).await;
    }
    for (purpose, since, expected) in
        [(PasswordReset, 10, 2), (PasswordReset, 11, 1), (EmailVerification, 10, 1), (PasswordReset, 21, 0)]
    {
        assert_eq!(world.links().count_since(ada, purpose, at(since)).await.unwrap(), expected, "{purpose:?} {since}");
    }
}

async fn deletes_links_of_a_user_and_purpose(database: TestDatabase) {
    let world = World::open(&database).await;
    let (ada, grace) = (world.add_user("ada").await.id, world.add_user("grace").await.id);
    add(&world, ada, PasswordReset, "a", 0).await;
    add(&world, ada, PasswordReset, "b", 0).await;
    add(&world, ada, EmailVerification, "c", 0).await;
    add(&world, grace, PasswordReset, "d", 0).await;
    world.links().delete_all(ada, PasswordReset).await.unwrap();
    for (purpose, name, expected) in [
        (PasswordReset, "a", None),
        (PasswordReset, "b", None),
        (EmailVerification, "c", Some(ada)),
        (PasswordReset, "d", Some(grace)),
    ] {
        assert_eq!(find(&world, purpose, name, 0).await, expected, "{name}");
    }
}
