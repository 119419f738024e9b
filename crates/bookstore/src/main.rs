//! Reads the settings, and runs the command.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use bookstore::{CommandLine, private_files, telemetry};
use clap::Parser;
use clap::error::ErrorKind;
use tokio::runtime::Runtime;

/// How long the exit waits for threads that can't be stopped, such as a name lookup.
const BLOCKING_LIMIT: Duration = Duration::from_secs(1);

/// Everything but HTTP runs on one runtime, which outlives the threads of the HTTP server.
fn main() -> ExitCode {
    private_files::keep_new_files_private();
    let ended = Runtime::new().context("can't start threads").and_then(|runtime| {
        let ended = runtime.block_on(run());
        runtime.shutdown_timeout(BLOCKING_LIMIT);
        ended
    });
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let line = format!("{error:#}").replace('\n', " ");
            eprintln!("bookstore: {line}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> anyhow::Result<()> {
    read_dotenv()?;
    let command_line = parse_command_line()?;
    telemetry::start(&command_line.settings)?;
    command_line.run().await
}

fn read_dotenv() -> anyhow::Result<()> {
    match dotenvy::from_path(".env") {
        Ok(()) => Ok(()),
        Err(error) if error.not_found() => Ok(()),
        Err(_) => anyhow::bail!("can't read .env: every line must be NAME=value"),
    }
}

fn parse_command_line() -> anyhow::Result<CommandLine> {
    match CommandLine::try_parse() {
        Ok(command_line) => Ok(command_line),
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::DisplayHelp
                    | ErrorKind::DisplayVersion
                    | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            ) =>
        {
            error.exit()
        }
        Err(error) => {
            let message = error.to_string();
            // The first paragraph says what is wrong. The rest would not fit into one line.
            let lines: Vec<_> = message.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
            anyhow::bail!("{} (see bookstore --help)", lines.join(" ").trim_start_matches("error: "))
        }
    }
}
