//! The settings of the program, and its error for an invalid one.

use std::net::TcpListener;

use tempfile::tempdir;
use test_support::{Suite, tests};

use crate::support::run;

pub(crate) fn suite() -> Suite {
    tests![
        help_lists_every_setting,
        settings_can_be_given_before_and_after_the_command,
        prints_its_version,
        invalid_settings_are_reported_in_one_line,
        refuses_to_start_on_a_used_port
    ]
}

type Variable = (&'static str, &'static str);

const SETTINGS: &[&str] = &[
    "DATABASE_URL",
    "DATABASE_READ_URL",
    "DATABASE_MAX_CONNECTIONS",
    "MIGRATE_ON_START",
    "HOST",
    "PORT",
    "JWT_SECRET",
    "JWT_SECRET_PREVIOUS",
    "ACCESS_TOKEN_TTL_SECONDS",
    "REFRESH_TOKEN_TTL_SECONDS",
    "ADMIN_EMAIL",
    "ADMIN_PASSWORD",
    "DRAIN_SECONDS",
    "REQUIRE_VERIFIED_EMAIL",
    "CORS_ALLOWED_ORIGINS",
    "RUST_LOG",
    "LOG_FORMAT",
    "METRICS_ADDRESS",
    "MAX_BODY_BYTES",
    "CLIENT_TIMEOUT_SECONDS",
    "RATE_LIMIT",
    "MAX_WAITING_PER_USER",
    "DOCS",
    "TRUSTED_PROXIES",
    "SMTP_URL",
    "SMTP_ALLOW_PLAINTEXT",
    "MAIL_FROM",
    "PUBLIC_URL",
    "STORE_URL",
    "MAIL_MAX_PER_SECOND",
    "MAIL_MAX_ATTEMPTS",
    "WORKER",
];

async fn help_lists_every_setting() {
    let directory = tempdir().unwrap();
    let secrets = [
        ("JWT_SECRET", "hidden one"),
        ("JWT_SECRET_PREVIOUS", "hidden three"),
        ("ADMIN_PASSWORD", "hidden two"),
        ("DATABASE_URL", "postgres://u:hidden@h/d"),
        ("SMTP_URL", "smtps://u:hidden@h"),
    ];
    for arguments in [&["--help"][..], &["-h"], &["serve", "--help"], &["worker", "-h"]] {
        let output = run(directory.path(), &secrets, arguments);
        assert!(output.status.success());
        let help = String::from_utf8(output.stdout).unwrap();
        for setting in SETTINGS {
            assert!(help.contains(&format!("[env: {setting}")), "{arguments:?}: {setting} is not in {help}");
            let option = format!("--{}", setting.to_lowercase().replace('_', "-"));
            assert!(help.contains(&option), "{arguments:?}: {option} is not in {help}");
        }
        assert_eq!(
            help.matches("[env: ").count(),
            SETTINGS.len(),
            "{arguments:?}: a setting is missing in the test: {help}"
        );
        assert!(!help.contains("hidden"), "{help}");
    }
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "--help starts nothing");
}

async fn settings_can_be_given_before_and_after_the_command() {
    let secret = ("JWT_SECRET", "a secret of more than thirty-two bytes");
    let directory = tempdir().unwrap();
    for arguments in [["--port", "x", "serve"], ["serve", "--port", "x"], ["worker", "--port", "x"]] {
        let output = run(directory.path(), &[secret, ("PORT", "0")], &arguments);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains("invalid value 'x' for '--port <PORT>'"), "{arguments:?}: {error}");
    }
    for arguments in [["--mail-from", "nobody", "worker"], ["worker", "--mail-from", "nobody"]] {
        let output = run(directory.path(), &[("MAIL_FROM", "shop@example.com")], &arguments);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains("MAIL_FROM must be"), "an option takes precedence over its variable: {error}");
    }
}

async fn prints_its_version() {
    let output = run(tempdir().unwrap().path(), &[], &["--version"]);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("bookstore {}\n", env!("CARGO_PKG_VERSION")));
}

