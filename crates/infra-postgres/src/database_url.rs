use std::fmt;
use std::net::IpAddr;

use sea_orm::sqlx::postgres::{PgConnectOptions, PgSslMode};
use url::Url;

/// The address of a store. It is shown without user and password.
#[derive(Clone)]
pub struct DatabaseUrl {
    pub(crate) engine: Engine,
    name: String,
}

/// How to connect to a store.
#[derive(Clone)]
pub(crate) enum Engine {
    Postgres(Box<PgConnectOptions>),
    /// The URL of an SQLite file, or of a database in memory.
    Sqlite(String),
}

/// Why the URL of a store is invalid. It never contains the URL, which may have a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDatabaseUrl {
    /// The URL is malformed.
    #[error("must be sqlite://PATH, sqlite::memory: or postgres://USER:PASSWORD@HOST:PORT/DATABASE")]
    Malformed,
    /// Host and database would be read from a part of the password.
    #[error(
        "has a /, a ? or a # before its last @, where the host would begin; in user and password write %2F for /, %3F for ?, \
         %23 for #, %25 for % and %40 for @"
    )]
    Unescaped,
    /// Nothing would heed the parameter.
    #[error("has an unknown parameter after its ?; allowed are {}", PARAMETERS.join(", "))]
    UnknownParameter,
    /// The value of `sslmode` is unknown.
    #[error("must have one of these as sslmode: {}", SSL_MODES.join(", "))]
    UnknownSslMode,
}

/// The parameters of a PostgreSQL URL that sqlx heeds.
const PARAMETERS: [&str; 12] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "options",
    "statement-cache-capacity",
];

/// sqlx takes `allow` for `disable`, so it is not one of them.
const SSL_MODES: [&str; 5] = ["disable", "prefer", "require", "verify-ca", "verify-full"];

impl DatabaseUrl {
    /// Parses `postgres://...`, `sqlite://path` or `sqlite::memory:`.
    ///
    /// Without `sslmode`, a PostgreSQL server on another machine must have a certificate that is valid for its host.
    ///
    /// # Errors
    /// The URL is malformed, or does not mean what it seems to mean.
    pub fn parse(text: &str) -> Result<Self, InvalidDatabaseUrl> {
        if text.starts_with("sqlite:") {
            return Ok(Self { engine: Engine::Sqlite(text.to_owned()), name: text.to_owned() });
        }
        let after_scheme = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"));
        let after_scheme = after_scheme.ok_or(InvalidDatabaseUrl::Malformed)?;
        if after_scheme.rsplit_once('@').is_some_and(|(user_info, _)| user_info.contains(['/', '?', '#'])) {
            return Err(InvalidDatabaseUrl::Unescaped);
        }
        let url = Url::parse(text).map_err(|_| InvalidDatabaseUrl::Malformed)?;
        let mut has_ssl_mode = false;
        for (name, value) in url.query_pairs() {
            if !PARAMETERS.contains(&name.as_ref()) {
                return Err(InvalidDatabaseUrl::UnknownParameter);
            }
            if name == "sslmode" {
                has_ssl_mode = true;
                if !SSL_MODES.contains(&value.as_ref()) {
                    return Err(InvalidDatabaseUrl::UnknownSslMode);
                }
            }
        }
        let mut options: PgConnectOptions = text.parse().map_err(|_| InvalidDatabaseUrl::Malformed)?;
        if !has_ssl_mode && !is_this_machine(&options) {
            options = options.ssl_mode(PgSslMode::VerifyFull);
        }
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let name = format!("postgres://{}{port}{}", url.host_str().unwrap_or_default(), url.path());
        Ok(Self { engine: Engine::Postgres(Box::new(options)), name })
    }
}

