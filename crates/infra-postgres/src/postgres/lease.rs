use deadpool::managed::Object;
use sea_orm::sqlx;
use sea_orm::sqlx::postgres::{PgQueryResult, PgRow};
use sea_orm::{DbErr, Statement};
use tokio::runtime::Handle;

use super::opener::{Opener, retire};
use super::session::{Session, execution_error, query_error};

/// The SQLSTATE of every write when the server has become read-only.
const READ_ONLY_SQL_TRANSACTION: &str = "25006";

/// A session in use. When it is dropped, an idle session returns to the pool, an open transaction is rolled back first, and a lost
/// session is closed.
#[derive(Debug)]
pub(crate) struct Lease {
    session: Option<Object<Opener>>,
    runtime: Handle,
}

impl Lease {
    pub(super) fn new(session: Object<Opener>, runtime: Handle) -> Self {
        Self { session: Some(session), runtime }
    }

    pub(crate) async fn execute(&mut self, statement: &Statement) -> Result<PgQueryResult, DbErr> {
        let result = self.session()?.execute(statement).await;
        self.checked(result).map_err(execution_error)
    }

    pub(crate) async fn fetch(&mut self, statement: &Statement) -> Result<Vec<PgRow>, DbErr> {
        let result = self.session()?.fetch(statement).await;
        self.checked(result).map_err(query_error)
    }

    pub(crate) async fn begin(&mut self) -> Result<(), DbErr> {
        let result = self.session()?.begin().await;
        self.checked(result).map_err(execution_error)
    }

    pub(crate) async fn commit(mut self) -> Result<(), DbErr> {
        let result = self.session()?.commit().await;
        self.checked(result).map_err(execution_error)
    }

    /// Returns the session, unless it was closed.
    fn session(&mut self) -> Result<&mut Session, DbErr> {
        let session = self.session.as_deref_mut();
        session.ok_or_else(|| DbErr::Custom("the session is closed".to_owned()))
    }

    /// Passes a result on. If the session is lost or became read-only, closes it and its generation.
    fn checked<T>(&mut self, result: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        if let Err(error) = &result {
            let refusal = error.as_database_error();
            let is_read_only = refusal.is_some_and(|error| error.code().as_deref() == Some(READ_ONLY_SQL_TRANSACTION));
            if (is_read_only || self.session.as_ref().is_some_and(|session| session.is_lost()))
                && let Some(session) = self.session.take()
            {
                close(session);
            }
        }
        result
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(mut session) = self.session.take() else { return };
        if session.is_lost() {
            close(session);
        } else if !session.is_idle() {
            // If the runtime ends first, the session is dropped with the task. The pool closes it, because it is not idle.
            self.runtime.spawn(async move {
                if let Err(error) = session.rollback().await {
                    tracing::debug!(cause = %error, "a transaction was not rolled back; its connection is closed");
                    close(session);
                }
            });
        }
    }
}

/// Closes a session and its generation, without telling the server, which may not be there.
fn close(session: Object<Opener>) {
    let pool = Object::pool(&session);
    let lost = Object::take(session);
    if let Some(pool) = pool {
        retire(&pool, lost.generation);
    }
}
