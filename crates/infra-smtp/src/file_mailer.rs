use std::io;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use domain::delivery::{Letter, MailServerTrouble, Mailer, Reply};
use lettre::{AsyncFileTransport, AsyncTransport, Tokio1Executor};

use crate::Letterhead;

/// Writes mails into files that any mail program can open, instead of sending them.
pub struct FileMailer {
    letterhead: Letterhead,
    directory: PathBuf,
    files: AsyncFileTransport<Tokio1Executor>,
}

impl FileMailer {
    /// Writes into a directory, which is made if it is not there.
    ///
    /// # Errors
    /// The directory can't be made.
    pub fn new(letterhead: Letterhead, directory: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(directory)?;
        Ok(Self { letterhead, directory: directory.to_owned(), files: AsyncFileTransport::new(directory) })
    }
}

#[async_trait]
impl Mailer for FileMailer {
    async fn send(&self, letter: &Letter) -> Result<Reply, MailServerTrouble> {
        let mail = match self.letterhead.write(letter) {
            Ok(mail) => mail,
            Err(reason) => return Ok(Reply::Refused(reason)),
        };
        match self.files.send(mail).await {
            Ok(name) => Ok(Reply::Accepted(format!("written to {name}.eml"))),
            Err(error) => Err(MailServerTrouble(format!("{} can't be written to: {error}", self.directory.display()))),
        }
    }
}
