//! Prepares the secrets and the first admin before the first request.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use anyhow::{Context, anyhow, bail};
use api_actix::Ports;
use domain::account::{Email, EnsureAdminError, Password, Role, ensure_admin};
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
    email: Email,
    password: Password,
    /// Where the generated password is kept; `None` if `ADMIN_PASSWORD` is set.
    password_file: Option<PathBuf>,
}

/// The address of the admin of an embedded store.
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
        let Some(email) = admin_email(settings)? else { return Ok(None) };
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

    /// Makes sure that this admin exists. An account that is not as the settings say stays as it is and does not stop the start:
    /// the password of an admin may have been changed since, and the customers need the service.
    pub(crate) async fn ensure(self, ports: &Ports) -> anyhow::Result<EnsuredAdmin> {
        let (email, password) = (self.email.clone(), self.password.clone());
        let (users, units, hasher) = (&*ports.user_reader, &*ports.units, &*ports.hasher);
        let ensured = ensure_admin(users, units, hasher, &*ports.tokens, &*ports.clock, email, password).await;
        let trouble = match ensured {
            Ok(_) => None,
            Err(EnsureAdminError::WrongPassword(Role::Admin)) => {
                Some("which has another password than ADMIN_PASSWORD; `bookstore admin reset-password` changes it")
            }
            Err(EnsureAdminError::WrongPassword(Role::User)) => Some(
                "which is no admin, because it has another password than ADMIN_PASSWORD; `bookstore admin add` makes it one",
            ),
            Err(EnsureAdminError::Email(invalid)) => bail!("ADMIN_EMAIL {invalid}"),
            Err(EnsureAdminError::Password(invalid)) => bail!("ADMIN_PASSWORD {invalid}"),
            Err(EnsureAdminError::Deactivated(_)) => {
                Some("which is no admin, because it is deactivated; set ADMIN_EMAIL to another address")
            }
            Err(
                error @ (EnsureAdminError::PasswordHasher(_)
                | EnsureAdminError::TokenIssue(_)
                | EnsureAdminError::Repository(_)),
            ) => return Err(error.into()),
        };
        if let Some(trouble) = trouble {
            tracing::warn!("ADMIN_EMAIL names an account {trouble}");
        }
        Ok(EnsuredAdmin { admin: self, trouble })
    }
}

/// Returns the address of the admin that the settings ask for.
pub(crate) fn admin_email(settings: &Settings) -> anyhow::Result<Option<Email>> {
    let default = settings.is_sqlite().then_some(DEFAULT_ADMIN_EMAIL);
    let email = settings.admin_email.as_deref().or(default).map(Email::parse_known).transpose();
    email.map_err(|invalid| anyhow!("ADMIN_EMAIL {invalid}"))
}

/// The admin of the settings after the start made sure that it exists.
pub(crate) struct EnsuredAdmin {
    admin: Admin,
    /// Why the account is not as the settings say.
    trouble: Option<&'static str>,
}

/// How to log in, for the start lines.
impl fmt::Display for EnsuredAdmin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, ", self.admin.email)?;
        match (self.trouble, &self.admin.password_file) {
            (Some(trouble), _) => f.write_str(trouble),
            (None, Some(file)) => write!(f, "password in {}", file.display()),
            (None, None) => f.write_str("password as in ADMIN_PASSWORD"),
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
