//! `bookstore admin`

use std::io::{IsTerminal, stdin};
use std::num::NonZeroU32;

use anyhow::{Context, anyhow, ensure};
use clap::{Args, Subcommand};
use domain::account::{
    Email, Password, Role, Subject, User, UserQuery, add_admin, demote_admin, list_users, reset_admin_password,
};
use domain::{PageRequest, PageSize};
use infra_postgres::Store;
use infra_security::{Argon2Hasher, SystemClock, random_token};

use crate::output::say;
use crate::settings::{Settings, cores};
use crate::start::admin_email;
use crate::store::open_store;

/// Shows the arguments of a command, and not all settings.
const WITH_ARGUMENTS: &str = "{about}\n\n{usage-heading} {usage}\n\nArguments:\n{positionals}{after-help}";
const WITHOUT_ARGUMENTS: &str = "{about}\n\n{usage-heading} {usage}{after-help}";
const WITH_COMMANDS: &str = "{about}\n\n{usage-heading} {usage}\n\nCommands:\n{subcommands}{after-help}";
const SETTINGS: &str = "It uses the store of DATABASE_URL. `bookstore --help` lists all settings.";
const PASSWORD: &str = "It asks for the password, or reads it from standard input.\nIt uses the store of DATABASE_URL. \
     `bookstore --help` lists all settings.";

/// Add, change or list admins.
#[derive(Debug, Clone, Args)]
#[command(subcommand_required = true, arg_required_else_help = true, help_template = WITH_COMMANDS, after_help = SETTINGS)]
pub struct Admin {
    /// What to do.
    #[command(subcommand)]
    command: AdminCommand,
}

#[derive(Debug, Clone, Subcommand)]
enum AdminCommand {
    /// Add an admin; an existing account becomes one, with a new password
    #[command(help_template = WITH_ARGUMENTS, after_help = PASSWORD)]
    Add {
        /// The address to log in with
        #[arg(value_parser = parse_email)]
        email: Email,
    },
    /// Give an admin a new password, and end the admin's sessions
    #[command(help_template = WITH_ARGUMENTS, after_help = PASSWORD)]
    ResetPassword {
        /// The address of the admin
        #[arg(value_parser = parse_email)]
        email: Email,
    },
    /// Make an admin a user, and end the admin's sessions
    #[command(help_template = WITH_ARGUMENTS, after_help = SETTINGS)]
    Demote {
        /// The address of the admin
        #[arg(value_parser = parse_email)]
        email: Email,
    },
    /// List all admins
    #[command(help_template = WITHOUT_ARGUMENTS, after_help = SETTINGS)]
    List,
}

fn parse_email(text: &str) -> Result<Email, String> {
    Email::parse(text).map_err(|invalid| invalid.to_string())
}

impl Admin {
    pub(super) async fn run(self, settings: &Settings) -> anyhow::Result<()> {
        let Self { command } = self;
        settings.check()?;
        let password = match &command {
            AdminCommand::Add { .. } | AdminCommand::ResetPassword { .. } => Some(read_password()?),
            AdminCommand::Demote { email } => {
                ensure!(
                    admin_email(settings)?.as_ref() != Some(email),
                    "ADMIN_EMAIL is {email}, so the next start would make it an admin again: set ADMIN_EMAIL to another \
                     address first, for all servers"
                );
                None
            }
            AdminCommand::List => None,
        };
        settings.prepare_data_directory()?;
        let store = open_store(settings).await?;
        let ended = apply(command, password, &store).await;
        store.close().await;
        ended
    }
}

async fn apply(command: AdminCommand, password: Option<Password>, store: &Store) -> anyhow::Result<()> {
    let (clock, hasher) = (SystemClock, Argon2Hasher::new(cores()));
    match (command, password) {
        (AdminCommand::Add { email }, Some(password)) => {
            let subject = Subject::new(random_token()?);
            let admin = add_admin(store, store, &hasher, &clock, email, password, subject).await?;
            report("is an admin now", "admin added", &admin);
        }
        (AdminCommand::ResetPassword { email }, Some(password)) => {
            let admin = reset_admin_password(store, store, &hasher, &clock, &email, password).await?;
            report("has a new password", "password of an admin reset", &admin);
        }
        (AdminCommand::Demote { email }, _) => {
            let user = demote_admin(store, store, &clock, &email).await?;
            report("is no longer an admin", "admin demoted", &user);
        }
        (AdminCommand::List | AdminCommand::Add { .. } | AdminCommand::ResetPassword { .. }, _) => list(store).await?,
    }
    Ok(())
}

/// Tells the operator what was done, and the log too. Its lines have no addresses.
fn report(done: &str, event: &str, user: &User) {
    tracing::warn!(user = user.id.get(), "{event}");
    say(&format!("{} {done}", user.email));
}

/// Prints one line per admin.
async fn list(store: &Store) -> anyhow::Result<()> {
    let mut number = NonZeroU32::MIN;
    loop {
        let page = PageRequest { number, size: PageSize::MAX };
        let admins = list_users(store, &UserQuery { role: Some(Role::Admin), is_active: None, page }).await?;
        for admin in &admins.items {
            say(&format!("{}  since {}", admin.email, admin.created_at.format("%Y-%m-%d")));
        }
        if admins.items.len() < page.size.get() as usize {
            return Ok(());
        }
        number = number.checked_add(1).context("there are too many admins to list")?;
    }
}

/// Asks for a new password twice, without showing it. If standard input is not a terminal, reads its first line instead.
fn read_password() -> anyhow::Result<Password> {
    let password = if stdin().is_terminal() {
        let first = rpassword::prompt_password("New password: ").context("can't read the password")?;
        let second = rpassword::prompt_password("The same again: ").context("can't read the password")?;
        ensure!(first == second, "the passwords differ");
        first
    } else {
        let mut line = String::new();
        stdin().read_line(&mut line).context("can't read the password from standard input")?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    Password::parse(password.into()).map_err(|invalid| anyhow!("the password {invalid}"))
}
