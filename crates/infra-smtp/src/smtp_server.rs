use std::net::IpAddr;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT};
use percent_encoding::percent_decode_str;
use url::{Host, Url};

/// How the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encryption {
    /// Not at all.
    None,
    /// With STARTTLS if the server offers it (RFC 3207).
    Opportunistic,
    /// With STARTTLS; fails if the server does not offer it.
    Required,
    /// From the first byte (RFC 8314).
    Implicit,
}

/// A mail server, and how to connect to it.
#[derive(Debug, Clone)]
pub struct SmtpServer {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) encryption: Encryption,
    pub(crate) credentials: Option<Credentials>,
    /// The name of this client in EHLO.
    pub(crate) hello_name: ClientId,
}

/// Why the URL of a mail server is invalid. It never contains the URL, which may have a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSmtpUrl {
    /// The URL is malformed.
    #[error("must be smtps://USER:PASSWORD@HOST, or smtp://USER:PASSWORD@HOST:587?tls=required")]
    Malformed,
    /// The host would be read from a part of the password.
    #[error(
        "has a /, a ? or a # before its last @, where the host would begin; in user and password write %2F for /, %3F for ?, \
         %23 for #, %25 for % and %40 for @"
    )]
    Unescaped,
    /// The connection would be unencrypted, so an attacker on the network could read every e-mail.
    #[error(
        "must be encrypted (smtps://, or smtp:// with ?tls=required) unless the mail server is on this machine; \
         SMTP_ALLOW_PLAINTEXT=on allows it anyway"
    )]
    Plaintext,
}

impl SmtpServer {
    /// Parses the URL of a mail server, in lettre's form: `smtps://user:password@host:port/hello-name`, or `smtp://...` with
    /// `?tls=required` or `?tls=opportunistic`.
    ///
    /// # Errors
    /// The URL is malformed, or would send e-mails, and maybe a password, unencrypted to another machine.
    pub fn parse(url: &str, allow_plaintext: bool) -> Result<Self, InvalidSmtpUrl> {
        let user_info =
            url.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@')).map(|(user_info, _)| user_info);
        if user_info.is_some_and(|user_info| user_info.contains(['/', '?', '#'])) {
            return Err(InvalidSmtpUrl::Unescaped);
        }
        let url = Url::parse(url).map_err(|_| InvalidSmtpUrl::Malformed)?;
        let tls = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
        let (encryption, default_port) = match (url.scheme(), tls.as_deref()) {
            ("smtps", None) => (Encryption::Implicit, SUBMISSIONS_PORT),
            ("smtp", None) => (Encryption::None, SMTP_PORT),
            ("smtp", Some("required")) => (Encryption::Required, SUBMISSION_PORT),
            ("smtp", Some("opportunistic")) => (Encryption::Opportunistic, SUBMISSION_PORT),
            _ => return Err(InvalidSmtpUrl::Malformed),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(InvalidSmtpUrl::Malformed)?;
        // An attacker can strip opportunistic TLS.
        let is_plaintext = matches!(encryption, Encryption::None | Encryption::Opportunistic);
        if is_plaintext && !allow_plaintext && !is_loopback(host) {
            return Err(InvalidSmtpUrl::Plaintext);
        }
        let decode = |text| percent_decode_str(text).decode_utf8().map_err(|_| InvalidSmtpUrl::Malformed);
        let credentials = match url.password() {
            Some(password) => Some(Credentials::new(decode(url.username())?.into(), decode(password)?.into())),
            None if url.username().is_empty() => None,
            None => return Err(InvalidSmtpUrl::Malformed),
        };
        let hello_name = match url.path().trim_matches('/') {
            "" => ClientId::default(),
            name => ClientId::Domain(name.to_owned()),
        };
        let host = host.trim_matches(['[', ']']).to_owned();
        Ok(Self { host, port: url.port().unwrap_or(default_port), encryption, credentials, hello_name })
    }

    /// Returns host and port, without the credentials.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

fn is_loopback(host: &str) -> bool {
    match Host::parse(host) {
        Ok(Host::Domain(name)) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
        Ok(Host::Ipv4(ip)) => ip.is_loopback(),
        Ok(Host::Ipv6(ip)) => ip.is_loopback(),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_lettres_urls() {
        for (url, name, encryption, has_credentials) in [
            ("smtps://ada:pass%40word@mail.example.com", "mail.example.com:465", Encryption::Implicit, true),
            ("smtps://mail.example.com:2465", "mail.example.com:2465", Encryption::Implicit, false),
            ("smtp://a:b@mail.example.com?tls=required", "mail.example.com:587", Encryption::Required, true),
            ("smtp://localhost:1025", "localhost:1025", Encryption::None, false),
            ("smtp://127.0.0.1", "127.0.0.1:25", Encryption::None, false),
            ("smtp://[::1]:1025?tls=opportunistic", "::1:1025", Encryption::Opportunistic, false),
        ] {
            let server = SmtpServer::parse(url, false).unwrap();
            assert_eq!((server.name().as_str(), server.encryption), (name, encryption), "{url}");
            assert_eq!(server.credentials.is_some(), has_credentials, "{url}");
        }
        let decoded = SmtpServer::parse("smtps://ada:pass%40word@mail.example.com", false).unwrap().credentials;
        assert_eq!(decoded, Some(Credentials::new("ada".to_owned(), "pass@word".to_owned())));
    }

    #[test]
    fn plaintext_is_allowed_on_this_machine_only() {
        for url in ["smtp://mail.example.com", "smtp://10.0.0.1:25", "smtp://mail.example.com?tls=opportunistic"] {
            assert_eq!(SmtpServer::parse(url, false).unwrap_err(), InvalidSmtpUrl::Plaintext, "{url}");
            assert!(SmtpServer::parse(url, true).is_ok(), "{url}");
        }
    }

    #[test]
    fn no_part_of_a_password_is_taken_for_the_host() {
        for password in
            ["12/secret", "se/cret", "12#secret", "#secret", "12?secret", "1?tls=required&x=secret", "a@b/secret"]
        {
            let url = format!("smtp://shop:{password}@mail.example.com");
            assert_eq!(SmtpServer::parse(&url, true).unwrap_err(), InvalidSmtpUrl::Unescaped, "{password}");
        }
        let server = SmtpServer::parse("smtps://shop:1%2F2%3F3%23%40%25@mail.example.com", false).unwrap();
        assert_eq!(server.credentials, Some(Credentials::new("shop".to_owned(), "1/2?3#@%".to_owned())));
    }

    #[test]
    fn rejects_malformed_urls() {
        for url in
            ["", "mail.example.com", "http://localhost", "smtp://", "smtp://localhost?tls=maybe", "smtps://ada@host"]
        {
            assert_eq!(SmtpServer::parse(url, true).unwrap_err(), InvalidSmtpUrl::Malformed, "{url}");
        }
    }
}
