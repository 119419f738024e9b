//! Pages of the catalog from a streaming replica.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::UnitOfWorkFactory;
use domain::book::{BookFilter, BookQuery, BookReader, BookSort, NewBook, SortDirection, StockQuantity};
use infra_postgres::{CatalogReplica, DatabaseUrl, Store, StoreOptions, connect};
use test_support::{Bystander, Network, OwnServer, Suite, tests};

use crate::support::{at, details, page};

pub(crate) fn suite() -> Suite {
    tests![lists_from_a_replica_that_lags_and_finds_on_the_primary, lists_from_the_primary_while_the_replica_fails]
        .with_servers_of_their_own()
}

/// How long a replica that is silent may delay a page.
const PATIENCE: Duration = Duration::from_secs(8);

struct World {
    primary: OwnServer,
    standby: OwnServer,
    store: Arc<Store>,
}

impl World {
    async fn start() -> Self {
        let primary = OwnServer::start().unwrap();
        let url = DatabaseUrl::parse(primary.url()).unwrap();
        let options = StoreOptions { url, max_connections: NonZeroU32::new(4).unwrap(), migrates: true };
        let store = Arc::new(connect(&options).await.unwrap());
        let standby = primary.start_standby().unwrap();
        Self { primary, standby, store }
    }

    fn catalog(&self, replica: &str) -> CatalogReplica {
        let url = DatabaseUrl::parse(replica).unwrap();
        CatalogReplica::new(Arc::clone(&self.store), &url, NonZeroU32::new(4).unwrap()).unwrap()
    }

    async fn add_book(&self, title: &str) -> domain::book::BookId {
        let book = NewBook { details: details(title), stock_quantity: StockQuantity::NONE, created_at: at(0) };
        let unit = self.store.begin().await.unwrap();
        let added = unit.books().add(&book).await.unwrap().unwrap();
        unit.commit().await.unwrap();
        added.id
    }
}

async fn number_listed(catalog: &CatalogReplica) -> u64 {
    let query = BookQuery {
        filter: BookFilter::default(),
        sort: BookSort::CreatedAt,
        direction: SortDirection::Ascending,
        page: page(1, 10),
    };
    catalog.list(&query).await.unwrap().total
}

async fn lists_from_a_replica_that_lags_and_finds_on_the_primary() {
    let world = World::start().await;
    let catalog = world.catalog(world.standby.url());
    let replica = Bystander::connect(world.standby.url()).await;
    world.add_book("Solaris").await;
    replica.until("SELECT count(*) = 1 FROM books").await;
    assert_eq!(number_listed(&catalog).await, 1);

    replica.execute("SELECT pg_wal_replay_pause()").await;
    replica.until("SELECT pg_get_wal_replay_pause_state() = 'paused'").await;
    let new = world.add_book("Fiasco").await;
    assert_eq!(number_listed(&catalog).await, 1, "the page is not from the replica");
    assert!(catalog.find(new).await.unwrap().is_some(), "a placement would not find the book");

    replica.execute("SELECT pg_wal_replay_resume()").await;
    replica.until("SELECT count(*) = 2 FROM books").await;
    assert_eq!(number_listed(&catalog).await, 2);
}

async fn lists_from_the_primary_while_the_replica_fails() {
    let mut world = World::start().await;
    world.add_book("Solaris").await;
    let network = Network::to(world.standby.url()).await.unwrap();
    let silent = world.catalog(network.url());
    let gone = world.catalog(world.standby.url());
    let replica = Bystander::connect(world.standby.url()).await;
    replica.until("SELECT count(*) = 1 FROM books").await;
    for catalog in [&silent, &gone] {
        assert_eq!(number_listed(catalog).await, 1);
    }

    replica.execute("SELECT pg_wal_replay_pause()").await;
    replica.until("SELECT pg_get_wal_replay_pause_state() = 'paused'").await;
    world.add_book("Fiasco").await;
    network.fall_silent();
    let started = Instant::now();
    assert_eq!(number_listed(&silent).await, 2, "the page is not from the primary");
    assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());

    replica.close().await;
    world.standby.crash().unwrap();
    assert_eq!(number_listed(&gone).await, 2);
    assert!(world.primary.url().starts_with("postgres://"));
}
