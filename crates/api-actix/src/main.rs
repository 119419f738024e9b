//! Parses the settings, starts the server or a worker, and runs it.

use std::process::ExitCode;

use api_actix::{Server, Settings, Task, WorkerProcess, telemetry};
use clap::Parser;
use clap::error::ErrorKind;

#[actix_web::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let line = format!("{error:#}").replace('\n', " ");
            eprintln!("bookstore: {line}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "the start lines are for whoever started it, whatever the log says")]
async fn run() -> anyhow::Result<()> {
    read_dotenv()?;
    let settings = parse_settings()?;
    telemetry::start(&settings)?;
    match settings.task {
        Task::Serve => {
            let server = Server::start(&settings).await?;
            println!("{}", server.start_lines());
            server.run().await
        }
        Task::Worker => {
            let worker = WorkerProcess::start(&settings).await?;
            println!("{}", worker.start_lines());
            worker.run().await
        }
    }
}

fn read_dotenv() -> anyhow::Result<()> {
    match dotenvy::from_path(".env") {
        Ok(()) => Ok(()),
        Err(error) if error.not_found() => Ok(()),
        Err(_) => anyhow::bail!(".env can't be read: every line of it must be NAME=value"),
    }
}

fn parse_settings() -> anyhow::Result<Settings> {
    match Settings::try_parse() {
        Ok(settings) => Ok(settings),
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => error.exit(),
        Err(error) => {
            let message = error.to_string();
            // The first paragraph says what is wrong; the rest is advice for longer than a line.
            let lines: Vec<_> = message.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
            anyhow::bail!("{} (see bookstore --help)", lines.join(" ").trim_start_matches("error: "))
        }
    }
}
