//! Many requests at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use test_support::{Engine, Suite, TestDatabase, tests};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::support::{Caller, PASSWORD, TestApp, all_are, all_at_once, notified, problem};

pub(crate) fn suite() -> Suite {
    tests![
        placements_against_a_restock,
        duplicates_at_once,
        cancels_at_once,
        refreshes_at_once,
        registrations_at_once,
        restocks_at_once,
        placements_against_a_delete,
        one_isbn_at_once,
    ]
    .and(tests![a_restock_in_a_flood_of_placements].only_on(Engine::Postgres))
    .and(tests![servers_start_at_once].on_an_empty_database())
}

const USERS: usize = 20;

/// On a machine that is busy with other things as well; what starves, starves for longer.
const PATIENCE: Duration = Duration::from_secs(5);

async fn placements_against_a_restock(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let users = app.register_many(USERS).await;
    let rounds = 30;
    let mut notified = 0;
    for round in 0..rounds {
        let book = app.add_book(0).await;
        let (admin, path) = (app.admin().await.clone(), format!("/books/{}/stock", book["id"]));
        // The restock comes among them, in each round at another place.
        let mut calls: Vec<_> = users.iter().map(|user| Call::Place(user.clone(), book.clone())).collect();
        calls.insert(round % (USERS + 1), Call::Restock(admin, path));
        let answers = all_at_once(calls.into_iter().map(Call::send)).await;

        assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 201 | 409)), "{answers:#?}");
        let mut placed = 0;
        for user in &users {
            for pre_booking in user.list().await.iter().filter(|item| item["book_id"] == book["id"]) {
                assert_eq!(pre_booking["status"], "notified", "it waits for a book that is in stock: {pre_booking}");
                assert!(pre_booking["notified_at"].as_str() >= pre_booking["created_at"].as_str(), "{pre_booking}");
                placed += 1;
            }
        }
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), placed);
        notified += placed;
    }
    assert!(notified > 0, "a restock that comes first each time tests nothing");
}

enum Call {
    Place(Caller, Value),
    Restock(Caller, String),
}

impl Call {
    async fn send(self) -> crate::support::Answer {
        match self {
            Self::Place(user, book) => user.try_to_place(&book).await,
            Self::Restock(admin, path) => admin.patch(&path, &json!({ "quantity": 1 })).await,
        }
    }
}

