use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use super::test_app::new_client_from;
use super::{Answer, assert_time, changed};

/// A client of the server: a signed-in user, or anyone.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    http: Client,
    url: String,
    /// As the server returned them; null for anyone.
    pub(crate) tokens: Value,
}

impl Caller {
    pub(crate) fn new(http: Client, url: &str, tokens: Value) -> Self {
        Self { http, url: url.to_owned(), tokens }
    }

    pub(crate) fn with_tokens(&self, tokens: Value) -> Self {
        Self { tokens, ..self.clone() }
    }

    pub(crate) fn with_access_token(&self, token: &str) -> Self {
        self.with_tokens(json!({ "access_token": token }))
    }

    /// The same user through another server.
    pub(crate) fn at(&self, url: &str) -> Self {
        Self { url: url.to_owned(), ..self.clone() }
    }

    /// The same user at another loopback address, which is another peer.
    pub(crate) fn at_address(&self, address: [u8; 4]) -> Self {
        Self { http: new_client_from(address.into()), ..self.clone() }
    }

    /// The same user, with a client that keeps its connections.
    pub(crate) fn keeping_connections(&self) -> Self {
        let http = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        Self { http, ..self.clone() }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match self.tokens["access_token"].as_str() {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        Answer::read(request.send().await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn get_with<P: serde::Serialize>(&self, path: &str, parameters: &P) -> Answer {
        let query = serde_urlencoded::to_string(parameters).unwrap();
        self.get(&format!("{path}?{query}")).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, body).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::PUT, path, body).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::PATCH, path, body).await
    }

    pub(crate) async fn call(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.send(self.request(method, path).json(body)).await
    }

    pub(crate) async fn call_text(&self, method: Method, path: &str, kind: &str, body: impl Into<String>) -> Answer {
        self.send(self.request(method, path).header("content-type", kind).body(body.into())).await
    }

    // One call for each thing that users do.

    pub(crate) async fn try_to_place(&self, book: &Value) -> Answer {
        self.post("/prebooks", &json!({ "book_id": book["id"] })).await
    }

    pub(crate) async fn place(&self, book: &Value) -> Value {
        self.try_to_place(book).await.body_of(201)
    }

    pub(crate) async fn try_to_cancel(&self, pre_booking: &Value) -> Answer {
        self.delete(&format!("/prebooks/{}", pre_booking["id"])).await
    }

    /// Cancels a pre-booking, and returns it as it is then.
    pub(crate) async fn cancel(&self, pre_booking: &Value) -> Value {
        self.try_to_cancel(pre_booking).await.has_no_content();
        let cancelled = self.find(pre_booking).await;
        assert_time(&cancelled["cancelled_at"]);
        let change = json!({ "status": "cancelled", "cancelled_at": cancelled["cancelled_at"] });
        assert_eq!(cancelled, changed(pre_booking, &change));
        cancelled
    }

    pub(crate) async fn find(&self, pre_booking: &Value) -> Value {
        self.get(&format!("/prebooks/{}", pre_booking["id"])).await.body_of(200)
    }

    /// All pages of a list with cursors. The path must have a query.
    pub(crate) async fn pages(&self, path: &str) -> Vec<Vec<Value>> {
        let (mut pages, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.get(&format!("{path}{cursor}")).await.body_of(200);
            assert_eq!(page.as_object().unwrap().len(), 2, "items and next_cursor: {page}");
            pages.push(page["items"].as_array().unwrap().clone());
            let Some(next) = page["next_cursor"].as_str() else { return pages };
            let next = format!("&cursor={next}");
            assert_ne!(next, cursor, "the same page again");
            cursor = next;
        }
    }

    /// All pre-bookings of this user, if they fit on one page.
    pub(crate) async fn list(&self) -> Vec<Value> {
        let page = self.get("/prebooks?limit=500").await.body_of(200);
        assert_eq!(page["next_cursor"], Value::Null);
        page["items"].as_array().unwrap().clone()
    }

    pub(crate) async fn refresh(&self) -> Answer {
        self.post("/auth/refresh", &json!({ "refresh_token": self.tokens["refresh_token"] })).await
    }

    pub(crate) async fn log_out(&self) -> Answer {
        self.post("/auth/logout", &json!({ "refresh_token": self.tokens["refresh_token"] })).await
    }

    pub(crate) async fn me(&self) -> Value {
        self.get("/auth/me").await.body_of(200)
    }
}
