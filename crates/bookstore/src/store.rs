use std::sync::Arc;

use infra_postgres::{Store, StoreOptions};

use crate::settings::Settings;

/// Opens the store and runs the migrations.
pub(crate) async fn open_store(settings: &Settings) -> anyhow::Result<Arc<Store>> {
    let options = StoreOptions {
        url: settings.database_url.clone(),
        max_connections: settings.max_connections(),
        migrates: true,
    };
    Ok(Arc::new(infra_postgres::connect(&options).await?))
}

/// Returns the store's URL without user and password.
pub(crate) fn database_name(settings: &Settings) -> String {
    match url::Url::parse(&settings.database_url) {
        Ok(url) if !settings.is_sqlite() => {
            let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
            format!("postgres://{}{port}{}", url.host_str().unwrap_or_default(), url.path())
        }
        _ => settings.database_url.clone(),
    }
}
