//! Finding books.

use serde_json::{Value, json};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{TestApp, execute, ids};

pub(crate) fn suite() -> Suite {
    tests![
        an_empty_catalog_has_no_books,
        lists_books_in_pages,
        q_matches_part_of_the_title_or_author,
        q_ignores_case_in_every_script,
        special_characters_match_literally,
        filters_combine,
        price_bounds_are_inclusive,
        sorts_by_every_field_in_both_directions,
        the_id_breaks_ties,
        the_newest_comes_first,
    ]
}

async fn an_empty_catalog_has_no_books(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    app.anyone.get("/books").await.is(200, &json!({ "items": [], "total": 0, "page": 1, "size": 20 }));
}

async fn lists_books_in_pages(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let mut books = Vec::new();
    for _ in 0..23 {
        books.insert(0, app.add_book(0).await);
    }
    let page =
        |items: &[Value], page: u64, size: u64| json!({ "items": items, "total": 23, "page": page, "size": size });
    app.anyone.get("/books").await.is(200, &page(&books[..20], 1, 20));
    app.anyone.get("/books?page=2").await.is(200, &page(&books[20..], 2, 20));
    app.anyone.get("/books?page=3").await.is(200, &page(&[], 3, 20));
    app.anyone.get("/books?page=4294967295&size=100").await.is(200, &page(&[], 4_294_967_295, 100));
    app.anyone.get("/books?size=100").await.is(200, &page(&books, 1, 100));
    for size in [1, 7, 10] {
        let mut walked = Vec::new();
        for number in 1..=23_u64.div_ceil(size) {
            let answer = app.anyone.get(&format!("/books?size={size}&page={number}")).await.body_of(200);
            walked.extend(answer["items"].as_array().unwrap().clone());
            assert_eq!(answer["total"], 23);
        }
        assert_eq!(walked, books);
    }
}

async fn q_matches_part_of_the_title_or_author(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    add(&app, &[("Solaris", "Stanisław Lem"), ("Emma", "Jane Austen"), ("Lemon Cake", "Aimee Bender")]).await;
    for (query, found) in [
        ("q=lem", &["Lemon Cake", "Solaris"][..]),
        ("q=LEM", &["Lemon Cake", "Solaris"]),
        ("q=mm", &["Emma"]),
        ("q=jane+austen", &["Emma"]),
        ("q=nothing", &[]),
        ("q=", &["Emma", "Lemon Cake", "Solaris"]),
        ("author=lem", &["Solaris"]),
        ("author=AUSTEN", &["Emma"]),
        ("author=a&q=e", &["Emma", "Lemon Cake", "Solaris"]),
        ("author=lem&q=emma", &[]),
    ] {
        assert_eq!(titles(&app, query).await, found, "{query}");
    }
}

async fn q_ignores_case_in_every_script(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let books = [
        ("Die ÄÖÜ-Ärzte", "Jürgen"),
        ("Война и мир", "Лев Толстой"),
        ("Οδύσσεια", "Όμηρος"),
        ("こころ", "夏目漱石"),
        ("Éducation sentimentale", "Flaubert"),
    ];
    add(&app, &books).await;
    for (text, title) in [
        ("äöü-ÄRZTE", "Die ÄÖÜ-Ärzte"),
        ("JÜRGEN", "Die ÄÖÜ-Ärzte"),
        ("ВОЙНА", "Война и мир"),
        ("толстой", "Война и мир"),
        ("ΟΔΎΣ", "Οδύσσεια"),
        ("όμηρ", "Οδύσσεια"),
        ("ここ", "こころ"),
        ("漱石", "こころ"),
        ("éDUCATION", "Éducation sentimentale"),
    ] {
        assert_eq!(titles_with(&app, &[("q", text)]).await, [title], "{text}");
    }
}

