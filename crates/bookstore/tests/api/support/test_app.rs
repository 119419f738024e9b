use std::net::{IpAddr, Ipv4Addr};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use api_actix::ServerHandle;
use bookstore::{CommandLine, Server};
use clap::Parser;
use reqwest::Client;
use serde_json::{Value, json};
use test_support::TestDatabase;
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;

use super::Caller;

pub(crate) const ADMIN_EMAIL: &str = "admin@example.com";
pub(crate) const ADMIN_PASSWORD: &str = "the password of the admin";
pub(crate) const PASSWORD: &str = "correct horse battery";
pub(crate) const JWT_SECRET: &str = "a secret of the tests, longer than 32 bytes";

/// The whole server, on a free port, in its own threads. It stops when this is dropped.
pub(crate) struct TestApp {
    pub(crate) url: String,
    /// A caller who is not signed in.
    pub(crate) anyone: Caller,
    admin: OnceCell<Caller>,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl TestApp {
    pub(crate) async fn start(database: &TestDatabase) -> Self {
        Self::start_with(database, &[]).await
    }

    /// Starts it with more options than a store and secrets.
    pub(crate) async fn start_with(database: &TestDatabase, options: &[&str]) -> Self {
        Self::try_start(database, options).await.unwrap()
    }

    pub(crate) async fn try_start(database: &TestDatabase, options: &[&str]) -> Result<Self, String> {
        // Only the tests of e-mails start a worker.
        let worker: &[&str] = if options.contains(&"--worker") { &[] } else { &["--worker", "off"] };
        // Only the tests of limits have limits, because all tests come from one address.
        let limits: &[&str] = if options.contains(&"--rate-limit") { &[] } else { &["--rate-limit", "off"] };
        let secret: &[&str] = if options.contains(&"--jwt-secret") { &[] } else { &["--jwt-secret", JWT_SECRET] };
        let settings = [
            &["bookstore", "--port", "0", "--database-url", database.url()],
            &["--admin-email", ADMIN_EMAIL, "--admin-password", ADMIN_PASSWORD][..],
            worker,
            limits,
            secret,
            options,
        ];
        let CommandLine { settings, .. } =
            CommandLine::try_parse_from(settings.concat()).map_err(|error| error.to_string())?;
        let (started, starting) = mpsc::channel();
        let thread = thread::spawn(move || {
            Runtime::new().unwrap().block_on(async move {
                match Server::start(&settings).await {
                    Ok(server) => {
                        started.send(Ok((server.url(), server.handle()))).unwrap();
                        server.run().await.unwrap();
                    }
                    Err(error) => started.send(Err(format!("{error:#}"))).unwrap(),
                }
            });
        });
        let (url, handle) = tokio::task::spawn_blocking(move || starting.recv().unwrap()).await.unwrap()?;
        let anyone = Caller::new(new_client(), &url, Value::Null);
        Ok(Self { url, anyone, admin: OnceCell::new(), handle, thread: Some(thread) })
    }

    pub(crate) async fn admin(&self) -> &Caller {
        self.admin.get_or_init(|| self.log_in(ADMIN_EMAIL, ADMIN_PASSWORD)).await
    }

    pub(crate) async fn log_in(&self, email: &str, password: &str) -> Caller {
        let tokens = self.anyone.post("/auth/login", &json!({ "email": email, "password": password })).await;
        self.anyone.with_tokens(tokens.body_of(200))
    }

    /// A new user, signed in.
    pub(crate) async fn register(&self, email: &str) -> Caller {
        let tokens = self.anyone.post("/auth/register", &json!({ "email": email, "password": PASSWORD })).await;
        self.anyone.with_tokens(tokens.body_of(201))
    }

    pub(crate) async fn register_many(&self, count: usize) -> Vec<Caller> {
        let mut users = Vec::new();
        for number in 0..count {
            users.push(self.register(&format!("user{number}@example.com")).await);
        }
        users
    }

    pub(crate) async fn add_book(&self, stock: i64) -> Value {
        self.add(&json!({ "title": "Solaris", "author": "Stanisław Lem", "price": "19.99", "stock_quantity": stock }))
            .await
    }

    pub(crate) async fn add(&self, book: &Value) -> Value {
        self.admin().await.post("/books", book).await.body_of(201)
    }

    /// Sets a book's stock, and returns the response.
    pub(crate) async fn set_stock(&self, book: &Value, quantity: i64) -> Value {
        let path = format!("/books/{}/stock", book["id"]);
        self.admin().await.patch(&path, &json!({ "quantity": quantity })).await.body_of(200)
    }

    pub(crate) async fn deactivate(&self, user: &Value) -> Value {
        self.admin().await.patch(&format!("/admin/users/{}/deactivate", user["id"]), &Value::Null).await.body_of(200)
    }
}

/// A client that does not follow redirects, because they are part of the response. It does not keep connections either: the
/// server closes idle ones, maybe just when a slow test uses one again.
pub(crate) fn new_client() -> Client {
    new_client_from(Ipv4Addr::LOCALHOST)
}

/// Such a client at another loopback address, which is another peer.
pub(crate) fn new_client_from(address: Ipv4Addr) -> Client {
    let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    client.pool_max_idle_per_host(0).local_address(IpAddr::V4(address)).build().unwrap()
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // The call itself stops the server; the future would only wait for that.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            let stopped = thread.join();
            assert!(stopped.is_ok() || thread::panicking(), "the server panicked");
        }
    }
}
