//! Prepares the secrets and the first admin before the first request.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use api_actix::Ports;
use domain::account::{Email, EnsureAdminError, Password, ensure_admin};
use infra_security::random_token;
use secrecy::{ExposeSecret, SecretString};

use crate::private_files::make_private;
use crate::settings::Settings;

/// The secrets that the server needs.
pub(crate) struct Secrets {
    pub(crate) jwt_secret: SecretString,
    pub(crate) admin: Option<Admin>,
}

/// The admin that the settings ask for.
pub(crate) struct Admin {
    pub(crate) email: Email,
    password: Password,
    /// Where the generated password is kept; `None` if `ADMIN_PASSWORD` is set.
    pub(crate) password_file: Option<PathBuf>,
}

const DEFAULT_ADMIN_EMAIL: &str = "admin@example.com";

impl Secrets {
    /// Takes the secrets from the settings. With an embedded store, missing ones are generated and kept beside it.
    pub(crate) fn gather(settings: &Settings) -> anyhow::Result<Self> {
        settings.prepare_data_directory()?;
        let directory = settings.data_directory();
        let jwt_secret = match (&settings.jwt_secret, &directory) {
            (Some(given), _) => given.clone(),
            (None, Some(directory)) => read_or_generate(&directory.join("jwt-secret"))?,
            (None, None) => bail!("JWT_SECRET is required on PostgreSQL"),
        };
        Ok(Self { jwt_secret, admin: Admin::gather(settings, directory.as_deref())? })
    }
}

impl Admin {
    fn gather(settings: &Settings, directory: Option<&Path>) -> anyhow::Result<Option<Self>> {
        let default_email = directory.map(|_| DEFAULT_ADMIN_EMAIL);
        let Some(email) = settings.admin_email.as_deref().or(default_email) else { return Ok(None) };
        let email = Email::parse_known(email).map_err(|invalid| anyhow!("ADMIN_EMAIL {invalid}"))?;
        let (password, password_file) = match (&settings.admin_password, directory) {
            (Some(given), _) => (given.clone(), None),
            (None, Some(directory)) => {
                let file = directory.join("admin-password");
                (read_or_generate(&file)?, Some(file))
            }
            (None, None) => return Ok(None),
        };
        let password = Password::parse(password).map_err(|invalid| anyhow!("ADMIN_PASSWORD {invalid}"))?;
        Ok(Some(Self { email, password, password_file }))
    }

    /// Makes sure that this admin can log in.
    pub(crate) async fn ensure(&self, ports: &Ports) -> anyhow::Result<()> {
        let (users, units, hasher) = (&*ports.user_reader, &*ports.units, &*ports.hasher);
        let (email, password) = (self.email.clone(), self.password.clone());
        match ensure_admin(users, units, hasher, &*ports.tokens, &*ports.clock, email, password).await {
            Ok(_) => Ok(()),
            Err(EnsureAdminError::WrongPassword) => bail!(
                "the account {} has another password, so it does not become an admin: set ADMIN_PASSWORD to its \
                 password, or ADMIN_EMAIL to another address",
                self.email
            ),
            Err(EnsureAdminError::Email(invalid)) => bail!("ADMIN_EMAIL {invalid}"),
            Err(EnsureAdminError::Password(invalid)) => bail!("ADMIN_PASSWORD {invalid}"),
            Err(EnsureAdminError::Deactivated(_)) => {
                bail!("the account {} is deactivated: set ADMIN_EMAIL to another address", self.email)
            }
            Err(
                error @ (EnsureAdminError::PasswordHasher(_)
                | EnsureAdminError::TokenIssue(_)
                | EnsureAdminError::Repository(_)),
            ) => Err(error.into()),
        }
    }
}

/// Reads the secret in a file. If the file is missing, creates it with a random secret. In any case only its owner can read it.
fn read_or_generate(file: &Path) -> anyhow::Result<SecretString> {
    let name = file.display();
    make_private(file).with_context(|| format!("can't make {name} readable by its owner alone"))?;
    match fs::read_to_string(file) {
        Ok(secret) => return Ok(secret.trim().into()),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("can't read {name}")),
    }
    // Write a temporary file first, so that another instance that starts now reads all of it or nothing.
    let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut temporary = tempfile::NamedTempFile::new_in(directory).with_context(|| format!("can't create {name}"))?;
    let secret = SecretString::from(random_token()?);
    writeln!(temporary, "{}", secret.expose_secret()).with_context(|| format!("can't write {name}"))?;
    match temporary.persist_noclobber(file) {
        Ok(_) => Ok(secret),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => read_or_generate(file),
        Err(error) => Err(error).with_context(|| format!("can't write {name}")),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_secret_is_generated_once_and_readable_only_by_its_owner() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("jwt-secret");

        let first = read_or_generate(&file).unwrap();
        let second = read_or_generate(&file).unwrap();

        assert_eq!(first.expose_secret(), second.expose_secret());
        assert_eq!(first.expose_secret().len(), 43);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