async fn invalid_settings_are_reported_in_one_line() {
    let long_secret = "a secret of more than thirty-two bytes";
    let postgres = ("DATABASE_URL", "postgres://somebody:dbsecret@127.0.0.1:1/nowhere");
    let cases: &[(&[Variable], &[&str], &str)] = &[
        (&[("PORT", "x")], &[], "port"),
        (&[("PORT", "65536")], &[], "port"),
        (&[("DATABASE_READ_URL", "postgres://u:dbsecret@h/d")], &[], "DATABASE_READ_URL"),
        (&[("HOST", "no.such.host.invalid")], &[], "HOST"),
        (&[("DATABASE_URL", "mysql://u:dbsecret@h/d")], &[], "DATABASE_URL"),
        (&[("DATABASE_URL", "")], &[], "DATABASE_URL"),
        (&[("DATABASE_URL", "sqlite:///proc/no/such/directory.db")], &[], "/proc/no/such"),
        (&[("DATABASE_URL", "postgres://u:12/dbsecret@127.0.0.1:1/d")], &[], "%2F"),
        (&[("DATABASE_URL", "postgres://u:12#dbsecret@127.0.0.1:1/d")], &[], "%23"),
        (&[("DATABASE_URL", "postgres://u:12?dbsecret@127.0.0.1:1/d")], &[], "%3F"),
        (&[("DATABASE_URL", "postgres://u:12?x=dbsecret@127.0.0.1:1/d")], &["worker"], "%3F"),
        (&[("DATABASE_URL", "postgres://127.0.0.1:1/d?passwort=dbsecret")], &[], "password"),
        (&[("DATABASE_URL", "postgres://u@127.0.0.1:1/d?sslmode=on")], &[], "sslmode"),
        (&[postgres], &[], "JWT_SECRET"),
        (&[postgres, ("JWT_SECRET", long_secret)], &[], "database"),
        (&[postgres, ("JWT_SECRET", long_secret), ("ADMIN_EMAIL", "a@x.org")], &[], "ADMIN_PASSWORD"),
        (&[postgres, ("JWT_SECRET", long_secret), ("ADMIN_PASSWORD", "long enough")], &[], "ADMIN_EMAIL"),
        (&[("DATABASE_MAX_CONNECTIONS", "0")], &[], "database-max-connections"),
        (&[("JWT_SECRET", "tooshortsecret")], &[], "JWT_SECRET"),
        (&[("JWT_SECRET", "")], &[], "JWT_SECRET"),
        (&[("JWT_SECRET", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")], &[], "JWT_SECRET must be random"),
        (&[("JWT_SECRET_PREVIOUS", "tooshortsecret")], &[], "JWT_SECRET_PREVIOUS must have at least 32 bytes"),
        (
            &[("JWT_SECRET_PREVIOUS", "                                        ")],
            &[],
            "JWT_SECRET_PREVIOUS must be random",
        ),
        (&[("ACCESS_TOKEN_TTL_SECONDS", "0")], &[], "access-token-ttl-seconds"),
        (&[("ACCESS_TOKEN_TTL_SECONDS", "-1")], &[], "access-token-ttl-seconds"),
        (&[("REFRESH_TOKEN_TTL_SECONDS", "1.5")], &[], "refresh-token-ttl-seconds"),
        (&[("DRAIN_SECONDS", "3601")], &[], "drain-seconds"),
        (&[("ADMIN_EMAIL", "no address")], &[], "ADMIN_EMAIL"),
        (&[("ADMIN_PASSWORD", "short")], &[], "ADMIN_PASSWORD"),
        (&[("ADMIN_PASSWORD", "12345678")], &[], "ADMIN_PASSWORD must not be a common password"),
        (&[("REQUIRE_VERIFIED_EMAIL", "maybe")], &[], "require-verified-email"),
        (&[("CORS_ALLOWED_ORIGINS", "shop.example.com")], &[], "CORS_ALLOWED_ORIGINS"),
        (&[("CORS_ALLOWED_ORIGINS", "https://shop.example.com/path")], &[], "CORS_ALLOWED_ORIGINS"),
        (&[("CORS_ALLOWED_ORIGINS", "https://*.example.com")], &[], "CORS_ALLOWED_ORIGINS"),
        (&[("MAX_WAITING_PER_USER", "0")], &[], "max-waiting-per-user"),
        (&[("DOCS", "maybe")], &[], "docs"),
        (&[("RUST_LOG", "info,=,=")], &[], "RUST_LOG"),
        (&[("LOG_FORMAT", "xml")], &[], "log-format"),
        (&[("MAX_BODY_BYTES", "0")], &[], "max-body-bytes"),
        (&[("CLIENT_TIMEOUT_SECONDS", "0")], &[], "client-timeout-seconds"),
        (&[("RATE_LIMIT", "maybe")], &[], "rate-limit"),
        (&[("RATE_LIMIT", "0")], &[], "rate-limit"),
        (&[("TRUSTED_PROXIES", "proxy.example.com")], &[], "trusted-proxies"),
        (&[("TRUSTED_PROXIES", "10.0.0.1,10.0.0.0/33")], &[], "trusted-proxies"),
        (&[("SMTP_URL", "mail.example.com")], &[], "SMTP_URL"),
        (&[("SMTP_URL", "smtp://u:mailsecret@mail.example.com")], &[], "SMTP_ALLOW_PLAINTEXT"),
        (&[("SMTP_URL", "smtp://u:mailsecret@10.0.0.1?tls=opportunistic")], &[], "SMTP_ALLOW_PLAINTEXT"),
        (&[("SMTP_URL", "smtps://u:12/mailsecret@127.0.0.1:1")], &[], "%2F"),
        (&[("SMTP_URL", "smtps://u:12#mailsecret@127.0.0.1:1")], &[], "%23"),
        (&[("SMTP_URL", "smtps://u:12?mailsecret@127.0.0.1:1")], &["worker"], "%3F"),
        (&[("SMTP_ALLOW_PLAINTEXT", "yes")], &[], "smtp-allow-plaintext"),
        (&[("MAIL_FROM", "nobody")], &[], "MAIL_FROM"),
        (&[("PUBLIC_URL", "api.example.com")], &[], "public-url"),
        (&[("PUBLIC_URL", "mailto:api@example.com")], &[], "PUBLIC_URL"),
        (&[("STORE_URL", "shop.example.com")], &[], "store-url"),
        (&[("STORE_URL", "ftp://shop.example.com")], &[], "STORE_URL"),
        (&[("MAIL_MAX_PER_SECOND", "0")], &[], "mail-max-per-second"),
        (&[("MAIL_MAX_ATTEMPTS", "0")], &[], "mail-max-attempts"),
        (&[("WORKER", "maybe")], &[], "worker"),
        (&[("SMTP_URL", "http://u:mailsecret@h")], &["worker"], "SMTP_URL"),
        (&[], &["--nothing"], "--nothing"),
        (&[], &["something"], "something"),
    ];
    for &(environment, arguments, named) in cases {
        let directory = tempdir().unwrap();
        let environment = [&[("PORT", "0")], environment].concat();
        let output = run(directory.path(), &environment, arguments);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success(), "{environment:?} is accepted");
        assert!(output.stdout.is_empty(), "{environment:?}");
        assert_eq!(error.lines().count(), 1, "{environment:?}: {error}");
        assert!(error.starts_with("bookstore: ") && error.contains(named), "{environment:?}: {error}");
        for secret in ["dbsecret", "mailsecret", "tooshortsecret", long_secret] {
            assert!(!error.contains(secret), "{environment:?}: {error}");
        }
    }
}

async fn refuses_to_start_on_a_used_port() {
    let directory = tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = run(directory.path(), &[("PORT", &port)], &[]);
    assert!(!output.status.success() && output.stdout.is_empty());
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.lines().last().unwrap().contains(&format!("PORT {port}")), "{error}");
}
