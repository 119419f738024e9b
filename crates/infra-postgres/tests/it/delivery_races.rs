//! Several workers on one backlog: none takes what another has (PostgreSQL).

use std::collections::HashSet;
use std::sync::Arc;

use domain::delivery::{ClaimedDelivery, DeliveryStatus, RetryError, claim, release, retry, retry_all};
use test_support::{Engine, Suite, TestDatabase, tests};

use crate::at_once::{CONNECTIONS, at_once};
use crate::backlog::{accepted, add_deliveries, attempts, claim_one, claim_some, delivery, refused, try_settle};
use crate::support::World;

pub(crate) fn suite() -> Suite {
    tests![
        no_two_workers_claim_the_same,
        of_many_settlements_one_is_recorded,
        a_settlement_and_a_retry_agree_on_who_was_first,
        a_backlog_is_drained_by_many_without_a_copy,
    ]
    .only_on(Engine::Postgres)
}

async fn world_with_users(database: &TestDatabase, number: usize) -> Arc<World> {
    let world = World::open_shared(database, CONNECTIONS).await;
    world.add_users(number).await;
    world
}

async fn no_two_workers_claim_the_same(database: TestDatabase) {
    let world = world_with_users(&database, 450).await;
    let of = add_deliveries(&world).await;
    for round in 0..60 {
        let claims: Vec<Vec<ClaimedDelivery>> = at_once(0..8, |_| {
            let world = Arc::clone(&world);
            async move { claim(world.units(), &world.clock).await.unwrap() }
        })
        .await;
        let claimed: Vec<_> = claims.iter().flatten().map(|claimed| claimed.id).collect();
        let distinct: HashSet<_> = claimed.iter().collect();
        assert_eq!((claimed.len(), distinct.len()), (of.len(), of.len()), "in round {round}");
        for claims in claims {
            release(world.units(), &claims).await.unwrap();
        }
    }
}

/// Whoever sent it, and whoever believes to have sent it.
async fn of_many_settlements_one_is_recorded(database: TestDatabase) {
    let world = world_with_users(&database, 1).await;
    for round in 0..60 {
        let [id] = add_deliveries(&world).await[..] else { panic!("there is one user") };
        let claimed = claim_one(&world).await;
        let recorded = at_once(0..8, |number| {
            let (world, claimed) = (Arc::clone(&world), claimed.clone());
            async move { try_settle(&world, claimed, if number % 2 == 0 { accepted() } else { refused() }).await }
        })
        .await;
        assert_eq!(recorded.iter().filter(|recorded| **recorded).count(), 1, "in round {round}");
        assert_eq!((attempts(&world, id).await.len(), delivery(&world, id).await.attempts), (1, 1));
    }
}

/// What the mail server took is never pending again.
async fn a_settlement_and_a_retry_agree_on_who_was_first(database: TestDatabase) {
    let world = world_with_users(&database, 1).await;
    for round in 0..60 {
        let [id] = add_deliveries(&world).await[..] else { panic!("there is one user") };
        let claimed = claim_one(&world).await;
        let recorded = at_once(0..7, |number| {
            let (world, claimed) = (Arc::clone(&world), claimed.clone());
            async move {
                match (number + round) % 7 {
                    0 => return try_settle(&world, claimed, accepted()).await,
                    1 => drop(retry_all(world.units(), &world.clock, DeliveryStatus::Pending).await.unwrap()),
                    2 => release(
                        world.units(),
                        &[ClaimedDelivery { until: claimed.until - ClaimedDelivery::LEASE, ..claimed }],
                    )
                    .await
                    .unwrap(),
                    _ => match retry(world.units(), world.deliveries(), &world.clock, id).await {
                        Ok(_) | Err(RetryError::AlreadyDelivered(_)) => {}
                        Err(error) => panic!("{error:?}"),
                    },
                }
                false
            }
        })
        .await;
        assert!(recorded.contains(&true), "in round {round}");
        assert_eq!(delivery(&world, id).await.state.status(), DeliveryStatus::Delivered, "in round {round}");
        assert_eq!(claim_some(&world).await, [], "in round {round}");
    }
}

async fn a_backlog_is_drained_by_many_without_a_copy(database: TestDatabase) {
    let world = world_with_users(&database, 1_000).await;
    let of = add_deliveries(&world).await;
    let sent = at_once(0..6, |worker| {
        let world = Arc::clone(&world);
        async move {
            let mut sent = Vec::new();
            loop {
                let claims = claim_some(&world).await;
                if claims.is_empty() {
                    return sent;
                }
                // Some stop in the middle, and give the rest back.
                let (now, later) = claims.split_at(if worker % 2 == 0 { claims.len() } else { claims.len().min(30) });
                release(world.units(), later).await.unwrap();
                for claimed in now {
                    assert!(try_settle(&world, claimed.clone(), accepted()).await);
                    sent.push(claimed.id);
                }
            }
        }
    })
    .await;
    let mut sent: Vec<_> = sent.into_iter().flatten().collect();
    sent.sort_unstable();
    assert_eq!(sent, of);
}