/// Shows the address without user and password.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Shows the address without user and password.
impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Whether no network lies between this process and the server.
fn is_this_machine(options: &PgConnectOptions) -> bool {
    let host = options.get_host().trim_matches(['[', ']']);
    options.get_socket().is_some()
        || host.starts_with('/')
        || host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ssl_mode(url: &str) -> PgSslMode {
        let Engine::Postgres(options) = DatabaseUrl::parse(url).unwrap().engine else { panic!("{url}") };
        options.get_ssl_mode()
    }

    #[test]
    fn another_machine_needs_a_valid_certificate_unless_sslmode_says_otherwise() {
        for url in [
            "postgres://u:p@db.example.com/shop",
            "postgresql://u@10.0.0.7:5433/shop",
            "postgres://u@[2001:db8::1]/shop",
            "postgres://u@localhost/shop?host=db.example.com",
            "postgres://u@localhost.example.com/shop",
            "postgres://u@127.0.0.1.example.com/shop?sslrootcert=/etc/ca.pem",
        ] {
            assert!(matches!(ssl_mode(url), PgSslMode::VerifyFull), "{url}");
        }
        for mode in SSL_MODES {
            let stated = ssl_mode(&format!("postgres://u@db.example.com/shop?sslmode={mode}"));
            assert_eq!(format!("{stated:?}").to_lowercase(), mode.replace('-', ""));
        }
    }

    #[test]
    fn this_machine_needs_no_certificate() {
        for url in [
            "postgres://u@localhost/shop",
            "postgres://u@LOCALHOST/shop",
            "postgres://u@127.0.0.1:5433/shop",
            "postgres://u@127.9.9.9/shop",
            "postgres://u@[::1]/shop",
            "postgres://u@localhost/shop?host=/run/postgresql",
            "postgres://u@%2Frun%2Fpostgresql/shop",
        ] {
            assert!(!matches!(ssl_mode(url), PgSslMode::VerifyFull), "{url}");
        }
    }

    #[test]
    fn no_part_of_a_password_is_taken_for_the_host() {
        for password in ["123/secret", "se/cret", "123#secret", "#secret", "123?secret", "1?secret=x", "a@b/secret"] {
            let url = format!("postgres://shop:{password}@db.example.com:5432/shop");
            assert_eq!(DatabaseUrl::parse(&url).unwrap_err(), InvalidDatabaseUrl::Unescaped, "{password}");
        }
        let url = DatabaseUrl::parse("postgres://shop:1%2F2%3F3%23%40%25@db.example.com:5432/shop").unwrap();
        assert_eq!(url.to_string(), "postgres://db.example.com:5432/shop");
        let Engine::Postgres(options) = &url.engine else { panic!("{url}") };
        assert_eq!((options.get_host(), options.get_database()), ("db.example.com", Some("shop")));
        assert!(format!("{options:?}").contains("1/2?3#@%"), "sqlx shows it, so nobody may show what sqlx has");
    }

    #[test]
    fn shows_no_password() {
        for url in [
            "postgres://shop:secret@db.example.com/shop",
            "postgres://shop@db.example.com/shop?password=secret",
            "postgres://secret@db.example.com/shop",
        ] {
            let url = DatabaseUrl::parse(url).unwrap();
            assert_eq!((url.to_string(), format!("{url:?}")), {
                let name = "postgres://db.example.com/shop".to_owned();
                (name.clone(), name)
            });
        }
    }

    #[test]
    fn rejects_what_nothing_would_heed() {
        use InvalidDatabaseUrl::{Malformed, UnknownParameter, UnknownSslMode};
        for (url, expected) in [
            ("", Malformed),
            ("mysql://u@h/d", Malformed),
            ("postgres:shop", Malformed),
            ("postgres://u@h:port/d", Malformed),
            ("postgres://u@h:99999/d", Malformed),
            ("postgres://u:%ff@h/d", Malformed),
            ("postgres://u@h/d?port=x", Malformed),
            ("postgres://u@h/d?ssl=on", UnknownParameter),
            ("postgres://u@h/d?sslMode=disable", UnknownParameter),
            ("postgres://u@h/d?sslmode=allow", UnknownSslMode),
            ("postgres://u@h/d?sslmode=", UnknownSslMode),
            ("postgres://u@h/d?sslmode=VERIFY-FULL", UnknownSslMode),
        ] {
            assert_eq!(DatabaseUrl::parse(url).unwrap_err(), expected, "{url}");
        }
    }
}
