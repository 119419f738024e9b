//! The ports of an office, as far as a worker uses them.

use async_trait::async_trait;
use domain::account::{
    Email, LinkRepository, LinkTokens, PersonalDataRepository, SessionRepository, TokenHash, TokenIssueError, UserId,
    UserRepository,
};
use domain::account_mail::{
    AccountMail, AccountMailId, AccountMailRepository, ClaimedAccountMail, LinkLetter, NewAccountMail,
};
use domain::audit::AuditRepository;
use domain::book::{Author, BookId, BookRepository, Price, RestockId, Round, StockRepository, Title};
use domain::delivery::{
    Attempt, ClaimedDelivery, Delivery, DeliveryBatch, DeliveryId, DeliveryQuery, DeliveryReader, DeliveryRepository,
    DeliveryState, DeliveryStatus, FanOutProgress, FanOutStage, Jitter, Letter, MailServerTrouble, Mailer, Prospect,
    Reply, RestockQuery, RestockReport, RestockSignal, RetriedBatch, Settlement,
};
use domain::pre_booking::{PreBookingId, PreBookingStatus};
use domain::{Clock, LeftoverRepository, RepositoryError, Timestamp, UnitOfWork, UnitOfWorkFactory};
use secrecy::SecretString;

use crate::office::{Call, Mail, Office, Row};

impl Clock for Office {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + self.start.elapsed()
    }
}

impl Jitter for Office {
    fn fraction(&self) -> f64 {
        0.0
    }
}

#[async_trait]
impl UnitOfWorkFactory for Office {
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, RepositoryError> {
        Ok(Box::new(self.clone()))
    }
}

#[async_trait]
impl UnitOfWork for Office {
    fn books(&self) -> &dyn BookRepository {
        unimplemented!("a worker does not use it")
    }

    fn personal_data(&self) -> &dyn PersonalDataRepository {
        unimplemented!("a worker does not use it")
    }

    fn audit(&self) -> &dyn AuditRepository {
        unimplemented!("a worker does not use it")
    }

    fn stock(&self) -> &dyn StockRepository {
        unimplemented!("a worker does not use it")
    }

    fn users(&self) -> &dyn UserRepository {
        unimplemented!("a worker does not use it")
    }

    fn sessions(&self) -> &dyn SessionRepository {
        unimplemented!("a worker does not use it")
    }

    fn links(&self) -> &dyn LinkRepository {
        unimplemented!("there are no account mails")
    }

    fn account_mails(&self) -> &dyn AccountMailRepository {
        self
    }

    fn deliveries(&self) -> &dyn DeliveryRepository {
        self
    }

    fn leftovers(&self) -> &dyn LeftoverRepository {
        self
    }

    async fn commit(self: Box<Self>) -> Result<(), RepositoryError> {
        self.fail(Call::Commit).await
    }
}

#[async_trait]
impl DeliveryRepository for Office {
    async fn find_for_fan_out(&self, _: Timestamp) -> Result<Option<FanOutProgress>, RepositoryError> {
        self.fail(Call::FanOut).await?;
        let progress = FanOutProgress {
            restock_id: RestockId::from_stored(1),
            book_id: BookId::from_stored(1),
            round: Round::from_stored(0),
            stage: FanOutStage::First,
            after: None,
            first_walk_ended_at: None,
        };
        Ok((self.state.borrow().without_delivery > 0).then_some(progress))
    }

    async fn add_batch(&self, _: &FanOutProgress, _: u32, _: Timestamp) -> Result<DeliveryBatch, RepositoryError> {
        self.state.send_modify(|state| {
            let row = Row { status: DeliveryStatus::Pending, claimed_until: None };
            state.rows.extend((1..=state.without_delivery).map(|id| (id, row)));
            state.without_delivery = 0;
        });
        Ok(DeliveryBatch { last: None, is_full: false })
    }

    async fn save_fan_out(&self, _: &FanOutProgress) -> Result<(), RepositoryError> {
        Ok(())
    }

