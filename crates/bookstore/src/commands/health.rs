//! `bookstore health`

use std::net::IpAddr;
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::settings::Settings;

/// Longer than the store may take to say that it is silent.
const LIMIT: Duration = Duration::from_secs(15);

/// Asks the server on `HOST` and `PORT` whether it is ready, for health checks of containers, which have no other client.
pub(super) async fn run(settings: &Settings) -> anyhow::Result<()> {
    let (host, port) = (reachable(&settings.host), settings.port);
    let status = timeout(LIMIT, status(&host, port)).await.context("no answer in time").flatten();
    let status = status.with_context(|| format!("can't ask the server on HOST {host}, PORT {port}"))?;
    ensure!(status == "200", "the server on HOST {host}, PORT {port} is not ready: /health/ready answers {status}");
    Ok(())
}

/// Returns the status of `/health/ready`.
async fn status(host: &str, port: u16) -> anyhow::Result<String> {
    let mut connection = TcpStream::connect((host, port)).await?;
    connection.write_all(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await?;
    let head = String::from_utf8_lossy(&answer);
    let status = head.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).context("it speaks no HTTP")?;
    Ok(status.to_owned())
}

/// Returns the address of this machine for one that means all of its addresses.
fn reachable(host: &str) -> String {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) if address.is_unspecified() => "127.0.0.1".to_owned(),
        Ok(IpAddr::V6(address)) if address.is_unspecified() => "::1".to_owned(),
        _ => host.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_means_all_is_reached_by_loopback() {
        let hosts = ["0.0.0.0", "::", "127.0.0.1", "10.1.2.3", "localhost"];
        assert_eq!(hosts.map(reachable), ["127.0.0.1", "::1", "127.0.0.1", "10.1.2.3", "localhost"]);
    }
}
