//! The ports of a unit of work, for tests of single calls.

use async_trait::async_trait;
use domain::account::{
    NewRefreshToken, NewUser, PasswordHash, RefreshToken, RefreshTokenHash, RefreshTokenRepository, User, UserId,
    UserRepository,
};
use domain::book::{
    Book, BookChange, BookId, BookRepository, ChangedBook, DeletedBook, NewBook, Restock, StockRepository,
};
use domain::{RepositoryError, Timestamp, UnitOfWorkFactory};

/// Runs each call in a unit of work of its own.
pub(crate) struct OwnUnits<'store>(pub(crate) &'store dyn UnitOfWorkFactory);

macro_rules! in_a_unit {
    ($units:ident, |$unit:ident| $call:expr) => {{
        let $unit = $units.0.begin().await?;
        let result = $call.await?;
        $unit.commit().await?;
        Ok(result)
    }};
}

/// Commits only success, as the port demands.
#[async_trait]
impl BookRepository for OwnUnits<'_> {
    async fn add(&self, book: &NewBook) -> Result<Option<Book>, RepositoryError> {
        let unit = self.0.begin().await?;
        let added = unit.books().add(book).await?;
        if added.is_some() {
            unit.commit().await?;
        }
        Ok(added)
    }

    async fn change(&self, id: BookId, change: &BookChange, now: Timestamp) -> Result<ChangedBook, RepositoryError> {
        let unit = self.0.begin().await?;
        let changed = unit.books().change(id, change, now).await?;
        if matches!(changed, ChangedBook::Changed(_)) {
            unit.commit().await?;
        }
        Ok(changed)
    }

    async fn delete(&self, id: BookId) -> Result<DeletedBook, RepositoryError> {
        let unit = self.0.begin().await?;
        let deleted = unit.books().delete(id).await?;
        if deleted == DeletedBook::Deleted {
            unit.commit().await?;
        }
        Ok(deleted)
    }
}

#[async_trait]
impl StockRepository for OwnUnits<'_> {
    async fn find_for_stock_change(&self, id: BookId) -> Result<Option<Book>, RepositoryError> {
        in_a_unit!(self, |unit| unit.stock().find_for_stock_change(id))
    }

    async fn save(&self, book: &Book) -> Result<(), RepositoryError> {
        in_a_unit!(self, |unit| unit.stock().save(book))
    }

    async fn add_restock(&self, restock: &Restock) -> Result<(), RepositoryError> {
        in_a_unit!(self, |unit| unit.stock().add_restock(restock))
    }
}

#[async_trait]
impl UserRepository for OwnUnits<'_> {
    async fn add(&self, user: &NewUser) -> Result<Option<User>, RepositoryError> {
        in_a_unit!(self, |unit| unit.users().add(user))
    }

    async fn find_for_session_change(&self, id: UserId) -> Result<Option<User>, RepositoryError> {
        in_a_unit!(self, |unit| unit.users().find_for_session_change(id))
    }

    async fn save(&self, user: &User) -> Result<(), RepositoryError> {
        in_a_unit!(self, |unit| unit.users().save(user))
    }

    async fn save_password(&self, id: UserId, password_hash: &PasswordHash) -> Result<(), RepositoryError> {
        in_a_unit!(self, |unit| unit.users().save_password(id, password_hash))
    }
}

#[async_trait]
impl RefreshTokenRepository for OwnUnits<'_> {
    async fn add(&self, token: &NewRefreshToken) -> Result<(), RepositoryError> {
        in_a_unit!(self, |unit| unit.refresh_tokens().add(token))
    }

    async fn find(&self, hash: &RefreshTokenHash) -> Result<Option<RefreshToken>, RepositoryError> {
        in_a_unit!(self, |unit| unit.refresh_tokens().find(hash))
    }

    async fn revoke(&self, hash: &RefreshTokenHash, now: Timestamp) -> Result<(), RepositoryError> {
        in_a_unit!(self, |unit| unit.refresh_tokens().revoke(hash, now))
    }

    async fn revoke_family(&self, family: &RefreshTokenHash, now: Timestamp) -> Result<(), RepositoryError> {
        in_a_unit!(self, |unit| unit.refresh_tokens().revoke_family(family, now))
    }

    async fn revoke_all(&self, user_id: UserId, now: Timestamp) -> Result<(), RepositoryError> {
        in_a_unit!(self, |unit| unit.refresh_tokens().revoke_all(user_id, now))
    }
}
