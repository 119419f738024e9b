//! `UserReader` and `UserRepository`.

use domain::account::{Email, Locale, NewUser, PasswordHash, Role, User, UserId, UserQuery};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{World, at, at_micros, new_user, page};

pub(crate) fn suite() -> Suite {
    tests![
        finds_an_account_as_it_was_added,
        finds_nothing_for_an_unknown_account,
        adds_no_second_account_with_an_address,
        a_taken_address_leaves_the_unit_of_work_usable,
        saves_everything_but_the_identifier_and_the_time,
        replaces_the_hash_of_one_password,
        finds_the_current_account_for_a_session_change,
        lists_the_newest_first_and_filters,
        pages_continue_and_show_the_total,
    ]
}

async fn finds_an_account_as_it_was_added(database: TestDatabase) {
    let world = World::open(&database).await;
    for (name, role, created_at) in [("ada", Role::User, at(0)), ("grace", Role::Admin, at_micros(123_457))] {
        let new = NewUser { role, ..new_user(name, created_at) };
        let added = world.accounts().add(&new).await.unwrap().unwrap();
        let expected = User {
            id: added.id,
            subject: new.subject.clone(),
            email: new.email.clone(),
            role,
            is_active: true,
            email_verified: false,
            email_notifications: true,
            locale: None,
            created_at,
        };
        assert_eq!(added, expected);
        assert_eq!(world.users().find(added.id).await.unwrap().as_ref(), Some(&expected));
        let credentials = world.users().find_credentials(&new.email).await.unwrap().unwrap();
        assert_eq!(credentials.user, expected);
        assert_eq!(credentials.password_hash.expose(), format!("hash of {name}"));
    }
}

async fn finds_nothing_for_an_unknown_account(database: TestDatabase) {
    let world = World::open(&database).await;
    let unknown = UserId::from_stored(world.add_user("ada").await.id.get() + 1);
    assert_eq!(world.users().find(unknown).await.unwrap(), None);
    assert!(world.users().find_credentials(&Email::parse("da@example.com").unwrap()).await.unwrap().is_none());
    assert_eq!(world.accounts().find_for_session_change(unknown).await.unwrap(), None);
}

async fn adds_no_second_account_with_an_address(database: TestDatabase) {
    let world = World::open(&database).await;
    let ada = world.add_user("ada").await;
    let again = NewUser { role: Role::Admin, ..new_user("ADA", at(60)) };
    assert_eq!(world.accounts().add(&again).await.unwrap(), None);
    let all = UserQuery { role: None, is_active: None, page: page(1, 100) };
    assert_eq!(world.users().list(&all).await.unwrap().items, [ada]);
}

async fn a_taken_address_leaves_the_unit_of_work_usable(database: TestDatabase) {
    let world = World::open(&database).await;
    world.add_user("ada").await;
    let unit = world.units().begin().await.unwrap();
    assert_eq!(unit.users().add(&new_user("ada", at(60))).await.unwrap(), None);
    let grace = unit.users().add(&new_user("grace", at(60))).await.unwrap().unwrap();
    unit.commit().await.unwrap();
    assert_eq!(world.users().find(grace.id).await.unwrap(), Some(grace));
}

async fn saves_everything_but_the_identifier_and_the_time(database: TestDatabase) {
    let world = World::open(&database).await;
    let ada = world.add_user("ada").await;
    let grace = world.add_user("grace").await;
    for role in Role::ALL {
        for is_active in [false, true] {
            let changed = User {
                email: Email::parse("x@example.com").unwrap(),
                role,
                is_active,
                email_verified: is_active,
                email_notifications: !is_active,
                locale: is_active.then(|| Locale::parse("pt-BR").unwrap()),
                ..ada.clone()
            };
            // The time differs from the account's, and must not be written.
            world.accounts().save(&User { created_at: at(60), ..changed.clone() }).await.unwrap();
            assert_eq!(world.users().find(ada.id).await.unwrap(), Some(changed));
        }
    }
    assert_eq!(world.users().find(grace.id).await.unwrap(), Some(grace));
}

