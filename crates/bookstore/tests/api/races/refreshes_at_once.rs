//! A refresh token works once.

use reqwest::Method;
use serde_json::json;
use test_support::{Suite, TestDatabase, rounds, tests};

use super::{Race, call};
use crate::support::{all_are, all_at_once, hash_of, load_session, problem, text};

pub(super) fn suite() -> Suite {
    tests![one_of_many_refreshes_succeeds]
}

async fn one_of_many_refreshes_succeeds(database: TestDatabase) {
    let race = Race::open(&database, 1).await;
    for round in 0..rounds(40) {
        let session = load_session(&race.users[0], &race.store, &round.to_string()).await;
        let body = json!({ "refresh_token": session.tokens["refresh_token"] });
        let count = 2 + round % 4;
        let answers = all_at_once((0..count).map(|_| call(&session, Method::POST, "/auth/refresh", body.clone())));
        let (renewed, refused): (Vec<_>, Vec<_>) = answers.await.into_iter().partition(|answer| answer.status == 200);
        assert_eq!(renewed.len(), 1, "in round {round}: {renewed:#?}");
        all_are(&refused, &problem(401, "AUTH_TOKEN_REUSE"));
        // A loser may be a thief, so the winner's session is revoked too.
        let shown = hash_of(text(&session.tokens["refresh_token"]));
        let of_session = format!("SELECT session_id FROM refresh_tokens WHERE token_hash = '{shown}'");
        let tokens = format!("SELECT count(*), count(used_at) FROM refresh_tokens WHERE session_id = ({of_session})");
        assert_eq!(race.store.numbers(&tokens).await, [2, 1], "in round {round}");
        let ended = format!("SELECT count(ended_at) FROM sessions WHERE id = ({of_session})");
        assert_eq!(race.store.numbers(&ended).await, [1], "in round {round}");
        for answer in renewed {
            let winner = session.with_tokens(answer.body);
            winner.refresh().await.is_problem(&problem(401, "AUTH_TOKEN_REUSE"));
        }
    }
}
