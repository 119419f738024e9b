//! `AccountMailRepository`.

use domain::account::{Email, LinkPurpose};
use domain::account_mail::{AccountMail, ClaimedAccountMail, NewAccountMail, claim, release};
use domain::delivery::{Finding, Reply, SkipReason};
use domain::{Timestamp, UnitOfWorkFactory};
use test_support::{Engine, Suite, TestDatabase, tests};

use crate::support::{POLICY, World, at, open_store};

use LinkPurpose::{EmailVerification, PasswordReset};

pub(crate) fn suite() -> Suite {
    tests![
        finds_the_account_of_a_claimed_mail,
        adds_no_second_pending_mail,
        claims_what_is_due_once,
        a_replaced_or_released_claim_no_longer_holds,
        settles_by_the_rules_of_deliveries,
    ]
    .and(tests![two_workers_claim_different_mails].only_on(Engine::Postgres))
}

fn mail(name: &str, purpose: LinkPurpose, created_at: Timestamp) -> NewAccountMail {
    NewAccountMail { email: Email::parse(&format!("{name}@example.com")).unwrap(), purpose, created_at }
}

async fn claim_one(world: &World) -> ClaimedAccountMail {
    let claims = claim(world.units(), &world.clock).await.unwrap();
    assert_eq!(claims.len(), 1);
    claims[0]
}

async fn finds_the_account_of_a_claimed_mail(database: TestDatabase) {
    let world = World::open(&database).await;
    let ada = world.add_user("ada").await;
    for (name, purpose, user) in [("ada", PasswordReset, Some(ada)), ("nobody", EmailVerification, None)] {
        world.account_mails().add(&mail(name, purpose, at(0))).await.unwrap();
        let claim = claim_one(&world).await;
        let found = world.account_mails().find_claimed(&claim).await.unwrap();
        assert_eq!(found, Some(AccountMail { id: claim.id, purpose, user }));
    }
}

async fn adds_no_second_pending_mail(database: TestDatabase) {
    let world = World::open(&database).await;
    for purpose in [PasswordReset, EmailVerification, PasswordReset] {
        world.account_mails().add(&mail("ada", purpose, at(0))).await.unwrap();
    }
    let claims = claim(world.units(), &world.clock).await.unwrap();
    assert_eq!(claims.len(), 2);
    // A claimed one is pending, too.
    world.account_mails().add(&mail("ada", PasswordReset, at(1))).await.unwrap();
    assert_eq!(claim(world.units(), &world.clock).await.unwrap(), []);
    for claim in claims {
        let skipped = Finding::Skipped(SkipReason::NoAccount).settle(0, &POLICY, 0.0);
        world.account_mails().save(claim.id, &skipped).await.unwrap();
    }
    world.account_mails().add(&mail("ada", PasswordReset, at(2))).await.unwrap();
    world.clock.set(at(2));
    claim_one(&world).await;
}

async fn claims_what_is_due_once(database: TestDatabase) {
    let world = World::open(&database).await;
    for (name, seconds) in [("late", 60), ("second", 20), ("first", 10)] {
        world.account_mails().add(&mail(name, PasswordReset, at(seconds))).await.unwrap();
    }
    let claim_at = async |seconds: i64, limit: u32| {
        let claims = world.account_mails().claim_due(at(seconds), at(seconds + 100), limit).await.unwrap();
        claims.iter().map(|claim| claim.id.get()).collect::<Vec<_>>()
    };
    assert_eq!(claim_at(30, 1).await, [3]);
    assert_eq!(claim_at(30, 9).await, [2]);
    assert_eq!(claim_at(30, 9).await, [0; 0]);
    assert_eq!(claim_at(129, 9).await, [1]);
    assert_eq!(claim_at(130, 9).await, [3, 2], "their claims have expired");
}

async fn a_replaced_or_released_claim_no_longer_holds(database: TestDatabase) {
    let world = World::open(&database).await;
    world.account_mails().add(&mail("ada", PasswordReset, at(0))).await.unwrap();
    let first = claim_one(&world).await;
    assert_eq!(world.account_mails().find_for_settlement(&first).await.unwrap(), Some(0));
    release(world.units(), &[first]).await.unwrap();
    for _ in 0..2 {
        assert_eq!(world.account_mails().find_claimed(&first).await.unwrap(), None);
        assert_eq!(world.account_mails().find_for_settlement(&first).await.unwrap(), None);
        claim(world.units(), &world.clock).await.unwrap();
        // It was claimed by another worker, and this must not release it.
        release(world.units(), &[first]).await.unwrap();
    }
}

async fn settles_by_the_rules_of_deliveries(database: TestDatabase) {
    let world = World::open(&database).await;
    world.account_mails().add(&mail("ada", PasswordReset, at(0))).await.unwrap();
    let deferred = Finding::Replied { reply: Reply::Deferred("later".to_owned()), at: at(10) };
    let claim = claim_one(&world).await;
    world.account_mails().save(claim.id, &deferred.settle(0, &POLICY, 0.0)).await.unwrap();
    let row = "SELECT status || ' ' || attempts || ' ' || coalesce(reason, '-') || ' ' || (claimed_until IS NULL) FROM account_mails";
    assert!(world.sql.value::<String>(row).await.starts_with("pending 1 later "));
    world.clock.set(at(10));
    assert_eq!(domain::account_mail::claim(world.units(), &world.clock).await.unwrap(), [], "it is due later");

    world.clock.set(at(70));
    let claim = claim_one(&world).await;
    assert_eq!(world.account_mails().find_for_settlement(&claim).await.unwrap(), Some(1));
    let accepted = Finding::Replied { reply: Reply::Accepted("ok".to_owned()), at: at(70) };
    world.account_mails().save(claim.id, &accepted.settle(1, &POLICY, 0.0)).await.unwrap();
    assert!(world.sql.value::<String>(row).await.starts_with("delivered 2 - "));
    assert_eq!(world.account_mails().find_claimed(&claim).await.unwrap(), None);
}

async fn two_workers_claim_different_mails(database: TestDatabase) {
    let world = World::open(&database).await;
    let other = open_store(&database, 1).await;
    for name in ["ada", "grace"] {
        world.account_mails().add(&mail(name, PasswordReset, at(0))).await.unwrap();
    }
    let unit = other.begin().await.unwrap();
    let hers = unit.account_mails().claim_due(at(0), at(100), 1).await.unwrap();
    let his = world.account_mails().claim_due(at(0), at(100), 9).await.unwrap();
    unit.commit().await.unwrap();
    assert_eq!((hers.len(), his.len()), (1, 1));
    assert_ne!(hers[0].id, his[0].id);
}
