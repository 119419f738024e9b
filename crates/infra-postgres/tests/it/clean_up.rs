//! `LeftoverRepository`, by its use case.

use chrono::Duration;
use domain::account::{Email, LinkPurpose, NewLink, NewRefreshToken, TokenHash};
use domain::account_mail::{NewAccountMail, claim};
use domain::delivery::{Finding, SkipReason};
use domain::{CleanedUp, clean_up};
use test_support::{Engine, Suite, TestDatabase, tests};

use crate::support::{POLICY, World, at, literal, new_session};

pub(crate) fn suite() -> Suite {
    tests![deletes_only_what_is_of_no_use].and(tests![deletes_one_batch_at_a_time].only_on(Engine::Postgres))
}

/// How many rows there are of each kind.
const COUNTS: &str = "SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM refresh_tokens), \
                      (SELECT count(*) FROM links), (SELECT count(*) FROM account_mails)";

async fn deletes_only_what_is_of_no_use(database: TestDatabase) {
    let world = World::open(&database).await;
    let user_id = world.add_user("ada").await.id;
    for (name, began) in [("live", 3000), ("expired", 0)] {
        let session_id = world.sessions().add(&new_session(user_id, at(began))).await.unwrap();
        for (part, expires_at) in [("old", at(1000)), ("new", at(began + 3600))] {
            let hash = TokenHash::new(format!("{name} {part}"));
            let token = NewRefreshToken { session_id, hash, created_at: at(began), expires_at };
            world.sessions().add_token(&token).await.unwrap();
        }
        let (purpose, hash) = (LinkPurpose::PasswordReset, TokenHash::new(name.to_owned()));
        let link = NewLink { user_id, purpose, hash, created_at: at(began), expires_at: at(began + 3600) };
        world.links().add(&link).await.unwrap();
    }
    for name in ["settled", "pending"] {
        let email = Email::parse(&format!("{name}@example.com")).unwrap();
        let mail = NewAccountMail { email, purpose: LinkPurpose::PasswordReset, created_at: at(0) };
        world.account_mails().add(&mail).await.unwrap();
    }
    let settled = claim(world.units(), &world.clock).await.unwrap()[0].id;
    let skipped = Finding::Skipped(SkipReason::NoAccount).settle(0, &POLICY, 0.0);
    world.account_mails().save(settled, &skipped).await.unwrap();

    world.clock.set(at(3600));
    assert_eq!(clean_up(world.units(), &world.clock).await.unwrap(), CleanedUp::Everything);
    assert_eq!(world.sql.numbers::<4>(COUNTS).await, [1, 1, 1, 2]);
    world.clock.set(at(0) + Duration::days(1));
    assert_eq!(clean_up(world.units(), &world.clock).await.unwrap(), CleanedUp::Everything);
    assert_eq!(world.sql.numbers::<4>(COUNTS).await, [0, 0, 0, 1]);
    assert_eq!(world.sql.value::<String>("SELECT status FROM account_mails").await, "pending");
}

async fn deletes_one_batch_at_a_time(database: TestDatabase) {
    let world = World::open(&database).await;
    let user = world.add_user("ada").await.id.get();
    let rows = format!("SELECT {user}, {} FROM generate_series(1, 1500)", literal(at(0)));
    world.sql.execute(&format!("INSERT INTO sessions (user_id, expires_at) {rows}")).await;
    world.clock.set(at(10));
    assert_eq!(clean_up(world.units(), &world.clock).await.unwrap(), CleanedUp::Batch);
    assert_eq!(world.sql.value::<i64>("SELECT count(*) FROM sessions").await, 500);
    assert_eq!(clean_up(world.units(), &world.clock).await.unwrap(), CleanedUp::Everything);
    assert_eq!(world.sql.value::<i64>("SELECT count(*) FROM sessions").await, 0);
}