async fn special_characters_match_literally(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let texts =
        ["100%", "a_b", r"back\slash", "dot.dot", "(group)", "[set]", "star*", "plus+", "^$", "x{2}", "it's", "a|b"];
    for text in texts {
        add(&app, &[(text, "Plain")]).await;
    }
    add(&app, &[("1000", "Plain"), ("acb", "Plain"), ("dotxdot", "Plain"), ("xx", "Plain")]).await;
    for text in texts {
        assert_eq!(titles_with(&app, &[("q", text)]).await, [text]);
        assert_eq!(titles_with(&app, &[("author", text)]).await, [""; 0]);
    }
    for (text, title) in [("%", "100%"), ("_", "a_b"), (r"\", r"back\slash"), (".", "dot.dot"), ("'", "it's")] {
        assert_eq!(titles_with(&app, &[("q", text)]).await, [title]);
    }
    for text in [r"\%", "%%", "__", r"\\", "(?i)", "'; DROP TABLE books; --"] {
        assert_eq!(titles_with(&app, &[("q", text)]).await, [""; 0], "{text}");
    }
    assert_eq!(titles_with(&app, &[("q", &*"%".repeat(500))]).await, [""; 0]);
}

async fn filters_combine(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let books = [
        ("A", "Lem", "5", 0),
        ("B", "Lem", "15", 1),
        ("C", "Lem", "25", 2),
        ("D", "Austen", "15", 3),
        ("E", "Austen", "5", 0),
    ];
    for (title, author, price, stock) in books {
        app.add(&json!({ "title": title, "author": author, "price": price, "stock_quantity": stock })).await;
    }
    for (query, found) in [
        ("in_stock=true", &["B", "C", "D"][..]),
        ("in_stock=false", &["A", "E"]),
        ("in_stock=true&author=lem", &["B", "C"]),
        ("in_stock=true&author=lem&max_price=20", &["B"]),
        ("in_stock=false&min_price=10", &[]),
        ("q=lem&min_price=10&max_price=15", &["B"]),
        ("author=austen&q=d", &["D"]),
        ("unknown=1", &["A", "B", "C", "D", "E"]),
    ] {
        assert_eq!(titles(&app, query).await, found, "{query}");
        let answer = app.anyone.get(&format!("/books?size=1&{query}")).await.body_of(200);
        assert_eq!(answer["total"], found.len(), "{query}");
    }
}

async fn price_bounds_are_inclusive(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    for price in ["9.99", "10", "10.01"] {
        app.add(&json!({ "title": price, "author": "A", "price": price })).await;
    }
    for (query, found) in [
        ("min_price=10", &["10", "10.01"][..]),
        ("min_price=10.00&max_price=10.00", &["10"]),
        ("max_price=9.99", &["9.99"]),
        ("max_price=9.9", &[]),
        ("min_price=0", &["10", "10.01", "9.99"]),
        ("max_price=0", &[]),
        ("max_price=99999999999", &["10", "10.01", "9.99"]),
        ("min_price=11&max_price=9", &[]),
    ] {
        assert_eq!(titles(&app, query).await, found, "{query}");
    }
}

async fn sorts_by_every_field_in_both_directions(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    for (title, author, price) in [("B", "z", "9"), ("C", "x", "10"), ("A", "y", "100")] {
        app.add(&json!({ "title": title, "author": author, "price": price })).await;
    }
    for (sort, ascending) in [
        ("title", ["A", "B", "C"]),
        ("author", ["C", "A", "B"]),
        ("price", ["B", "C", "A"]),
        ("created_at", ["B", "C", "A"]),
    ] {
        let mut expected = ascending;
        assert_eq!(titles_in_order(&app, &[("sort", sort), ("sort_dir", "asc")]).await, expected, "{sort}");
        expected.reverse();
        assert_eq!(titles_in_order(&app, &[("sort", sort), ("sort_dir", "desc")]).await, expected, "{sort}");
        assert_eq!(titles_in_order(&app, &[("sort", sort)]).await, expected, "desc is the default");
    }
    assert_eq!(titles_in_order(&app, &[("sort_dir", "asc")]).await, ["B", "C", "A"]);
}

async fn the_id_breaks_ties(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let mut expected = Vec::new();
    for _ in 0..5 {
        expected.push(app.add_book(0).await["id"].as_i64().unwrap());
    }
    execute(&database, "UPDATE books SET created_at = '2026-01-02T03:04:05+00:00'").await;
    for direction in ["asc", "desc"] {
        for sort in ["title", "author", "price", "created_at"] {
            let mut walked = Vec::new();
            for page in 1..=3 {
                let path = format!("/books?sort={sort}&sort_dir={direction}&size=2&page={page}");
                walked.extend(ids(&app.anyone.get(&path).await.body_of(200)["items"]));
            }
            assert_eq!(walked, expected, "{sort} {direction}");
        }
        expected.reverse();
    }
}

async fn the_newest_comes_first(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let first = app.add_book(0).await;
    let second = app.add_book(0).await;
    let expected = json!({ "items": [second, first], "total": 2, "page": 1, "size": 20 });
    for query in ["", "?sort=created_at", "?sort_dir=desc", "?sort=created_at&sort_dir=desc&page=1&size=20"] {
        app.anyone.get(&format!("/books{query}")).await.is(200, &expected);
    }
}

async fn add(app: &TestApp, books: &[(&str, &str)]) {
    for (title, author) in books {
        app.add(&json!({ "title": title, "author": author, "price": 1 })).await;
    }
}

/// The titles of the found books, sorted.
async fn titles(app: &TestApp, query: &str) -> Vec<String> {
    let mut titles = titles_of(&app.anyone.get(&format!("/books?{query}")).await.body_of(200));
    titles.sort();
    titles
}

async fn titles_with(app: &TestApp, parameters: &[(&str, &str)]) -> Vec<String> {
    let mut titles = titles_in_order(app, parameters).await;
    titles.sort();
    titles
}

async fn titles_in_order(app: &TestApp, parameters: &[(&str, &str)]) -> Vec<String> {
    titles_of(&app.anyone.get_with("/books", &parameters).await.body_of(200))
}

fn titles_of(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|book| book["title"].as_str().unwrap().to_owned()).collect()
}
