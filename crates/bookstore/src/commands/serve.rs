//! `bookstore serve`

use crate::output::say;
use crate::server::Server;
use crate::settings::Settings;

pub(super) async fn run(settings: &Settings) -> anyhow::Result<()> {
    let server = Server::start(settings).await?;
    say(&server.start_lines());
    server.run().await
}
