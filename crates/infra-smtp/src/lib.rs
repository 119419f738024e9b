//! Mail: the port `Mailer` of `domain` over SMTP, or into files for whoever has no mail server yet.

mod answer;
mod connection;
mod file_mailer;
mod letterhead;
mod smtp_mailer;
mod smtp_server;

pub use file_mailer::FileMailer;
pub use letterhead::{InvalidSender, Letterhead};
pub use smtp_mailer::SmtpMailer;
pub use smtp_server::{InvalidSmtpUrl, SmtpServer};
