use super::{ListedSession, PersonalDataReader, User, UserId};
use crate::audit::{AuditQuery, AuditReader, AuditRecord, Origin, list as list_audit};
use crate::delivery::{Attempt, Delivery};
use crate::pre_booking::{PreBookedBook, PreBookingQuery, PreBookingReader, list as list_pre_bookings};
use crate::{PageSize, RepositoryError};

/// Everything that the store has of a user, apart from secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalData {
    /// The account.
    pub user: User,
    /// The sessions, oldest first.
    pub sessions: Vec<ListedSession>,
    /// The pre-bookings, newest first.
    pub pre_bookings: Vec<PreBookedBook>,
    /// The e-mails, oldest first.
    pub deliveries: Vec<(Delivery, Vec<Attempt>)>,
    /// The changes that the user made, newest first.
    pub changes_by_user: Vec<AuditRecord>,
    /// The changes of the account, newest first. Who else made them is left out: that is their data.
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
        sessions: personal_data.list_sessions(id).await?,
        pre_bookings: all_pre_bookings(pre_bookings, id).await?,
        deliveries: personal_data.list_deliveries(id).await?,
        changes_by_user: all_changes(audit, Some(id), None).await?,
        changes_of_user: without_others(all_changes(audit, None, Some(id)).await?, id),
        user,
    })
}

fn without_others(mut records: Vec<AuditRecord>, user_id: UserId) -> Vec<AuditRecord> {
    for record in &mut records {
        if record.origin.actor_id != Some(user_id) {
            (record.origin, record.actor_email) = (Origin::program(), None);
        }
    }
    records
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{Client, MockPersonalDataReader, Role};
    use crate::audit::{Action, AuditRecordId, Change, MockAuditReader};
    use crate::pre_booking::{MockPreBookingReader, PreBookingState};
    use crate::testing::{a_book, a_delivery, a_pre_booking, a_session, a_user, an_origin, at};

    fn a_pre_booked_book() -> PreBookedBook {
        let details = a_book(0).details;
        PreBookedBook {
            pre_booking: a_pre_booking(PreBookingState::Waiting),
            title: details.title,
            author: details.author,
            delivery: None,
        }
    }

    fn a_record(id: i64) -> AuditRecord {
        AuditRecord {
            id: AuditRecordId::new(id).unwrap(),
            at: at(1),
            origin: an_origin(),
            actor_email: Some(a_user(Role::Admin).email),
            change: Change::of_user(Action::UserReactivated, a_user(Role::User).id),
        }
    }

    #[pollster::test]
    async fn collects_every_page_of_every_list() {
        let mut pre_bookings = MockPreBookingReader::new();
        pre_bookings.expect_list().times(2).returning(|user_id, query| {
            assert_eq!(user_id, a_user(Role::User).id);
            Ok(vec![a_pre_booked_book(); if query.after.is_none() { 501 } else { 3 }])
        });
        let mut personal_data = MockPersonalDataReader::new();
        let sessions = vec![ListedSession { session: a_session(), client: Client::default() }];
        personal_data.expect_list_sessions().return_once({
            let sessions = sessions.clone();
            move |_| Ok(sessions)
        });
        personal_data.expect_list_deliveries().return_once(|_| Ok(vec![(a_delivery(), Vec::new())]));
        let mut audit = MockAuditReader::new();
        let user_id = a_user(Role::User).id;
        audit.expect_list().times(3).returning(move |query| {
            let ids = match (query.actor_id, query.user_id, query.after) {
                (Some(actor), None, None) if actor == user_id => 1..=501,
                (Some(actor), None, Some(_)) if actor == user_id => 501..=501,
                (None, Some(of), None) if of == user_id => 7..=7,
                _ => panic!("{query:?}"),
            };
            Ok(ids.map(a_record).collect())
        });

        let data = export(&pre_bookings, &personal_data, &audit, a_user(Role::User)).await.unwrap();

        assert_eq!((data.user, data.sessions), (a_user(Role::User), sessions));
        assert_eq!(data.pre_bookings.len(), 503);
        assert_eq!(data.deliveries, [(a_delivery(), Vec::new())]);
        assert_eq!(data.changes_by_user.len(), 501);
        assert_eq!(data.changes_by_user[0], a_record(1));
        let by_another = AuditRecord { origin: Origin::program(), actor_email: None, ..a_record(7) };
        assert_eq!(data.changes_of_user, [by_another]);
    }
}
