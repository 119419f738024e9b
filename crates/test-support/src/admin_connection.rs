//! A connection that creates and drops databases, for code that is not `async`.

use std::time::Duration;

use anyhow::{Context as _, Error, Result};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection};
use sea_orm::sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, query_scalar, raw_sql};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use url::Url;

/// One connection with a runtime of its own, as a connection can only be used with the runtime that opened it.
///
/// It is a bare connection and no pool: a pool keeps trying when a connection is refused.
#[derive(Debug)]
pub(crate) struct AdminConnection {
    connection: PgConnection,
    runtime: Runtime,
}

impl AdminConnection {
    /// Connects, if the server answers within `limit`. It shows `application_name` for as long as the connection is open.
    pub(crate) fn open(url: &Url, application_name: &str, limit: Duration) -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let options: PgConnectOptions = url.as_str().parse()?;
        let options = options.application_name(application_name);
        let connection = runtime.block_on(async { timeout(limit, options.connect()).await });
        let connection = connection.with_context(|| format!("no answer within {limit:?}"))?;
        let connection = connection.map_err(without_source)?;
        Ok(Self { connection, runtime })
    }

    pub(crate) fn execute(&mut self, statement: &str) -> Result<()> {
        let statement = raw_sql(AssertSqlSafe(statement));
        self.runtime.block_on(statement.execute(&mut self.connection)).map(drop).map_err(without_source)
    }

    /// The only column of a query's rows.
    pub(crate) fn list(&mut self, query: &'static str) -> Result<Vec<String>> {
        self.runtime.block_on(query_scalar(query).fetch_all(&mut self.connection)).map_err(without_source)
    }

    /// Says goodbye, so that the server need not find out by itself.
    pub(crate) fn close(self) -> Result<()> {
        self.runtime.block_on(self.connection.close()).map_err(without_source)
    }
}

/// Shows where a server is, without the password.
pub(crate) fn without_password(url: &Url) -> String {
    let mut url = url.clone();
    // Refused for a URL that can not have one, which is just as well.
    let _ = url.set_password(None);
    url.into()
}

/// These errors name their source themselves, and it need not be said twice.
#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn without_source(error: sea_orm::sqlx::Error) -> Error {
    Error::msg(error.to_string())
}
