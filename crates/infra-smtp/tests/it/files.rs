//! E-mails in files.

use std::fs;

use domain::delivery::{Mailer as _, Reply};
use infra_smtp::FileMailer;
use tempfile::tempdir;

use crate::support::{Shown, a_letter, letter, letterhead, unlimited};

#[tokio::test]
async fn writes_files_that_mail_programs_can_open() {
    let directory = tempdir().unwrap();
    let mails = directory.path().join("data/mail");
    let mailer = FileMailer::new(letterhead(), unlimited(), &mails).unwrap();

    let reply = mailer.send(&a_letter()).await;

    let files: Vec<_> = fs::read_dir(&mails).unwrap().map(|file| file.unwrap().path()).collect();
    let [file] = &files[..] else { panic!("{files:?}") };
    let name = file.file_name().unwrap().to_str().unwrap();
    assert!(file.extension().is_some_and(|extension| extension == "eml"), "{name}");
    assert_eq!(reply, Ok(Reply::Accepted(format!("written to {name}"))));
    let shown = Shown::of(&fs::read(file).unwrap());
    assert_eq!(shown.header("Subject"), "Back in stock: Solaris");
    assert!(shown.text.contains("Stanisław Lem"), "{shown:?}");
}

#[tokio::test]
async fn refuses_an_invalid_address() {
    let directory = tempdir().unwrap();
    let mailer = FileMailer::new(letterhead(), unlimited(), directory.path()).unwrap();
    let reply = mailer.send(&letter(1, "nobody")).await;
    assert!(matches!(reply, Ok(Reply::Refused(_))), "{reply:?}");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

/// Removes the directory, because permissions would not stop a superuser.
#[tokio::test]
async fn a_missing_directory_is_trouble_until_it_is_back() {
    let directory = tempdir().unwrap();
    let mails = directory.path().join("mail");
    let mailer = FileMailer::new(letterhead(), unlimited(), &mails).unwrap();
    fs::remove_dir(&mails).unwrap();
    let trouble = mailer.send(&a_letter()).await.unwrap_err();
    assert!(trouble.0.contains(mails.to_str().unwrap()), "{trouble}");
    fs::create_dir(&mails).unwrap();
    assert!(mailer.send(&a_letter()).await.is_ok());
    assert!(FileMailer::new(letterhead(), unlimited(), &directory.path().join("mail/file.eml/x")).is_ok());
    fs::write(directory.path().join("file"), "").unwrap();
    assert!(FileMailer::new(letterhead(), unlimited(), &directory.path().join("file/mail")).is_err());
}
