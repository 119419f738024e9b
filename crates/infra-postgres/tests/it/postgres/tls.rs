//! Encrypted connections to PostgreSQL, and servers that are not trusted.

use std::num::NonZeroU32;

use infra_postgres::{ConnectError, DatabaseUrl, Store, StoreOptions, connect};
use test_support::{Bystander, Certificate, OwnServer, Suite, tests};

pub(crate) fn suite() -> Suite {
    tests![a_certificate_is_verified, a_server_without_tls_is_refused_where_tls_is_demanded].with_servers_of_their_own()
}

async fn open(url: &str) -> Result<Store, ConnectError> {
    let url = DatabaseUrl::parse(url).unwrap();
    connect(&StoreOptions { url, max_connections: NonZeroU32::MIN, migrates: true }).await
}

/// Why the connection is not safe.
async fn danger(url: &str) -> String {
    let error = open(url).await.unwrap_err();
    assert!(matches!(error, ConnectError::Tls(_)), "{url}: {error:?}");
    error.to_string()
}

async fn a_certificate_is_verified() {
    let (certificate, stranger) = (Certificate::for_localhost().unwrap(), Certificate::for_localhost().unwrap());
    let mut server = OwnServer::start().unwrap();
    let url = server.serve_tls(&certificate).unwrap();
    let trusting = |authority: &Certificate| format!("sslrootcert={}", authority.authority().display());

    let store = open(&format!("{url}?sslmode=verify-full&{}", trusting(&certificate))).await.unwrap();
    let own = "SELECT coalesce(bool_and(ssl), false) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
               WHERE application_name = 'bookstore'";
    assert!(Bystander::connect(&url).await.value::<bool>(own).await, "a connection is not encrypted");
    store.close().await;

    let untrusted = danger(&format!("{url}?sslmode=verify-full")).await;
    assert!(untrusted.contains("UnknownIssuer") && untrusted.contains("sslrootcert"), "{untrusted}");
    danger(&format!("{url}?sslmode=verify-full&{}", trusting(&stranger))).await;
    let by_address = url.replace("localhost", "127.0.0.1");
    let wrong_host = danger(&format!("{by_address}?sslmode=verify-full&{}", trusting(&certificate))).await;
    assert!(wrong_host.contains("not valid for name"), "{wrong_host}");

    open(&format!("{by_address}?sslmode=verify-ca&{}", trusting(&certificate))).await.unwrap().close().await;
    open(&format!("{url}?sslmode=require")).await.unwrap().close().await;
    open(&url).await.unwrap().close().await;
}

async fn a_server_without_tls_is_refused_where_tls_is_demanded() {
    let server = OwnServer::start().unwrap();
    for mode in ["require", "verify-ca", "verify-full"] {
        danger(&format!("{}&sslmode={mode}", server.url())).await;
    }
    open(server.url()).await.unwrap().close().await;
}
