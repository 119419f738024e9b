//! The catalog: adding, changing, stocking and deleting.

use serde_json::{Value, json};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{TestApp, assert_time, changed, problem};

pub(crate) fn suite() -> Suite {
    tests![
        adds_a_book_with_all_fields,
        adds_a_book_with_required_fields_only,
        ignores_unknown_fields,
        accepts_prices_as_numbers_and_strings,
        normalizes_isbns,
        rejects_a_duplicate_isbn,
        isbn_10_and_isbn_13_of_one_book_conflict,
        an_empty_isbn_means_no_isbn,
        unknown_books_are_not_found,
        deletes_a_book_without_pre_bookings,
        deletes_a_restocked_book_without_pre_bookings,
        keeps_a_book_with_pre_bookings,
        never_reuses_an_id,
    ]
}

pub(crate) const SOLARIS: &str = "978-0-15-602760-1";

pub(crate) fn all_fields() -> Value {
    json!({
        "title": "Solaris", "author": "Stanisław Lem", "price": "19.99", "isbn": SOLARIS,
        "description": "A sea that thinks. \"Ünïcödé\" \u{1F30A}\nand two lines", "publish_date": "1961-06-01",
        "cover_image_url": "https://example.com/solaris.jpg?size=1#top", "stock_quantity": 7,
    })
}

async fn adds_a_book_with_all_fields(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let answer = app.admin().await.post("/books", &all_fields()).await;
    let location = answer.header("location").unwrap().to_owned();
    let book = answer.body_of(201);

    assert!(book["id"].as_i64().unwrap() > 0);
    assert_eq!(assert_time(&book["created_at"]), assert_time(&book["updated_at"]));
    let generated = json!({ "id": book["id"], "created_at": book["created_at"], "updated_at": book["updated_at"] });
    let expected = changed(&changed(&all_fields(), &generated), &json!({ "isbn": "9780156027601", "in_stock": true }));
    assert_eq!(book, expected);
    assert_eq!(location, format!("/books/{}", book["id"]));
    app.anyone.get(&location).await.is(200, &book);
}

async fn adds_a_book_with_required_fields_only(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let absent = app.add(&json!({ "title": "T", "author": "A", "price": 5 })).await;
    let expected = json!({
        "id": absent["id"], "title": "T", "author": "A", "price": "5.00", "isbn": null, "description": null,
        "cover_image_url": null, "publish_date": null, "stock_quantity": 0, "in_stock": false,
        "created_at": absent["created_at"], "updated_at": absent["created_at"],
    });
    assert_eq!(absent, expected);
    let nulls = json!({
        "title": "T", "author": "A", "price": 5, "isbn": null, "description": null, "cover_image_url": null,
        "publish_date": null, "stock_quantity": null,
    });
    let nulls = app.add(&nulls).await;
    let generated = json!({ "id": nulls["id"], "created_at": nulls["created_at"], "updated_at": nulls["created_at"] });
    assert_eq!(nulls, changed(&expected, &generated));
}

async fn ignores_unknown_fields(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let unknown = json!({
        "title": "T", "author": "A", "price": 5, "id": 4711, "in_stock": true, "round": 3, "created_at": "yesterday",
        "price_cents": "x", "": null, "nested": { "deep": [1, 2, 3] },
    });
    let book = app.add(&unknown).await;
    assert_ne!(book["id"], 4711);
    assert_eq!((&book["in_stock"], &book["price"]), (&json!(false), &json!("5.00")));
    assert_time(&book["created_at"]);
    let path = format!("/books/{}", book["id"]);
    let answer = app.admin().await.put(&path, &json!({ "id": 1, "restocked": true })).await.body_of(200);
    assert_eq!(answer, changed(&book, &json!({ "updated_at": answer["updated_at"] })));
}

async fn accepts_prices_as_numbers_and_strings(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let prices = [
        (json!("19.99"), "19.99"),
        (json!(19.99), "19.99"),
        (json!("0.01"), "0.01"),
        (json!(0.01), "0.01"),
        (json!(0.1), "0.10"),
        (json!("0.5"), "0.50"),
        (json!(20), "20.00"),
        (json!("20"), "20.00"),
        (json!(20.0), "20.00"),
        (json!(1.15), "1.15"),
        (json!("99999999.99"), "99999999.99"),
        (json!(99_999_999.99), "99999999.99"),
    ];
    for (given, shown) in prices {
        let book = app.add(&json!({ "title": "T", "author": "A", "price": given })).await;
        assert_eq!(book["price"], shown, "{given}");
        let path = format!("/books/{}", book["id"]);
        assert_eq!(app.admin().await.put(&path, &json!({ "price": given })).await.body_of(200)["price"], shown);
    }
}

async fn normalizes_isbns(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    for (given, shown) in [
        ("978-0-15-602760-1", "9780156027601"),
        ("0-8044-2957-x", "080442957X"),
        ("979 10 90636 07 1", "9791090636071"),
        ("0306406152", "0306406152"),
    ] {
        let book = app.add(&json!({ "title": "T", "author": "A", "price": 5, "isbn": given })).await;
        assert_eq!(book["isbn"], shown);
    }
}

