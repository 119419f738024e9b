//! Starts the log.

use std::io::IsTerminal;

use anyhow::anyhow;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::settings::{LogFormat, Settings};

/// Silences what libraries log at every start; `sea_orm` would log the password of the database. A filter that names them takes
/// precedence.
const QUIET: &str = "actix_server=warn,sea_orm=warn,sea_orm_migration=warn,sqlx::postgres::notice=warn";

/// Starts the log, on standard error.
///
/// # Errors
/// `RUST_LOG` is not a valid filter.
pub fn start(settings: &Settings) -> anyhow::Result<()> {
    start_on(std::io::stderr, std::io::stderr().is_terminal(), settings)
}

/// Starts the log on a writer.
///
/// # Errors
/// `RUST_LOG` is not a valid filter, or a log was already started.
pub fn start_on<W>(writer: W, with_colours: bool, settings: &Settings) -> anyhow::Result<()>
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(format!("{QUIET},{}", settings.rust_log))
        .map_err(|_| anyhow!("RUST_LOG must be a filter such as info or info,api_actix=debug"))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(with_colours).with_writer(writer);
    let started = match settings.log_format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    };
    started.map_err(|error| anyhow!(error))
}
