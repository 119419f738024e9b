use sea_orm_migration::prelude::*;

use crate::columns::{enumeration, id, moment, optional_moment, reference};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

const PURPOSES: [&str; 2] = ["password_reset", "email_verification"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let verified = ColumnDef::new("email_verified").boolean().not_null().default(false).take();
        manager.alter_table(Table::alter().table("users").add_column(verified).to_owned()).await?;
        create_account_mails(manager).await?;
        create_links(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["links", "account_mails"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        manager.alter_table(Table::alter().table("users").drop_column("email_verified").to_owned()).await
    }
}

async fn create_account_mails(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let mails = Table::create()
        .table("account_mails")
        .col(id())
        // As it was asked for. Maybe no account has it.
        .col(ColumnDef::new("email").text().not_null())
        .col(enumeration("purpose", &PURPOSES, "password_reset"))
        .col(enumeration("status", &["pending", "delivered", "failed", "skipped"], "pending"))
        // When to send it, while it is pending.
        .col(moment("due_at", backend))
        // When the claim of a worker ends.
        .col(optional_moment("claimed_until", backend))
        .col(ColumnDef::new("attempts").integer().not_null().default(0).check(Expr::cust("attempts >= 0")))
        .col(ColumnDef::new("reason").text())
        .col(moment("created_at", backend))
        .to_owned();
    manager.create_table(mails).await?;
    // An address has at most one pending mail for a purpose.
    let pending = Index::create()
        .name("uq_account_mails_pending")
        .table("account_mails")
        .col("email")
        .col("purpose")
        .unique()
        .and_where(Expr::cust("status = 'pending'"))
        .to_owned();
    manager.create_index(pending).await?;
    // The worker claims what is due.
    let due = Index::create()
        .name("ix_account_mails_due")
        .table("account_mails")
        .col("due_at")
        .col("id")
        .and_where(Expr::cust("status = 'pending'"))
        .to_owned();
    manager.create_index(due).await?;
    // The worker deletes what was settled.
    let settled = Index::create()
        .name("ix_account_mails_settled")
        .table("account_mails")
        .col("created_at")
        .and_where(Expr::cust("status <> 'pending'"))
        .to_owned();
    manager.create_index(settled).await?;
    // DELETE /auth/me forgets the mails to an address.
    let address = Index::create().name("ix_account_mails_email").table("account_mails").col("email").to_owned();
    manager.create_index(address).await
}

async fn create_links(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let links = Table::create()
        .table("links")
        .col(id())
        .col(ColumnDef::new("user_id").big_integer().not_null())
        .col(enumeration("purpose", &PURPOSES, "password_reset"))
        .col(ColumnDef::new("token_hash").text().not_null())
        .col(moment("created_at", backend))
        .col(optional_moment("expires_at", backend).not_null())
        .foreign_key(&mut reference("links", "user_id", "users"))
        .to_owned();
    manager.create_table(links).await?;
    // POST /auth/password/reset and POST /auth/email/verify look up a link.
    let hash = Index::create().name("uq_links_hash").table("links").col("token_hash").unique().to_owned();
    manager.create_index(hash).await?;
    // The worker counts an account's; a used one is deleted with the others of its purpose.
    let of_user = Index::create().name("ix_links_user").table("links").col("user_id").col("purpose").to_owned();
    manager.create_index(of_user).await?;
    // The worker deletes those that have expired.
    let expired = Index::create().name("ix_links_expires_at").table("links").col("expires_at").to_owned();
    manager.create_index(expired).await
}
