use std::time::Instant;

/// A mail that the server took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Over which connection it came, counted from 1.
    pub connection: usize,
    /// When MAIL FROM came.
    pub begun_at: Instant,
    /// The sender of the envelope.
    pub from: String,
    /// The recipients of the envelope.
    pub to: Vec<String>,
    /// What the mail is called; empty if it has no name.
    pub message_id: String,
    /// The mail itself; empty for a server that [keeps none](crate::MailServer::keep_no_contents).
    pub content: String,
}
