use std::net::IpAddr;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT};
use percent_encoding::percent_decode_str;
use url::{Host, Url};

/// How the conversation is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encryption {
    /// Not at all.
    None,
    /// By STARTTLS if the server has it (RFC 3207).
    Opportunistic,
    /// By STARTTLS, or there is no conversation.
    Required,
    /// From its first byte (RFC 8314).
    Implicit,
}

/// A mail server, and how to speak with it.
#[derive(Debug, Clone)]
pub struct SmtpServer {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) encryption: Encryption,
    pub(crate) credentials: Option<Credentials>,
    /// What this client calls itself.
    pub(crate) hello_name: ClientId,
}

/// What is wrong with the URL of a mail server. It never holds the URL itself, which may have a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSmtpUrl {
    /// It is no such URL.
    #[error("must be smtps://USER:PASSWORD@HOST, or smtp://USER:PASSWORD@HOST:587?tls=required")]
    Malformed,
    /// Whoever listens could read every mail.
    #[error(
        "must be encrypted (smtps://, or smtp:// with ?tls=required) unless the mail server is on this machine; \
         SMTP_ALLOW_PLAINTEXT=on allows it all the same"
    )]
    Plaintext,
}

impl SmtpServer {
    /// Reads a mail server's URL, in lettre's form: `smtps://user:password@host:port/hello-name`, or `smtp://...` with
    /// `?tls=required` or `?tls=opportunistic`.
    ///
    /// # Errors
    /// It is no such URL, or it would let mails, and maybe a password, be read by others on the way to another machine.
    pub fn parse(url: &str, allow_plaintext: bool) -> Result<Self, InvalidSmtpUrl> {
        let url = Url::parse(url).map_err(|_| InvalidSmtpUrl::Malformed)?;
        let tls = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
        let (encryption, usual_port) = match (url.scheme(), tls.as_deref()) {
            ("smtps", None) => (Encryption::Implicit, SUBMISSIONS_PORT),
            ("smtp", None) => (Encryption::None, SMTP_PORT),
            ("smtp", Some("required")) => (Encryption::Required, SUBMISSION_PORT),
            ("smtp", Some("opportunistic")) => (Encryption::Opportunistic, SUBMISSION_PORT),
            _ => return Err(InvalidSmtpUrl::Malformed),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(InvalidSmtpUrl::Malformed)?;
        // Of opportunistic encryption whoever listens can make none.
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
        Ok(Self { host, port: url.port().unwrap_or(usual_port), encryption, credentials, hello_name })
    }

    /// Its address, without who may use it.
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
    fn reads_the_forms_of_lettre() {
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
    fn plaintext_is_for_this_machine_only() {
        for url in ["smtp://mail.example.com", "smtp://10.0.0.1:25", "smtp://mail.example.com?tls=opportunistic"] {
            assert_eq!(SmtpServer::parse(url, false).unwrap_err(), InvalidSmtpUrl::Plaintext, "{url}");
            assert!(SmtpServer::parse(url, true).is_ok(), "{url}");
        }
    }

    #[test]
    fn refuses_what_is_no_mail_server() {
        for url in
            ["", "mail.example.com", "http://localhost", "smtp://", "smtp://localhost?tls=maybe", "smtps://ada@host"]
        {
            assert_eq!(SmtpServer::parse(url, true).unwrap_err(), InvalidSmtpUrl::Malformed, "{url}");
        }
    }
}
