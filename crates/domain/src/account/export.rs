use super::{PersonalDataReader, RefreshTokenRecord, User, UserId};
use crate::audit::{AuditQuery, AuditReader, AuditRecord, list as list_audit};
use crate::delivery::{Attempt, Delivery};
use crate::pre_booking::{PreBookedBook, PreBookingQuery, PreBookingReader, list as list_pre_bookings};
use crate::{PageSize, RepositoryError};

/// Everything that the store has of a user, apart from secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalData {
    /// The account.
    pub user: User,
    /// The refresh tokens, oldest first.
    pub refresh_tokens: Vec<RefreshTokenRecord>,
    /// The pre-bookings, newest first.
    pub pre_bookings: Vec<PreBookedBook>,
    /// The e-mails, oldest first.
    pub deliveries: Vec<(Delivery, Vec<Attempt>)>,
    /// The changes that the user made, newest first.
    pub changes_by_user: Vec<AuditRecord>,
    /// The changes of the account, newest first.
    pub changes_of_user: Vec<AuditRecord>,
}

/// Collects everything that the store has of a user.
pub async fn export(
    pre_bookings: &dyn PreBookingReader,
    personal_data: &dyn PersonalDataReader,
    audit: &dyn AuditReader,
    user: User,
) -> Result<PersonalData, RepositoryError> {
    let id = user.id;
    Ok(PersonalData {
        refresh_tokens: personal_data.list_refresh_tokens(id).await?,
        pre_bookings: all_pre_bookings(pre_bookings, id).await?,
        deliveries: personal_data.list_deliveries(id).await?,
        changes_by_user: all_changes(audit, Some(id), None).await?,
        changes_of_user: all_changes(audit, None, Some(id)).await?,
        user,
    })
}

async fn all_pre_bookings(
    pre_bookings: &dyn PreBookingReader,
    user_id: UserId,
) -> Result<Vec<PreBookedBook>, RepositoryError> {
    let mut query = PreBookingQuery { status: None, after: None, limit: PageSize::MAX };
    let mut all = Vec::new();
    loop {
        let page = list_pre_bookings(pre_bookings, user_id, &query).await?;
        all.extend(page.items);
        query.after = page.next;
        if query.after.is_none() {
            return Ok(all);
        }
    }
}

async fn all_changes(
    audit: &dyn AuditReader,
    actor_id: Option<UserId>,
    user_id: Option<UserId>,
) -> Result<Vec<AuditRecord>, RepositoryError> {
    let limit = PageSize::MAX;
    let mut query = AuditQuery { actor_id, action: None, book_id: None, user_id, after: None, limit };
    let mut all = Vec::new();
    loop {
        let page = list_audit(audit, &query).await?;
        all.extend(page.items);
        query.after = page.next;
        if query.after.is_none() {
            return Ok(all);
        }
    }
}
