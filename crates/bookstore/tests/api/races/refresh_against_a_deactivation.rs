//! A deactivation ends all sessions, even those that are refreshed at the same time.

use reqwest::Method;
use serde_json::Value;
use test_support::{Suite, TestDatabase, rounds, tests};

use super::{Call, Race, call, with_one_among};
use crate::support::{load_session, problem};

pub(super) fn suite() -> Suite {
    tests![no_session_outlives_a_deactivation]
}

const SESSIONS: usize = 8;

async fn no_session_outlives_a_deactivation(database: TestDatabase) {
    let race = Race::open(&database, 1).await;
    let ada = &race.users[0];
    let me = ada.me().await;
    let live = format!("SELECT count(*) FROM sessions WHERE user_id = {} AND ended_at IS NULL", me["id"]);
    let [mut before, mut after] = [0, 0];
    for round in 0..rounds(25) {
        let mut sessions = Vec::new();
        for number in 0..SESSIONS {
            sessions.push(load_session(ada, &race.store, &format!("{round}.{number}")).await);
        }
        let refreshing = sessions.iter().enumerate().map(|(number, session)| -> Call {
            let session = session.clone();
            Box::pin(async move {
                // Authorization delays the deactivation, so some refreshes are delayed as well.
                for _ in 0..number % 3 {
                    session.get("/auth/me").await;
                }
                session.refresh().await
            })
        });
        let path = format!("/admin/users/{}/deactivate", me["id"]);
        let deactivating = call(&race.admin, Method::PATCH, path, Value::Null);
        let (deactivated, answers) = with_one_among(refreshing.collect(), deactivating, round).await;
        assert_eq!(deactivated.body_of(200)["is_active"], false);

        let invalid = problem(401, "AUTH_REFRESH_INVALID");
        let mut renewed = Vec::new();
        for (session, answer) in sessions.iter().zip(answers) {
            if answer.status == 200 {
                before += 1;
                renewed.push(session.with_tokens(answer.body));
            } else {
                after += 1;
                answer.is_problem(&invalid);
            }
        }
        assert_eq!(race.store.numbers(&live).await, [0], "in round {round}");
        for session in &renewed {
            session.refresh().await.is_problem(&invalid);
            session.get("/auth/me").await.is_problem(&problem(403, "AUTH_ACCOUNT_DEACTIVATED"));
        }
        race.admin.patch(&format!("/admin/users/{}/reactivate", me["id"]), &Value::Null).await.is(200, &me);
        for session in sessions.iter().chain(&renewed) {
            session.refresh().await.is_problem(&problem(401, "AUTH_TOKEN_REUSE"));
            session.get("/auth/me").await.is_problem(&problem(401, "AUTH_TOKEN_INVALID"));
        }
        assert_eq!(race.store.numbers(&live).await, [0], "in round {round}");
    }
    race.note(&format!("{before} refreshes came before the deactivation, {after} after it"));
    assert!(before > 0 && after > 0, "a deactivation that always comes first, or last, tests nothing");
}