    async fn claim_due(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<ClaimedDelivery>, RepositoryError> {
        self.fail(Call::Claim).await?;
        let mut claims = Vec::new();
        self.state.send_modify(|state| {
            let is_due =
                |row: &Row| row.status == DeliveryStatus::Pending && row.claimed_until.is_none_or(|until| until <= now);
            for (id, row) in state.rows.iter_mut().filter(|(_, row)| is_due(row)).take(limit as usize) {
                row.claimed_until = Some(until);
                claims.push(ClaimedDelivery { id: DeliveryId::from_stored(*id), until });
            }
        });
        Ok(claims)
    }

    async fn release(&self, claims: &[ClaimedDelivery]) -> Result<(), RepositoryError> {
        self.fail(Call::Release).await?;
        self.state.send_modify(|state| {
            for claim in claims {
                state.rows.get_mut(&claim.id.get()).unwrap().claimed_until = None;
            }
        });
        Ok(())
    }

    async fn find_for_settlement(&self, claim: &ClaimedDelivery) -> Result<Option<u32>, RepositoryError> {
        self.fail(Call::Settle).await?;
        let row = self.state.borrow().rows[&claim.id.get()];
        let holds = row.status == DeliveryStatus::Pending && row.claimed_until == Some(claim.until);
        Ok(holds.then_some(0))
    }

    async fn save(&self, id: DeliveryId, settlement: &Settlement) -> Result<(), RepositoryError> {
        let row = Row { status: settlement.state.status(), claimed_until: None };
        self.state.send_modify(|state| {
            state.rows.insert(id.get(), row);
        });
        Ok(())
    }

    async fn find_for_retry(&self, _: DeliveryId) -> Result<Option<DeliveryState>, RepositoryError> {
        unimplemented!("a worker does not use it")
    }

    async fn save_retried(&self, _: DeliveryId, _: Timestamp) -> Result<(), RepositoryError> {
        unimplemented!("a worker does not use it")
    }

    async fn retry_batch(
        &self,
        _: DeliveryStatus,
        _: Option<DeliveryId>,
        _: u32,
        _: Timestamp,
    ) -> Result<RetriedBatch, RepositoryError> {
        unimplemented!("a worker does not use it")
    }
}

#[async_trait]
impl DeliveryReader for Office {
    async fn find_prospect(&self, id: DeliveryId) -> Result<Option<Prospect>, RepositoryError> {
        self.fail(Call::Look).await?;
        let letter = Letter {
            user_id: UserId::from_stored(1),
            pre_booking_id: PreBookingId::from_stored(id.get()),
            to: Email::from_stored("ada@example.com".to_owned()),
            book_id: BookId::from_stored(1),
            title: Title::from_stored("Solaris".to_owned()),
            author: Author::from_stored("Stanisław Lem".to_owned()),
            price: Price::from_stored(1999),
            notified_at: self.now(),
        };
        Ok(Some(Prospect { letter, status: PreBookingStatus::Notified, is_active: true, wants_emails: true }))
    }

    async fn find(&self, _: DeliveryId) -> Result<Option<Delivery>, RepositoryError> {
        unimplemented!("a worker does not use it")
    }

    async fn list_attempts(&self, _: DeliveryId) -> Result<Vec<Attempt>, RepositoryError> {
        unimplemented!("a worker does not use it")
    }

    async fn list(&self, _: &DeliveryQuery) -> Result<Vec<Delivery>, RepositoryError> {
        unimplemented!("a worker does not use it")
    }

    async fn list_restocks(&self, _: &RestockQuery) -> Result<Vec<RestockReport>, RepositoryError> {
        unimplemented!("a worker does not use it")
    }
}

#[async_trait]
impl RestockSignal for Office {
    async fn restocked(&self) -> Result<(), RepositoryError> {
        self.fail(Call::Listen).await?;
        self.state.subscribe().wait_for(|state| state.is_announced).await.unwrap();
        self.state.send_modify(|state| state.is_announced = false);
        Ok(())
    }
}

#[async_trait]
impl Mailer for Office {
    async fn send(&self, _: &Letter) -> Result<Reply, MailServerTrouble> {
        self.state.send_modify(|state| {
            state.letters.push(self.start.elapsed());
            state.in_hand += 1;
        });
        self.state.subscribe().wait_for(|state| state.mail != Mail::Held).await.unwrap();
        if self.state.borrow().mail == Mail::Trouble {
            self.state.send_modify(|state| state.in_hand -= 1);
            return Err(MailServerTrouble("connection refused".to_owned()));
        }
        self.state.send_modify(|state| {
            state.in_hand -= 1;
            state.accepted += 1;
        });
        Ok(Reply::Accepted("250 ok".to_owned()))
    }

    async fn send_link(&self, _: &LinkLetter) -> Result<Reply, MailServerTrouble> {
        unimplemented!("there are no account mails")
    }
}

#[async_trait]
impl AccountMailRepository for Office {
    async fn add(&self, _: &NewAccountMail) -> Result<(), RepositoryError> {
        unimplemented!("a worker does not use it")
    }

    async fn claim_due(&self, _: Timestamp, _: Timestamp, _: u32) -> Result<Vec<ClaimedAccountMail>, RepositoryError> {
        Ok(Vec::new())
    }

    async fn release(&self, _: &[ClaimedAccountMail]) -> Result<(), RepositoryError> {
        unimplemented!("there are no account mails")
    }

    async fn find_claimed(&self, _: &ClaimedAccountMail) -> Result<Option<AccountMail>, RepositoryError> {
        unimplemented!("there are no account mails")
    }

    async fn find_for_settlement(&self, _: &ClaimedAccountMail) -> Result<Option<u32>, RepositoryError> {
        unimplemented!("there are no account mails")
    }

    async fn save(&self, _: AccountMailId, _: &Settlement) -> Result<(), RepositoryError> {
        unimplemented!("there are no account mails")
    }
}

#[async_trait]
impl LeftoverRepository for Office {
    async fn delete_sessions(&self, _: Timestamp, _: u32) -> Result<u64, RepositoryError> {
        Ok(0)
    }

    async fn delete_refresh_tokens(&self, _: Timestamp, _: u32) -> Result<u64, RepositoryError> {
        Ok(0)
    }

    async fn delete_links(&self, _: Timestamp, _: u32) -> Result<u64, RepositoryError> {
        Ok(0)
    }

    async fn forget_account_mails(&self, _: Timestamp, _: u32) -> Result<u64, RepositoryError> {
        Ok(0)
    }
}

impl LinkTokens for Office {
    fn generate(&self) -> Result<SecretString, TokenIssueError> {
        unimplemented!("there are no account mails")
    }

    fn hash(&self, _: &SecretString) -> TokenHash {
        unimplemented!("there are no account mails")
    }
}
