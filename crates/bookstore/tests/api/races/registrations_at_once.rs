//! An address is registered at most once, however it is written.

use reqwest::Method;
use serde_json::json;
use test_support::{Suite, TestDatabase, rounds, tests};

use super::{Race, call};
use crate::support::{PASSWORD, all_are, all_at_once, problem};

pub(super) fn suite() -> Suite {
    tests![one_of_many_registrations_succeeds]
}

async fn one_of_many_registrations_succeeds(database: TestDatabase) {
    let race = Race::open(&database, 1).await;
    for round in 0..rounds(4) {
        let answers = all_at_once((0..16_usize).map(|number| {
            let mut email = format!("ada{round}@example.com");
            email[..=number % 3].make_ascii_uppercase();
            let email = if number % 2 == 0 { email.to_uppercase() } else { email };
            let body = json!({ "email": email, "password": PASSWORD });
            call(&race.app.anyone, Method::POST, "/auth/register", body)
        }));
        let (registered, refused): (Vec<_>, Vec<_>) =
            answers.await.into_iter().partition(|answer| answer.status == 201);
        assert_eq!(registered.len(), 1, "{registered:#?}");
        all_are(&refused, &problem(409, "AUTH_EMAIL_CONFLICT").of("email"));
        let stored = format!("SELECT count(*) FROM users WHERE lower(email) = 'ada{round}@example.com'");
        assert_eq!(race.store.numbers(&stored).await, [1]);
        let ada = race.app.anyone.with_tokens(registered.into_iter().next().unwrap().body);
        assert_eq!(ada.me().await["email"], format!("ada{round}@example.com"));
        race.app.log_in(&format!("ADA{round}@example.com"), PASSWORD).await;
    }
}
