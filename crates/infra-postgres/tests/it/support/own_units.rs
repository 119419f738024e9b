//! The ports of a unit of work, for tests of single calls.

use async_trait::async_trait;
use domain::account::{
    LinkPurpose, LinkRepository, NewLink, NewRefreshToken, NewSession, NewUser, PasswordHash, RefreshToken, Session,
    SessionId, SessionRepository, TokenHash, User, UserId, UserRepository,
};
use domain::account_mail::{AccountMail, AccountMailId, AccountMailRepository, ClaimedAccountMail, NewAccountMail};
use domain::book::{
    Book, BookChange, BookId, BookRepository, ChangedBook, DeletedBook, NewBook, Restock, StockRepository,
};
use domain::delivery::Settlement;
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

    async fn find_password_hash(&self, id: UserId) -> Result<Option<PasswordHash>, RepositoryError> {
        in_a_unit!(self, |unit| unit.users().find_password_hash(id))
    }

    async fn save_password_hash(&self, id: UserId, hash: &PasswordHash) -> Result<(), RepositoryError> {
        in_a_unit!(self, |unit| unit.users().save_password_hash(id, hash))
    }
}

#[async_trait]
impl SessionRepository for OwnUnits<'_> {
    async fn add(&self, session: &NewSession) -> Result<SessionId, RepositoryError> {
        in_a_unit!(self, |unit| unit.sessions().add(session))
    }

    async fn delete_surplus(&self, user_id: UserId, keep: u32) -> Result<(), RepositoryError> {
        in_a_unit!(self, |unit| unit.sessions().delete_surplus(user_id, keep))
    }

    async fn save_renewed(&self, session: &Session) -> Result<(), RepositoryError> {
        in_a_unit!(self, |unit| unit.sessions().save_renewed(session))
    }

    async fn end(&self, id: SessionId, user_id: UserId, now: Timestamp) -> Result<bool, RepositoryError> {
        in_a_unit!(self, |unit| unit.sessions().end(id, user_id, now))
    }

    async fn end_all(&self, user_id: UserId, kept: Option<SessionId>, now: Timestamp) -> Result<(), RepositoryError> {
        in_a_unit!(self, |unit| unit.sessions().end_all(user_id, kept, now))
    }

    async fn add_token(&self, token: &NewRefreshToken) -> Result<(), RepositoryError> {
        in_a_unit!(self, |unit| unit.sessions().add_token(token))
    }

    async fn find_token(&self, hash: &TokenHash) -> Result<Option<RefreshToken>, RepositoryError> {
        in_a_unit!(self, |unit| unit.sessions().find_token(hash))
    }

    async fn save_used(&self, hash: &TokenHash, now: Timestamp) -> Result<(), RepositoryError> {
        in_a_unit!(self, |unit| unit.sessions().save_used(hash, now))
    }
}

#[async_trait]
impl LinkRepository for OwnUnits<'_> {
    async fn add(&self, link: &NewLink) -> Result<(), RepositoryError> {
        in_a_unit!(self, |unit| unit.links().add(link))
    }

    async fn count_since(
        &self,
        user_id: UserId,
        purpose: LinkPurpose,
        since: Timestamp,
    ) -> Result<u64, RepositoryError> {
        in_a_unit!(self, |unit| unit.links().count_since(user_id, purpose, since))
    }

    async fn find_user(
        &self,
        purpose: LinkPurpose,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<UserId>, RepositoryError> {
        in_a_unit!(self, |unit| unit.links().find_user(purpose, hash, now))
    }

    async fn delete_all(&self, user_id: UserId, purpose: LinkPurpose) -> Result<(), RepositoryError> {
        in_a_unit!(self, |unit| unit.links().delete_all(user_id, purpose))
    }
}

#[async_trait]
impl AccountMailRepository for OwnUnits<'_> {
    async fn add(&self, mail: &NewAccountMail) -> Result<(), RepositoryError> {
        in_a_unit!(self, |unit| unit.account_mails().add(mail))
    }

    async fn claim_due(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<ClaimedAccountMail>, RepositoryError> {
        in_a_unit!(self, |unit| unit.account_mails().claim_due(now, until, limit))
    }

    async fn release(&self, claims: &[ClaimedAccountMail]) -> Result<(), RepositoryError> {
        in_a_unit!(self, |unit| unit.account_mails().release(claims))
    }

    async fn find_claimed(&self, claim: &ClaimedAccountMail) -> Result<Option<AccountMail>, RepositoryError> {
        in_a_unit!(self, |unit| unit.account_mails().find_claimed(claim))
    }

    async fn find_for_settlement(&self, claim: &ClaimedAccountMail) -> Result<Option<u32>, RepositoryError> {
        in_a_unit!(self, |unit| unit.account_mails().find_for_settlement(claim))
    }

    async fn save(&self, id: AccountMailId, settlement: &Settlement) -> Result<(), RepositoryError> {
        in_a_unit!(self, |unit| unit.account_mails().save(id, settlement))
    }
}
