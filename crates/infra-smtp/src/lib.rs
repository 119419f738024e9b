//! Implements the port `Mailer` of `domain` over SMTP, and with files for when there is no mail server.

mod answer;
mod connection;
mod conversation;
mod file_mailer;
mod letterhead;
mod pace;
mod smtp_error;
mod smtp_mailer;
mod smtp_server;
mod tls;

pub use file_mailer::FileMailer;
pub use letterhead::{InvalidSender, Letterhead, Unsubscribe, check_sender};
pub use pace::Pace;
pub use smtp_mailer::{SmtpMailer, SmtpMailerError};
pub use smtp_server::{InvalidSmtpUrl, SmtpServer};
