//! `SessionReader` and `SessionRepository`.

use std::net::IpAddr;

use domain::RepositoryError;
use domain::account::{
    Client, ListedSession, NewRefreshToken, NewSession, RefreshToken, Session, SessionId, TokenHash, UserAgent, UserId,
};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{World, at, at_micros, new_session};

pub(crate) fn suite() -> Suite {
    tests![
        finds_a_session_with_its_account,
        lists_live_sessions_with_their_clients,
        renews_a_session,
        ends_one_live_session_of_an_account,
        ends_all_sessions_of_an_account_but_one,
        deletes_what_was_ended_or_not_used_for_longest,
        finds_a_token_as_it_was_added,
        rejects_a_second_token_with_a_hash,
        records_that_a_token_was_used,
    ]
}

fn hash(text: &str) -> TokenHash {
    TokenHash::new(text.to_owned())
}

fn token(session_id: SessionId, name: &str) -> NewRefreshToken {
    NewRefreshToken { session_id, hash: hash(name), created_at: at(0), expires_at: at_micros(3_600_000_001) }
}

async fn find(world: &World, id: SessionId) -> Session {
    world.session_reader().find(id).await.unwrap().unwrap().0
}

/// Adds a session that begins at this second.
async fn add(world: &World, user_id: UserId, seconds: i64) -> SessionId {
    world.sessions().add(&new_session(user_id, at(seconds))).await.unwrap()
}

async fn finds_a_session_with_its_account(database: TestDatabase) {
    let world = World::open(&database).await;
    let (ada, grace) = (world.add_user("ada").await, world.add_user("grace").await);
    add(&world, ada.id, 0).await;
    let id = add(&world, grace.id, 10).await;
    let (created_at, expires_at) = (at(10), at(3610));
    let expected = Session { id, user_id: grace.id, created_at, last_used_at: created_at, expires_at, ended_at: None };
    assert_eq!(world.session_reader().find(id).await.unwrap(), Some((expected, grace)));
    assert_eq!(world.session_reader().find(SessionId::from_stored(id.get() + 1)).await.unwrap(), None);
}

async fn lists_live_sessions_with_their_clients(database: TestDatabase) {
    let world = World::open(&database).await;
    let (ada, grace) = (world.add_user("ada").await.id, world.add_user("grace").await.id);
    let mut expected = Vec::new();
    for (seconds, address) in [(30, "203.0.113.7"), (20, "2001:db8::7"), (10, "127.0.0.1")] {
        let address: IpAddr = address.parse().unwrap();
        let client = Client { address: Some(address), user_agent: UserAgent::truncate(&"ü".repeat(255)) };
        let id = world.sessions().add(&NewSession { client: client.clone(), ..new_session(ada, at(seconds)) }).await;
        expected.push(ListedSession { session: find(&world, id.unwrap()).await, client });
    }
    let unknown = add(&world, ada, 5).await;
    expected.push(ListedSession { session: find(&world, unknown).await, client: Client::default() });
    add(&world, grace, 10).await;
    let ended = add(&world, ada, 15).await;
    world.sessions().end(ended, ada, at(16)).await.unwrap();

    assert_eq!(world.session_reader().list_live(ada, at(40)).await.unwrap(), expected);
    // The last two have expired by then.
    assert_eq!(world.session_reader().list_live(ada, at(3610)).await.unwrap(), expected[..2]);
}

async fn renews_a_session(database: TestDatabase) {
    let world = World::open(&database).await;
    let ada = world.add_user("ada").await.id;
    let (id, other) = (add(&world, ada, 0).await, add(&world, ada, 0).await);
    let renewed = Session { last_used_at: at(60), expires_at: at(9000), ..find(&world, id).await };
    world.sessions().save_renewed(&renewed).await.unwrap();
    assert_eq!(find(&world, id).await, renewed);
    assert_eq!(find(&world, other).await.last_used_at, at(0));
}

async fn ends_one_live_session_of_an_account(database: TestDatabase) {
    let world = World::open(&database).await;
    let (ada, grace) = (world.add_user("ada").await.id, world.add_user("grace").await.id);
    let (id, other) = (add(&world, ada, 0).await, add(&world, ada, 0).await);
    assert!(!world.sessions().end(id, grace, at(5)).await.unwrap(), "it is another user's");
    assert!(!world.sessions().end(SessionId::from_stored(4711), ada, at(5)).await.unwrap());
    assert!(!world.sessions().end(other, ada, at(3600)).await.unwrap(), "it has expired");
    assert!(world.sessions().end(id, ada, at(5)).await.unwrap());
    assert!(!world.sessions().end(id, ada, at(6)).await.unwrap(), "it has ended");
    assert_eq!(find(&world, id).await.ended_at, Some(at(5)));
    assert_eq!(find(&world, other).await.ended_at, None);
}

