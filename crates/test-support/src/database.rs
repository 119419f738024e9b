//! What a test is given.

use std::path::{Path, PathBuf};

/// A kind of store that the service runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The embedded one, a file.
    Sqlite,
    /// The one for production, a server.
    Postgres,
}

impl Engine {
    pub(crate) const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// The first part of the names of its tests.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// Where the database of one test is. It belongs to this test alone and is removed after it, however the test ends and
/// whoever is still connected.
#[derive(Clone, Debug)]
pub struct TestDatabase {
    engine: Engine,
    url: String,
    directory: Option<PathBuf>,
}

impl TestDatabase {
    /// A file that does not exist yet: to create it is the first thing that the service does with it.
    pub(crate) fn sqlite(directory: &Path) -> Self {
        let url = format!("sqlite://{}", directory.join("bookstore.db").display());
        Self { engine: Engine::Sqlite, url, directory: Some(directory.to_owned()) }
    }

    pub(crate) fn postgres(url: String) -> Self {
        Self { engine: Engine::Postgres, url, directory: None }
    }

    /// The engine that the test runs on.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// What the service takes as `DATABASE_URL`.
    ///
    /// On PostgreSQL the database exists and is migrated, or empty for [`Suite::on_an_empty_database`]. On SQLite it is
    /// always a file that does not exist yet.
    ///
    /// [`Suite::on_an_empty_database`]: crate::Suite::on_an_empty_database
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The directory that the SQLite file lies in, with nothing else in it; `None` on PostgreSQL.
    #[must_use]
    pub fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }
}
