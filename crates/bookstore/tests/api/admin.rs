//! What admins do with accounts.

use serde_json::{Value, json};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{Caller, PASSWORD, TestApp, changed, execute, ids, problem};

pub(crate) fn suite() -> Suite {
    tests![
        lists_the_newest_user_first,
        lists_users_in_pages,
        filters_users_by_role_and_activity,
        deactivation_locks_out_at_once,
        a_second_deactivation_changes_nothing,
        reactivation_lets_the_user_in_again,
        an_admin_can_not_be_deactivated,
        unknown_users_are_not_found,
        only_admins_may_manage_users,
        the_role_in_the_store_counts,
    ]
}

async fn lists_the_newest_user_first(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let mut users = vec![app.admin().await.me().await];
    for user in app.register_many(2).await {
        users.insert(0, user.me().await);
    }
    let expected = json!({ "items": users, "total_count": 3, "page": 1, "per_page": 20, "total_pages": 1 });
    app.admin().await.get("/admin/users").await.is(200, &expected);
}

async fn lists_users_in_pages(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let sql = "INSERT INTO users (email, password_hash, role, is_active)
               WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 104)
               SELECT 'user' || n || '@example.com', 'none', 'user', n % 2 = 0 FROM numbers";
    execute(&database, sql).await;
    let admin = app.admin().await;
    for (per_page, total_pages) in [(1_usize, 105), (20, 6), (52, 3), (100, 2)] {
        let mut walked = Vec::new();
        for page in 1..=total_pages {
            let answer = admin.get(&format!("/admin/users?page={page}&per_page={per_page}")).await.body_of(200);
            let expected = json!({
                "items": answer["items"], "total_count": 105, "page": page, "per_page": per_page, "total_pages": total_pages,
            });
            assert_eq!(answer, expected);
            walked.extend(ids(&answer["items"]));
        }
        // Users with the same time are sorted by id.
        let mut all = walked.clone();
        all.sort_unstable();
        all.dedup();
        assert_eq!((walked.len(), all.len()), (105, 105));
        assert!(walked[..104].is_sorted_by(|newer, older| newer > older));
    }
    let past_the_end = json!({ "items": [], "total_count": 105, "page": 7, "per_page": 20, "total_pages": 6 });
    admin.get("/admin/users?page=7").await.is(200, &past_the_end);
}

async fn filters_users_by_role_and_activity(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let (ada, bob) = (app.register("ada@example.com").await, app.register("bob@example.com").await);
    let (admin, ada) = (app.admin().await.me().await, ada.me().await);
    let bob = app.deactivate(&bob.me().await).await;
    for (query, found) in [
        ("role=admin", vec![&admin]),
        ("role=user", vec![&bob, &ada]),
        ("is_active=true", vec![&ada, &admin]),
        ("is_active=false", vec![&bob]),
        ("role=user&is_active=true", vec![&ada]),
        ("role=admin&is_active=false", vec![]),
    ] {
        let expected = json!({
            "items": found, "total_count": found.len(), "page": 1, "per_page": 20, "total_pages": usize::from(!found.is_empty()),
        });
        app.admin().await.get(&format!("/admin/users?{query}")).await.is(200, &expected);
    }
}

async fn deactivation_locks_out_at_once(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    let book = app.add_book(0).await;
    let placed = ada.place(&book).await;
    let me = ada.me().await;

    assert_eq!(app.deactivate(&me).await, changed(&me, &json!({ "is_active": false })));

    let locked_out = problem(403, "AUTH_ACCOUNT_DEACTIVATED");
    ada.get("/auth/me").await.is_problem(&locked_out);
    ada.get("/prebooks").await.is_problem(&locked_out);
    ada.get(&format!("/prebooks/{}", placed["id"])).await.is_problem(&locked_out);
    ada.try_to_place(&book).await.is_problem(&locked_out);
    ada.try_to_cancel(&placed).await.is_problem(&locked_out);
    ada.get("/admin/users").await.is_problem(&locked_out);
    ada.refresh().await.is_problem(&problem(401, "AUTH_REFRESH_INVALID"));
    ada.log_out().await.has_no_content();
    ada.get("/books").await.body_of(200);
}

async fn a_second_deactivation_changes_nothing(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await.me().await;
    let once = app.deactivate(&ada).await;
    assert_eq!(app.deactivate(&ada).await, once);
}

async fn reactivation_lets_the_user_in_again(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    let placed = ada.place(&app.add_book(0).await).await;
    let me = ada.me().await;
    app.deactivate(&me).await;
    for _ in 0..2 {
        reactivate(&app, &me).await.is(200, &me);
    }
    ada.get("/auth/me").await.is_problem(&problem(401, "AUTH_TOKEN_INVALID"));
    assert_ne!(ada.refresh().await.status, 200, "the old session stays ended");
    let again = app.log_in("ada@example.com", PASSWORD).await;
    assert_eq!(again.me().await, me);
    assert_eq!(again.list().await, [placed]);
    again.refresh().await.body_of(200);
}

async fn an_admin_can_not_be_deactivated(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let admin = app.admin().await;
    let me = admin.me().await;
    let answer = admin.patch(&format!("/admin/users/{}/deactivate", me["id"]), &Value::Null).await;
    answer.is_problem(&problem(403, "ADMN_CANNOT_DEACTIVATE_ADMIN"));
    assert_eq!(admin.me().await, me);
    admin.refresh().await.body_of(200);
    reactivate(&app, &me).await.is(200, &me);
}

async fn unknown_users_are_not_found(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    for id in ["4711", "0", "-1", "9223372036854775807", "9223372036854775808", "x", "1.0", "+1", "%00"] {
        for verb in ["deactivate", "reactivate"] {
            let answer = app.admin().await.patch(&format!("/admin/users/{id}/{verb}"), &Value::Null).await;
            answer.is_problem(&problem(404, "USER_NOT_FOUND"));
        }
    }
}

async fn only_admins_may_manage_users(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    let me = ada.me().await;
    for (caller, expected) in
        [(&ada, problem(403, "AUTH_FORBIDDEN")), (&app.anyone, problem(401, "AUTH_TOKEN_MISSING"))]
    {
        caller.get("/admin/users").await.is_problem(&expected);
        for verb in ["deactivate", "reactivate"] {
            let path = format!("/admin/users/{}/{verb}", me["id"]);
            caller.patch(&path, &Value::Null).await.is_problem(&expected);
        }
    }
    assert_eq!(ada.me().await, me);
}

async fn the_role_in_the_store_counts(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    ada.get("/admin/users").await.is_problem(&problem(403, "AUTH_FORBIDDEN"));
    execute(&database, "UPDATE users SET role = 'admin' WHERE email = 'ada@example.com'").await;
    ada.get("/admin/users").await.body_of(200);
    let promoted = app.log_in("ada@example.com", PASSWORD).await;
    execute(&database, "UPDATE users SET role = 'user' WHERE email = 'ada@example.com'").await;
    for session in [ada, promoted] {
        session.get("/admin/users").await.is_problem(&problem(403, "AUTH_FORBIDDEN"));
    }
}

async fn reactivate(app: &TestApp, user: &Value) -> crate::support::Answer {
    let admin: &Caller = app.admin().await;
    admin.patch(&format!("/admin/users/{}/reactivate", user["id"]), &Value::Null).await
}