async fn ends_all_sessions_of_an_account_but_one(database: TestDatabase) {
    let world = World::open(&database).await;
    let (ada, grace) = (world.add_user("ada").await.id, world.add_user("grace").await.id);
    let (first, second, third) = (add(&world, ada, 0).await, add(&world, ada, 0).await, add(&world, ada, 0).await);
    let hers = add(&world, grace, 0).await;
    world.sessions().end(first, ada, at(5)).await.unwrap();
    world.sessions().end_all(ada, Some(second), at(6)).await.unwrap();
    let ends = async || {
        [find(&world, first).await.ended_at, find(&world, second).await.ended_at, find(&world, third).await.ended_at]
    };
    assert_eq!(ends().await, [Some(at(5)), None, Some(at(6))]);
    world.sessions().end_all(ada, None, at(7)).await.unwrap();
    assert_eq!(ends().await, [Some(at(5)), Some(at(7)), Some(at(6))]);
    assert_eq!(find(&world, hers).await.ended_at, None);
}

async fn deletes_what_was_ended_or_not_used_for_longest(database: TestDatabase) {
    let world = World::open(&database).await;
    let (ada, grace) = (world.add_user("ada").await.id, world.add_user("grace").await.id);
    let mut hers = Vec::new();
    for seconds in [10, 40, 20, 30, 50] {
        hers.push(add(&world, ada, seconds).await);
    }
    let other = add(&world, grace, 0).await;
    world.sessions().end(hers[4], ada, at(60)).await.unwrap();
    world.sessions().add_token(&token(hers[0], "of the first")).await.unwrap();
    for (keep, left) in [(5, &[0, 1, 2, 3, 4][..]), (4, &[0, 1, 2, 3]), (2, &[1, 3]), (0, &[])] {
        world.sessions().delete_surplus(ada, keep).await.unwrap();
        let mut kept = Vec::new();
        for (number, id) in hers.iter().enumerate() {
            kept.extend(world.session_reader().find(*id).await.unwrap().map(|_| number));
        }
        assert_eq!(kept, left, "{keep}");
    }
    assert_eq!(world.sessions().find_token(&hash("of the first")).await.unwrap(), None);
    assert!(world.session_reader().find(other).await.unwrap().is_some());
}

async fn finds_a_token_as_it_was_added(database: TestDatabase) {
    let world = World::open(&database).await;
    let ada = world.add_user("ada").await.id;
    let (id, _) = (add(&world, ada, 0).await, add(&world, ada, 0).await);
    world.sessions().add_token(&token(id, "a")).await.unwrap();
    let session = find(&world, id).await;
    let expected = RefreshToken { session, expires_at: at_micros(3_600_000_001), used_at: None };
    assert_eq!(world.sessions().find_token(&hash("a")).await.unwrap(), Some(expected));
    assert_eq!(world.sql.value::<domain::Timestamp>("SELECT created_at FROM refresh_tokens").await, at(0));
    for unknown in ["A", "f", ""] {
        assert_eq!(world.sessions().find_token(&hash(unknown)).await.unwrap(), None);
    }
}

async fn rejects_a_second_token_with_a_hash(database: TestDatabase) {
    let world = World::open(&database).await;
    let ada = world.add_user("ada").await.id;
    let (one, other) = (add(&world, ada, 0).await, add(&world, ada, 0).await);
    world.sessions().add_token(&token(one, "a")).await.unwrap();
    let again = world.sessions().add_token(&token(other, "a")).await;
    assert!(matches!(again, Err(RepositoryError::Failed(_))), "{again:?}");
}

async fn records_that_a_token_was_used(database: TestDatabase) {
    let world = World::open(&database).await;
    let ada = world.add_user("ada").await.id;
    let id = add(&world, ada, 0).await;
    for name in ["a", "b"] {
        world.sessions().add_token(&token(id, name)).await.unwrap();
    }
    world.sessions().save_used(&hash("unknown"), at(5)).await.unwrap();
    world.sessions().save_used(&hash("b"), at(5)).await.unwrap();
    for (name, used_at) in [("a", None), ("b", Some(at(5)))] {
        assert_eq!(world.sessions().find_token(&hash(name)).await.unwrap().unwrap().used_at, used_at, "{name}");
    }
}