async fn rejects_a_duplicate_isbn(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let taken = problem(409, "BOOK_ISBN_CONFLICT").of("isbn");
    let first = app.add(&all_fields()).await;
    app.admin().await.post("/books", &changed(&all_fields(), &json!({ "title": "Other" }))).await.is_problem(&taken);
    let other = app.add_book(0).await;
    let path = format!("/books/{}", other["id"]);
    app.admin().await.put(&path, &json!({ "isbn": "9780156027601", "title": "x" })).await.is_problem(&taken);
    app.anyone.get(&path).await.is(200, &other);
    // The ISBN is free again when its book is deleted or changed.
    app.admin().await.put(&format!("/books/{}", first["id"]), &json!({ "isbn": null })).await.body_of(200);
    app.admin().await.put(&path, &json!({ "isbn": SOLARIS })).await.body_of(200);
    app.admin().await.delete(&path).await.has_no_content();
    app.add(&all_fields()).await;
}

async fn isbn_10_and_isbn_13_of_one_book_conflict(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let taken = problem(409, "BOOK_ISBN_CONFLICT").of("isbn");
    let book = |isbn: &str| json!({ "title": "T", "author": "A", "price": 5, "isbn": isbn });
    for (one, other) in [("0-306-40615-2", "978-0-306-40615-7"), ("978-0-8044-2957-3", "0-8044-2957-x")] {
        let first = app.add(&book(one)).await;
        app.admin().await.post("/books", &book(other)).await.is_problem(&taken);
        let second = app.add_book(0).await;
        let path = format!("/books/{}", second["id"]);
        app.admin().await.put(&path, &json!({ "isbn": other })).await.is_problem(&taken);
        // The book itself may switch to the other form.
        let answer = app.admin().await.put(&format!("/books/{}", first["id"]), &json!({ "isbn": other })).await;
        assert_eq!(answer.body_of(200)["isbn"], other.replace('-', "").to_uppercase());
    }
    // 979 has no ISBN-10, so the same digits belong to another book.
    app.add(&book("979-0-306-40615-6")).await;
}

async fn an_empty_isbn_means_no_isbn(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    for isbn in ["", "-", " ", " - "] {
        let book = app.add(&json!({ "title": "T", "author": "A", "price": 5, "isbn": isbn })).await;
        assert_eq!(book["isbn"], Value::Null);
    }
    let book = app.add(&all_fields()).await;
    let answer = app.admin().await.put(&format!("/books/{}", book["id"]), &json!({ "isbn": "" })).await.body_of(200);
    assert_eq!(answer["isbn"], Value::Null);
}

async fn unknown_books_are_not_found(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let missing = problem(404, "BOOK_NOT_FOUND");
    for id in ["4711", "0", "-1", "9223372036854775807", "9223372036854775808", "x", "1.0", "+1", "%00", "%F0%9F"] {
        let (book, stock) = (format!("/books/{id}"), format!("/books/{id}/stock"));
        app.anyone.get(&book).await.is_problem(&missing);
        app.admin().await.put(&book, &json!({ "title": "x" })).await.is_problem(&missing);
        app.admin().await.delete(&book).await.is_problem(&missing);
        app.admin().await.patch(&stock, &json!({ "quantity": 1 })).await.is_problem(&missing);
    }
}

async fn deletes_a_book_without_pre_bookings(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let (book, other) = (app.add_book(0).await, app.add_book(5).await);
    let path = format!("/books/{}", book["id"]);
    app.admin().await.delete(&path).await.has_no_content();
    app.anyone.get(&path).await.is_problem(&problem(404, "BOOK_NOT_FOUND"));
    app.admin().await.delete(&path).await.is_problem(&problem(404, "BOOK_NOT_FOUND"));
    app.anyone.get("/books").await.is(200, &json!({ "items": [other], "total": 1, "page": 1, "size": 20 }));
}

async fn deletes_a_restocked_book_without_pre_bookings(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let book = app.add_book(0).await;
    for quantity in [1, 0, 5, 0] {
        app.set_stock(&book, quantity).await;
    }
    let path = format!("/books/{}", book["id"]);
    app.admin().await.delete(&path).await.has_no_content();
    app.anyone.get(&path).await.is_problem(&problem(404, "BOOK_NOT_FOUND"));
}

async fn keeps_a_book_with_pre_bookings(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    let book = app.add_book(0).await;
    let path = format!("/books/{}", book["id"]);
    let history = problem(409, "BOOK_HAS_PREBOOKINGS");
    let placed = ada.place(&book).await;
    app.admin().await.delete(&path).await.is_problem(&history);
    app.set_stock(&book, 1).await;
    app.admin().await.delete(&path).await.is_problem(&history);
    let notified = ada.find(&placed).await;
    assert_eq!(notified["status"], "notified");
    let cancelled = ada.cancel(&notified).await;
    app.admin().await.delete(&path).await.is_problem(&history);
    assert_eq!(ada.list().await, [cancelled]);
}

async fn never_reuses_an_id(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let first = app.add_book(0).await;
    app.admin().await.delete(&format!("/books/{}", first["id"])).await.has_no_content();
    assert_ne!(app.add_book(0).await["id"], first["id"]);
}
