use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::columns::{id, moment, optional_moment, reference};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

/// The refresh tokens of before, with the numbers of their sessions. A family that can still be refreshed becomes a session.
const OLD_TOKENS: &str = "
CREATE TABLE old_tokens AS
SELECT token.*, family.session_id
FROM refresh_tokens AS token
JOIN (
    SELECT family, min(id) AS session_id FROM refresh_tokens
    GROUP BY family HAVING count(*) > count(revoked_at) AND max(expires_at) > {now}
) AS family ON family.family = token.family";

const SESSIONS: &str = "
INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at)
SELECT session_id, min(user_id), min(created_at), max(created_at), max(expires_at) FROM old_tokens GROUP BY session_id";

const TOKENS: &str = "
INSERT INTO refresh_tokens (session_id, token_hash, created_at, expires_at, used_at)
SELECT session_id, token_hash, created_at, expires_at, revoked_at FROM old_tokens";

const NEXT_SESSION: &str = "
SELECT setval(pg_get_serial_sequence('sessions', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM sessions), false)";

/// The way back.
const TOKENS_WITH_FAMILY: &str = "
CREATE TABLE old_tokens AS
SELECT session.user_id, token.token_hash, 'session ' || session.id AS family, token.created_at, token.expires_at,
       coalesce(token.used_at, session.ended_at) AS revoked_at
FROM refresh_tokens AS token JOIN sessions AS session ON session.id = token.session_id";

const OLD_ROWS: &str = "
INSERT INTO refresh_tokens (user_id, token_hash, family, created_at, expires_at, revoked_at)
SELECT user_id, token_hash, family, created_at, expires_at, revoked_at FROM old_tokens";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (db, backend) = (manager.get_connection(), manager.get_database_backend());
        let subject = ColumnDef::new("subject").text().not_null().take();
        if backend == DbBackend::Sqlite {
            // SQLite adds no column with a random default. Every account that the service adds has its own subject.
            let subject = subject.clone().default("").take();
            manager.alter_table(Table::alter().table("users").add_column(subject).to_owned()).await?;
            db.execute_unprepared("UPDATE users SET subject = lower(hex(randomblob(16)))").await?;
        } else {
            let subject = subject.clone().default(Expr::cust("gen_random_uuid()::text")).take();
            manager.alter_table(Table::alter().table("users").add_column(subject).to_owned()).await?;
        }

        let now = if backend == DbBackend::Sqlite { "strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')" } else { "now()" };
        db.execute_unprepared(&OLD_TOKENS.replace("{now}", now)).await?;
        manager.drop_table(Table::drop().table("refresh_tokens").to_owned()).await?;
        create_sessions(manager).await?;
        create_refresh_tokens(manager).await?;
        db.execute_unprepared(SESSIONS).await?;
        db.execute_unprepared(TOKENS).await?;
        if backend == DbBackend::Postgres {
            db.execute_unprepared(NEXT_SESSION).await?;
        }
        manager.drop_table(Table::drop().table("old_tokens").to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(TOKENS_WITH_FAMILY).await?;
        for table in ["refresh_tokens", "sessions"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        crate::m20261120_000002_create_refresh_tokens::Migration.up(manager).await?;
        db.execute_unprepared(OLD_ROWS).await?;
        manager.drop_table(Table::drop().table("old_tokens").to_owned()).await?;
        manager.alter_table(Table::alter().table("users").drop_column("subject").to_owned()).await
    }
}

async fn create_sessions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let table = Table::create()
        .table("sessions")
        .col(id())
        .col(ColumnDef::new("user_id").big_integer().not_null())
        .col(moment("created_at", backend))
        .col(moment("last_used_at", backend))
        // When it ends unless it is refreshed.
        .col(optional_moment("expires_at", backend).not_null())
        // When it was ended before that.
        .col(optional_moment("ended_at", backend))
        .col(ColumnDef::new("address").text())
        .col(ColumnDef::new("user_agent").text().check(Expr::cust("length(user_agent) <= 255")))
        .foreign_key(&mut reference("sessions", "user_id", "users"))
        .to_owned();
    manager.create_table(table).await?;
    // GET /auth/sessions lists a user's; a log-in, a new password and a deactivation delete or end them.
    let of_user = Index::create().name("ix_sessions_user").table("sessions").col("user_id").to_owned();
    manager.create_index(of_user).await?;
    // The worker deletes those that have expired.
    let expired = Index::create().name("ix_sessions_expires_at").table("sessions").col("expires_at").to_owned();
    manager.create_index(expired).await
}

async fn create_refresh_tokens(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let table = Table::create()
        .table("refresh_tokens")
        .col(id())
        .col(ColumnDef::new("session_id").big_integer().not_null())
        .col(ColumnDef::new("token_hash").text().not_null())
        .col(moment("created_at", backend))
        .col(optional_moment("expires_at", backend).not_null())
        .col(optional_moment("used_at", backend))
        .foreign_key(reference("refresh_tokens", "session_id", "sessions").on_delete(ForeignKeyAction::Cascade))
        .to_owned();
    manager.create_table(table).await?;
    // POST /auth/refresh and POST /auth/logout look up a token.
    let hash =
        Index::create().name("uq_refresh_tokens_hash").table("refresh_tokens").col("token_hash").unique().to_owned();
    manager.create_index(hash).await?;
    // They are deleted with their session.
    let of_session =
        Index::create().name("ix_refresh_tokens_session").table("refresh_tokens").col("session_id").to_owned();
    manager.create_index(of_session).await?;
    // The worker deletes those that have expired.
    let expired =
        Index::create().name("ix_refresh_tokens_expires_at").table("refresh_tokens").col("expires_at").to_owned();
    manager.create_index(expired).await
}
