//! Changing a book, and its stock.

use serde_json::json;
use test_support::{Suite, TestDatabase, tests};

use crate::books::{SOLARIS, all_fields};
use crate::support::{TestApp, assert_time, changed, invalid};

pub(crate) fn suite() -> Suite {
    tests![
        put_changes_every_field,
        put_keeps_absent_fields_and_clears_null_ones,
        put_can_not_clear_required_fields,
        put_rejects_a_stock_quantity,
        put_accepts_the_books_own_isbn,
        set_stock_returns_the_book,
        set_stock_accepts_its_bounds
    ]
}

async fn put_changes_every_field(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let book = app.add_book(3).await;
    let mut change = all_fields();
    change.as_object_mut().unwrap().remove("stock_quantity");
    let path = format!("/books/{}", book["id"]);

    let answer = app.admin().await.put(&path, &change).await.body_of(200);

    assert!(assert_time(&answer["updated_at"]) > assert_time(&book["updated_at"]));
    let generated = json!({ "isbn": "9780156027601", "updated_at": answer["updated_at"] });
    assert_eq!(answer, changed(&changed(&book, &change), &generated));
    app.anyone.get(&path).await.is(200, &answer);
}

async fn put_keeps_absent_fields_and_clears_null_ones(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let mut expected = app.add(&all_fields()).await;
    let path = format!("/books/{}", expected["id"]);
    let changes = [
        json!({}),
        json!({ "isbn": null }),
        json!({ "description": null }),
        json!({ "cover_image_url": null }),
        json!({ "publish_date": null }),
        json!({ "title": "Eden" }),
    ];
    for change in changes {
        let answer = app.admin().await.put(&path, &change).await.body_of(200);
        expected = changed(&changed(&expected, &change), &json!({ "updated_at": answer["updated_at"] }));
        assert_eq!(answer, expected, "{change}");
        app.anyone.get(&path).await.is(200, &expected);
    }
}

async fn put_can_not_clear_required_fields(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let book = app.add(&all_fields()).await;
    let path = format!("/books/{}", book["id"]);
    let nothing = json!({ "title": null, "author": null, "price": null });
    app.admin().await.put(&path, &nothing).await.is_problem(&invalid(&["title", "author", "price"]));
    app.anyone.get(&path).await.is(200, &book);
}

async fn put_rejects_a_stock_quantity(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let book = app.add(&all_fields()).await;
    let path = format!("/books/{}", book["id"]);
    for quantity in [json!(5), json!(7), json!("x"), json!(-1), json!({ "a": [1] }), json!(null)] {
        let answer = app.admin().await.put(&path, &json!({ "title": "x", "stock_quantity": quantity })).await;
        answer.is_problem(&invalid(&["stock_quantity"]));
        let detail = answer.body["errors"][0]["detail"].as_str().unwrap();
        assert!(detail.contains("PATCH /books/{id}/stock"), "{detail}");
    }
    app.anyone.get(&path).await.is(200, &book);
}

async fn put_accepts_the_books_own_isbn(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let book = app.add(&all_fields()).await;
    let change = json!({ "isbn": SOLARIS, "title": "Eden" });
    let answer = app.admin().await.put(&format!("/books/{}", book["id"]), &change).await.body_of(200);
    assert_eq!(answer, changed(&book, &json!({ "title": "Eden", "updated_at": answer["updated_at"] })));
}

async fn set_stock_returns_the_book(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let mut book = app.add(&all_fields()).await;
    for (quantity, restocked) in [(7, false), (0, false), (0, false), (1, true), (1, false), (5, false), (0, false)] {
        let answer = app.set_stock(&book, quantity).await;
        assert!(assert_time(&answer["updated_at"]) >= assert_time(&book["updated_at"]));
        let change =
            json!({ "stock_quantity": quantity, "in_stock": quantity > 0, "updated_at": answer["updated_at"] });
        book = changed(&book, &change);
        assert_eq!(answer, changed(&book, &json!({ "restocked": restocked })));
        app.anyone.get(&format!("/books/{}", book["id"])).await.is(200, &book);
    }
}

async fn set_stock_accepts_its_bounds(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let book = app.add_book(0).await;
    let answer = app.set_stock(&book, 2_147_483_647).await;
    assert_eq!((&answer["stock_quantity"], &answer["restocked"]), (&json!(2_147_483_647), &json!(true)));
    assert_eq!(app.add_book(2_147_483_647).await["in_stock"], true);
}
