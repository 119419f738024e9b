use std::sync::Arc;

use anyhow::ensure;
use infra_postgres::{Maintenance, Store, StoreOptions};

use crate::mail_settings::Switch;
use crate::settings::Settings;

/// Opens the store, and runs the migrations if it may.
pub(crate) async fn open_store(settings: &Settings) -> anyhow::Result<Arc<Store>> {
    let options = StoreOptions {
        url: settings.store()?,
        max_connections: settings.max_connections(),
        migrates: settings.migrate_on_start == Switch::On,
    };
    Ok(Arc::new(infra_postgres::connect(&options).await?))
}

/// Opens a store that exists, as it is.
pub(crate) async fn open_for_maintenance(settings: &Settings) -> anyhow::Result<Maintenance> {
    let file = settings.sqlite_file();
    ensure!(
        file.as_ref().is_none_or(|file| file.exists()),
        "there is no store at {}; `bookstore migrate up` creates one",
        file.unwrap_or_default().display()
    );
    Ok(Maintenance::open(&settings.store()?).await?)
}

/// Opens a store as it is, and creates an SQLite file that does not exist.
pub(crate) async fn open_or_create_for_maintenance(settings: &Settings) -> anyhow::Result<Maintenance> {
    settings.prepare_data_directory()?;
    Ok(Maintenance::open(&settings.store()?).await?)
}
