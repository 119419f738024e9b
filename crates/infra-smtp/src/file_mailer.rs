use std::io;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use domain::account_mail::LinkLetter;
use domain::delivery::{Letter, MailServerTrouble, Mailer, Reply};
use lettre::{AsyncFileTransport, AsyncTransport, Message, Tokio1Executor};

use crate::{Letterhead, Pace};

/// Writes e-mails to files that any mail program can open, instead of sending them.
pub struct FileMailer {
    letterhead: Letterhead,
    pace: Pace,
    directory: PathBuf,
    files: AsyncFileTransport<Tokio1Executor>,
}

impl FileMailer {
    /// Creates the directory if it is missing.
    ///
    /// # Errors
    /// The directory can't be created.
    pub fn new(letterhead: Letterhead, pace: Pace, directory: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(directory)?;
        Ok(Self { letterhead, pace, directory: directory.to_owned(), files: AsyncFileTransport::new(directory) })
    }
}

#[async_trait]
impl Mailer for FileMailer {
    async fn send(&self, letter: &Letter) -> Result<Reply, MailServerTrouble> {
        self.write(self.letterhead.compose(letter)).await
    }

    async fn send_link(&self, letter: &LinkLetter) -> Result<Reply, MailServerTrouble> {
        self.write(self.letterhead.compose_link(letter)).await
    }
}

impl FileMailer {
    async fn write(&self, composed: Result<Message, String>) -> Result<Reply, MailServerTrouble> {
        let mail = match composed {
            Ok(mail) => mail,
            Err(reason) => return Ok(Reply::Refused(reason)),
        };
        self.pace.wait().await;
        match self.files.send(mail).await {
            Ok(name) => Ok(Reply::Accepted(format!("written to {name}.eml"))),
            Err(error) => Err(MailServerTrouble(format!("can't write to {}: {error}", self.directory.display()))),
        }
    }
}
