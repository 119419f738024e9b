use clap::Parser;

use crate::commands::Command;
use crate::settings::Settings;

/// A pre-booking service for bookstores: customers pre-book a book that is out of stock, and are notified when it is
/// restocked.
///
/// Settings are environment variables, or lines of a file named .env in the working directory. An option takes precedence over
/// the variable of the same name. Pass secrets as variables, because other users of the machine can see options.
// Each setting can be given before or after the command.
#[derive(Debug, Clone, Parser)]
#[command(name = "bookstore", version, mut_args = |argument| argument.global(true))]
pub struct CommandLine {
    /// What to do; without a command the program serves.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// The settings, which all commands share.
    #[command(flatten)]
    pub settings: Settings,
}

impl CommandLine {
    /// Runs the command.
    ///
    /// # Errors
    /// Why it failed, in one line.
    pub async fn run(self) -> anyhow::Result<()> {
        self.command.unwrap_or_default().run(&self.settings).await
    }
}
