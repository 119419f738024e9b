//! What is done once, before the first request: secrets, and the first admin.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use domain::account::{Email, EnsureAdminError, Password, ensure_admin};
use secrecy::{ExposeSecret, SecretString};

use crate::security::random_token;
use crate::settings::Settings;
use crate::wiring::Ports;

/// What must not be known to others.
pub(crate) struct Secrets {
    pub(crate) jwt_secret: SecretString,
    pub(crate) admin: Option<Admin>,
}

/// The admin that the settings ask for.
pub(crate) struct Admin {
    pub(crate) email: Email,
    password: Password,
    /// Where the password is kept, if it was not given.
    pub(crate) password_file: Option<PathBuf>,
}

const DEFAULT_ADMIN_EMAIL: &str = "admin@example.com";

impl Secrets {
    /// Takes the secrets from the settings; beside an embedded store those that are not given are made up and kept.
    pub(crate) fn gather(settings: &Settings) -> anyhow::Result<Self> {
        settings.create_data_directory()?;
        let directory = settings.data_directory();
        let jwt_secret = match (&settings.jwt_secret, &directory) {
            (Some(given), _) => given.clone(),
            (None, Some(directory)) => kept_secret(&directory.join("jwt-secret"))?,
            (None, None) => bail!("JWT_SECRET is required on PostgreSQL"),
        };
        Ok(Self { jwt_secret, admin: Admin::gather(settings, directory.as_deref())? })
    }
}

impl Admin {
    fn gather(settings: &Settings, directory: Option<&Path>) -> anyhow::Result<Option<Self>> {
        let default_email = directory.map(|_| DEFAULT_ADMIN_EMAIL);
        let Some(email) = settings.admin_email.as_deref().or(default_email) else { return Ok(None) };
        let email = Email::parse(email).map_err(|invalid| anyhow!("ADMIN_EMAIL {invalid}"))?;
        let (password, password_file) = match (&settings.admin_password, directory) {
            (Some(given), _) => (given.clone(), None),
            (None, Some(directory)) => {
                let file = directory.join("admin-password");
                (kept_secret(&file)?, Some(file))
            }
            (None, None) => return Ok(None),
        };
        let password = Password::parse(password).map_err(|invalid| anyhow!("ADMIN_PASSWORD {invalid}"))?;
        Ok(Some(Self { email, password, password_file }))
    }

    /// Makes sure that this admin can sign in.
    pub(crate) async fn ensure(&self, ports: &Ports) -> anyhow::Result<()> {
        let (email, password) = (self.email.clone(), self.password.clone());
        match ensure_admin(&*ports.users, &*ports.units, &*ports.hasher, &*ports.clock, email, password).await {
            Ok(_) => Ok(()),
            Err(EnsureAdminError::WrongPassword) => bail!(
                "there is an account of {} with another password, so it does not become admin: set ADMIN_PASSWORD to its \
                 password, or ADMIN_EMAIL to another address",
                self.email
            ),
            Err(EnsureAdminError::Deactivated) => {
                bail!("the account of {} is deactivated: set ADMIN_EMAIL to another address", self.email)
            }
            Err(error @ (EnsureAdminError::PasswordHasher(_) | EnsureAdminError::Repository(_))) => Err(error.into()),
        }
    }
}

/// The secret in a file. If there is no such file it is made, for its owner only, with a random secret.
fn kept_secret(file: &Path) -> anyhow::Result<SecretString> {
    let name = file.display();
    match fs::read_to_string(file) {
        Ok(secret) => return Ok(secret.trim().into()),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("{name} can't be read")),
    }
    // Written elsewhere first: another instance that starts at this moment sees all of it or nothing.
    let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut fresh = tempfile::NamedTempFile::new_in(directory).with_context(|| format!("{name} can't be created"))?;
    let secret = SecretString::from(random_token()?);
    writeln!(fresh, "{}", secret.expose_secret()).with_context(|| format!("{name} can't be written"))?;
    match fresh.persist_noclobber(file) {
        Ok(_) => Ok(secret),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => kept_secret(file),
        Err(error) => Err(error).with_context(|| format!("{name} can't be written")),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_kept_secret_is_made_once_and_for_its_owner_only() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("jwt-secret");

        let first = kept_secret(&file).unwrap();
        let second = kept_secret(&file).unwrap();

        assert_eq!(first.expose_secret(), second.expose_secret());
        assert_eq!(first.expose_secret().len(), 43);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