async fn replaces_the_hash_of_one_password(database: TestDatabase) {
    let world = World::open(&database).await;
    let (ada, grace) = (world.add_user("ada").await, world.add_user("grace").await);
    world.accounts().save_password_hash(ada.id, &PasswordHash::new("new".to_owned())).await.unwrap();
    for (user, expected) in [(&ada, "new"), (&grace, "hash of grace")] {
        let hash = world.accounts().find_password_hash(user.id).await.unwrap().unwrap();
        assert_eq!(hash.expose(), expected);
        let credentials = world.users().find_credentials(&user.email).await.unwrap().unwrap();
        assert_eq!((credentials.password_hash.expose(), credentials.user), (expected, user.clone()));
    }
    assert!(world.accounts().find_password_hash(UserId::from_stored(4711)).await.unwrap().is_none());
}

async fn finds_the_current_account_for_a_session_change(database: TestDatabase) {
    let world = World::open(&database).await;
    let ada = world.add_user("ada").await;
    let unit = world.units().begin().await.unwrap();
    assert_eq!(unit.users().find_for_session_change(ada.id).await.unwrap(), Some(ada.clone()));
    let deactivated = ada.deactivate().unwrap();
    unit.users().save(&deactivated).await.unwrap();
    assert_eq!(unit.users().find_for_session_change(deactivated.id).await.unwrap(), Some(deactivated.clone()));
    unit.commit().await.unwrap();
    assert_eq!(world.users().find(deactivated.id).await.unwrap(), Some(deactivated));
}

/// Role, activity, and the seconds of `created_at`. The last two have the same time.
const USERS: [(Role, bool, i64); 5] = [
    (Role::Admin, true, 50),
    (Role::User, true, 10),
    (Role::User, false, 40),
    (Role::User, true, 30),
    (Role::Admin, false, 30),
];

async fn world_with_users(database: &TestDatabase) -> (World, Vec<UserId>) {
    let world = World::open(database).await;
    let mut ids = Vec::new();
    for (number, (role, is_active, seconds)) in USERS.into_iter().enumerate() {
        let new = NewUser { role, ..new_user(&format!("user{number}"), at(seconds)) };
        let user = world.accounts().add(&new).await.unwrap().unwrap();
        ids.push(user.id);
        world.accounts().save(&User { is_active, ..user }).await.unwrap();
    }
    (world, ids)
}

async fn lists_the_newest_first_and_filters(database: TestDatabase) {
    let (world, ids) = world_with_users(&database).await;
    for (role, is_active, expected) in [
        (None, None, &[0, 2, 4, 3, 1][..]),
        (Some(Role::User), None, &[2, 3, 1]),
        (Some(Role::Admin), None, &[0, 4]),
        (None, Some(true), &[0, 3, 1]),
        (None, Some(false), &[2, 4]),
        (Some(Role::User), Some(true), &[3, 1]),
        (Some(Role::Admin), Some(false), &[4]),
    ] {
        let list = world.users().list(&UserQuery { role, is_active, page: page(1, 100) }).await.unwrap();
        let expected: Vec<UserId> = expected.iter().map(|number| ids[*number]).collect();
        let found: Vec<UserId> = list.items.iter().map(|user| user.id).collect();
        assert_eq!(found, expected, "{role:?} {is_active:?}");
        assert_eq!(list.total, expected.len() as u64);
    }
}

async fn pages_continue_and_show_the_total(database: TestDatabase) {
    let (world, ids) = world_with_users(&database).await;
    for (number, expected) in [(1, &[0, 2][..]), (2, &[4, 3]), (3, &[1]), (4, &[]), (u32::MAX, &[])] {
        let query = UserQuery { role: None, is_active: None, page: page(number, 2) };
        let list = world.users().list(&query).await.unwrap();
        let expected: Vec<UserId> = expected.iter().map(|number| ids[*number]).collect();
        assert_eq!(list.items.iter().map(|user| user.id).collect::<Vec<_>>(), expected, "page {number}");
        assert_eq!(list.total, 5);
    }
}
