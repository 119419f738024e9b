//! The PostgreSQL server of a test run: its migrated template, and a database for each test.
//!
//! Everything that a run creates is called `bookstore_test_<process id>_<random>_<what>`. The run drops all of it when
//! it ends. A run that is killed can not: the next one on the same server does it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use sea_orm::{ConnectOptions, Database};
use tokio::runtime::Builder;
use url::Url;

use crate::admin_connection::{AdminConnection, without_password};
use crate::postgres_source::PostgresSource;
use crate::private_cluster::{Durability, PrivateCluster};
use crate::run_name::new_run_name;

/// Many tests at once can keep a server busy for a while.
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);

/// Databases of runs that have ended: each run keeps a connection open that is called like the run.
const LEFT_BEHIND: &str = "
    SELECT database.datname::text FROM pg_database AS database
    WHERE database.datname ~ '^bookstore_test_[0-9]+_[0-9a-f]{16}_'
    AND NOT EXISTS (
        SELECT FROM pg_stat_activity AS activity
        WHERE activity.application_name = substring(database.datname FROM '^bookstore_test_[0-9]+_[0-9a-f]{16}')
    )";

/// A server that databases can be created on.
#[derive(Debug)]
pub(crate) struct PostgresServer {
    url: Url,
    run_name: String,
    created: AtomicU64,
    _sign_of_life: AdminConnection,
    /// Dropped last, after everything that talks to it.
    _cluster: Option<PrivateCluster>,
}

impl PostgresServer {
    /// Gets the server ready: starts it if it has to be started, and creates the template.
    pub(crate) fn start(source: PostgresSource) -> Result<Self> {
        match source {
            PostgresSource::Given(url) => {
                let url = Url::parse(&url).context("TEST_DATABASE_URL is not a URL")?;
                let what = format!("TEST_DATABASE_URL is set to {}, which does not work", without_password(&url));
                Self::prepare(url, None).context(what)
            }
            PostgresSource::Compose(url) => Self::prepare(url, None).context("the server of the compose file fails"),
            PostgresSource::Programs(directory) => {
                let cluster = PrivateCluster::start(&directory, Durability::None)?;
                Self::prepare(cluster.url().clone(), Some(cluster)).context("the private PostgreSQL server fails")
            }
        }
    }

    fn prepare(url: Url, cluster: Option<PrivateCluster>) -> Result<Self> {
        let run_name = new_run_name();
        let mut connection = AdminConnection::open(&url, &run_name, ANSWERS_WITHIN)?;
        for name in connection.list(LEFT_BEHIND)? {
            connection.execute(&format!(r#"DROP DATABASE IF EXISTS "{name}" WITH (FORCE)"#))?;
        }
        let created = AtomicU64::new(0);
        let server = Self { url, run_name, created, _sign_of_life: connection, _cluster: cluster };
        server.create(&server.template(), "template0")?;
        migrate(&server.url_of(&server.template())).context("the template database could not be migrated")?;
        Ok(server)
    }

    /// Creates a database for one test.
    pub(crate) fn create_database(&self, migrated: bool) -> Result<PostgresDatabase<'_>> {
        let name = format!("{}_{}", self.run_name, self.created.fetch_add(1, Ordering::Relaxed));
        let template = if migrated { self.template() } else { "template0".to_owned() };
        self.create(&name, &template)?;
        Ok(PostgresDatabase { server: self, name })
    }

    fn template(&self) -> String {
        format!("{}_template", self.run_name)
    }

    fn url_of(&self, database: &str) -> String {
        let mut url = self.url.clone();
        url.set_path(database);
        url.into()
    }

    fn create(&self, name: &str, template: &str) -> Result<()> {
        self.execute(&format!(r#"CREATE DATABASE "{name}" TEMPLATE "{template}""#))
    }

    fn drop_if_exists(&self, name: &str) {
        if let Err(error) = self.execute(&format!(r#"DROP DATABASE IF EXISTS "{name}" WITH (FORCE)"#)) {
            eprintln!("test-support: the database {name} is left behind: {error:#}");
        }
    }

    /// A connection per statement lets tests create their databases at the same time.
    fn execute(&self, statement: &str) -> Result<()> {
        let mut connection = AdminConnection::open(&self.url, &self.run_name, ANSWERS_WITHIN)?;
        connection.execute(statement)?;
        connection.close()
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.drop_if_exists(&self.template());
    }
}

/// A database that is dropped with this value, whoever is still connected to it.
#[derive(Debug)]
pub(crate) struct PostgresDatabase<'server> {
    server: &'server PostgresServer,
    name: String,
}

impl PostgresDatabase<'_> {
    pub(crate) fn url(&self) -> String {
        self.server.url_of(&self.name)
    }
}

impl Drop for PostgresDatabase<'_> {
    fn drop(&mut self) {
        self.server.drop_if_exists(&self.name);
    }
}

fn migrate(url: &str) -> Result<()> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false).record_stmt_in_spans(false);
    Builder::new_current_thread().enable_all().build()?.block_on(async {
        let database = Database::connect(options).await?;
        migration::migrate(&database).await?;
        // Nobody may be connected to a template while it is copied.
        Ok(database.close().await?)
    })
}
