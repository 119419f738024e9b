use std::sync::Arc;

use infra_postgres::{Store, StoreOptions};

use crate::settings::Settings;

/// Opens the store and runs the migrations.
pub(crate) async fn open_store(settings: &Settings) -> anyhow::Result<Arc<Store>> {
    let options = StoreOptions { url: settings.store()?, max_connections: settings.max_connections(), migrates: true };
    Ok(Arc::new(infra_postgres::connect(&options).await?))
}