async fn duplicates_at_once(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    for _ in 0..5 {
        let book = app.add_book(0).await;
        let answers = all_at_once((0..30).map(|_| Call::Place(ada.clone(), book.clone()).send())).await;
        let (placed, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
        assert_eq!(placed.len(), 1);
        let duplicate = problem(409, "PREBOOK_DUPLICATE").of("book_id");
        all_are(&refused, &duplicate);
        assert_eq!(ada.list().await.iter().filter(|item| item["book_id"] == book["id"]).count(), 1);
    }
}

async fn cancels_at_once(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    for _ in 0..10 {
        let placed = ada.place(&app.add_book(0).await).await;
        let answers = all_at_once((0..10).map(|_| {
            let (ada, placed) = (ada.clone(), placed.clone());
            async move { ada.try_to_cancel(&placed).await }
        }));
        let (done, refused): (Vec<_>, Vec<_>) = answers.await.into_iter().partition(|answer| answer.status == 204);
        assert_eq!(done.len(), 1);
        all_are(&refused, &problem(409, "PREBOOK_ALREADY_CANCELLED"));
        assert_eq!(ada.find(&placed).await["status"], "cancelled");
    }
}

async fn refreshes_at_once(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    app.register("ada@example.com").await;
    for _ in 0..10 {
        let session = app.log_in("ada@example.com", PASSWORD).await;
        let answers = all_at_once((0..5).map(|_| {
            let session = session.clone();
            async move { session.refresh().await }
        }));
        let (renewed, refused): (Vec<_>, Vec<_>) = answers.await.into_iter().partition(|answer| answer.status == 200);
        assert_eq!(renewed.len(), 1);
        all_are(&refused, &problem(401, "AUTH_TOKEN_REUSE"));
        // The losers may have stolen it, so the winner's session is over too.
        for answer in renewed {
            let winner = session.with_tokens(answer.body);
            winner.refresh().await.is_problem(&problem(401, "AUTH_TOKEN_REUSE"));
        }
    }
}

async fn registrations_at_once(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    for round in 0..3 {
        let answers = all_at_once((0..16_usize).map(|number| {
            let mut email = format!("ada{round}@example.com");
            email[..=number % 3].make_ascii_uppercase();
            let email = if number % 2 == 0 { email.to_uppercase() } else { email };
            let (anyone, body) = (app.anyone.clone(), json!({ "email": email, "password": PASSWORD }));
            async move { anyone.post("/auth/register", &body).await }
        }));
        let (registered, refused): (Vec<_>, Vec<_>) =
            answers.await.into_iter().partition(|answer| answer.status == 201);
        assert_eq!(registered.len(), 1);
        all_are(&refused, &problem(409, "AUTH_EMAIL_CONFLICT").of("email"));
    }
    assert_eq!(app.admin().await.get("/admin/users").await.body_of(200)["total_count"], 4);
}

async fn restocks_at_once(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    let (admin, book) = (app.admin().await.clone(), app.add_book(0).await);
    let path = format!("/books/{}/stock", book["id"]);
    for _ in 0..10 {
        let waiting = ada.place(&book).await;
        let answers = all_at_once((0..10).map(|_| Call::Restock(admin.clone(), path.clone()).send())).await;
        let bodies: Vec<Value> = answers.into_iter().map(|answer| answer.body_of(200)).collect();
        let restocks: Vec<_> = bodies.iter().filter(|body| body["restocked"] == true).collect();
        assert_eq!(restocks.len(), 1);
        assert_eq!(ada.find(&waiting).await, notified(&waiting, &restocks[0]["updated_at"]));
        app.set_stock(&book, 0).await;
    }
}

async fn placements_against_a_delete(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let users = app.register_many(6).await;
    let admin = app.admin().await.clone();
    for round in 0..20 {
        let book = app.add_book(0).await;
        let path = format!("/books/{}", book["id"]);
        let placing = all_at_once(users.clone().into_iter().map(|user| Call::Place(user, book.clone()).send()));
        let deleting = async {
            // Ever later, so that either comes first in some rounds.
            for _ in 0..round % 5 {
                app.anyone.get("/health").await.body_of(200);
            }
            admin.delete(&path).await
        };
        let (placed, deleted) = tokio::join!(placing, deleting);

        let count = placed.iter().filter(|answer| answer.status == 201).count();
        let missing = problem(404, "BOOK_NOT_FOUND");
        if deleted.status == 204 {
            all_are(&placed, &missing.clone().of("book_id"));
            app.anyone.get(&path).await.is_problem(&missing);
        } else {
            deleted.is_problem(&problem(409, "BOOK_HAS_PREBOOKINGS"));
            assert_eq!(count, users.len(), "{placed:#?}");
            app.anyone.get(&path).await.is(200, &book);
        }
    }
}

async fn one_isbn_at_once(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let admin = app.admin().await;
    let answers = all_at_once((0..10).map(|number| {
        let isbn = if number % 2 == 0 { "0306406152" } else { "9780306406157" };
        let (admin, book) = (admin.clone(), json!({ "title": "T", "author": "A", "price": 1, "isbn": isbn }));
        async move { admin.post("/books", &book).await }
    }));
    let (added, refused): (Vec<_>, Vec<_>) = answers.await.into_iter().partition(|answer| answer.status == 201);
    assert_eq!(added.len(), 1);
    all_are(&refused, &problem(409, "BOOK_ISBN_CONFLICT").of("isbn"));
}

async fn a_restock_in_a_flood_of_placements(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let users = app.register_many(USERS).await;
    let book = app.add_book(0).await;
    let (placements, mut placed) = watch::channel(0_usize);
    let is_over = Arc::new(AtomicBool::new(false));
    let flood = users.into_iter().map(|user| {
        let (book, is_over, placements) = (book.clone(), is_over.clone(), placements.clone());
        tokio::spawn(async move {
            while !is_over.load(Ordering::Relaxed) {
                let answer = user.try_to_place(&book).await;
                if answer.status == 201 {
                    placements.send_modify(|count| *count += 1);
                    // Whatever it has become: the next one is to be no duplicate.
                    user.try_to_cancel(&answer.body).await.has_no_content();
                } else {
                    answer.is_problem(&problem(409, "PREBOOK_BOOK_IN_STOCK").of("book_id"));
                }
            }
        })
    });
    let flood: Vec<_> = flood.collect();
    for _ in 0..20 {
        // It runs before each restock, and goes on behind it.
        let before = *placed.borrow();
        let going_on = placed.wait_for(|count| *count > before + USERS);
        timeout(PATIENCE, going_on).await.expect("placements starve").unwrap();
        let started = Instant::now();
        assert_eq!(app.set_stock(&book, 1).await["restocked"], true);
        app.set_stock(&book, 0).await;
        assert!(started.elapsed() < PATIENCE, "a restock starves: {:?}", started.elapsed());
    }
    is_over.store(true, Ordering::Relaxed);
    for user in flood {
        user.await.unwrap();
    }
}

async fn servers_start_at_once(database: TestDatabase) {
    let starting = (0..3).map(|_| TestApp::try_start(&database, &[]));
    let [one, two, three] = <[_; 3]>::try_from(starting.collect::<Vec<_>>()).ok().unwrap();
    let (one, two, three) = tokio::join!(one, two, three);
    let apps = [one.unwrap(), two.unwrap(), three.unwrap()];
    let ada = apps[0].register("ada@example.com").await;
    let book = apps[1].add_book(0).await;
    let placed = ada.at(&apps[2].url).place(&book).await;
    for app in &apps {
        assert_eq!(ada.at(&app.url).list().await, std::slice::from_ref(&placed));
        let users = app.admin().await.get("/admin/users?role=admin").await.body_of(200);
        assert_eq!(users["total_count"], 1);
    }
}
