//! Who can read what the program writes.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::json;
use tempfile::tempdir;
use test_support::{Suite, tests};

use crate::mail::{counts, until_counted};
use crate::process::read_secret;
use crate::support::Program;

pub(crate) fn suite() -> Suite {
    tests![what_it_writes_is_its_owners_alone, what_earlier_versions_wrote_becomes_its_owners_alone]
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

async fn what_it_writes_is_its_owners_alone() {
    let directory = tempdir().unwrap();
    let program = Program::start(directory.path(), &[]);
    let admin = program.log_in("admin@example.com", &read_secret(directory.path(), "admin-password")).await;
    let book = admin.post("/books", &json!({ "title": "T", "author": "A", "price": 1 })).await.body_of(201);
    admin.place(&book).await;
    admin.patch(&format!("/books/{}/stock", book["id"]), &json!({ "quantity": 1 })).await.body_of(200);
    until_counted(&admin, &book, &counts(0, 1, 0, 0)).await;

    let data = directory.path().join("data");
    let mails = data.join("mail");
    assert_eq!([mode(&data), mode(&mails)], [0o700; 2]);
    let entries = [&data, &mails].map(|directory| fs::read_dir(directory).unwrap());
    let files: Vec<_> = entries.into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    let files: Vec<_> = files.into_iter().filter(|path| path.is_file()).collect();
    assert!(files.iter().any(|file| file.ends_with("bookstore.db-wal")), "{files:?}");
    assert!(files.iter().any(|file| file.extension().is_some_and(|extension| extension == "eml")), "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

async fn what_earlier_versions_wrote_becomes_its_owners_alone() {
    let directory = tempdir().unwrap();
    drop(Program::start(directory.path(), &[]));
    let data = directory.path().join("data");
    let paths = [".", "mail", "bookstore.db", "bookstore.db-wal", "bookstore.db-shm", "jwt-secret", "admin-password"];
    for name in paths {
        let mode = if data.join(name).is_dir() { 0o755 } else { 0o644 };
        fs::set_permissions(data.join(name), Permissions::from_mode(mode)).unwrap();
    }
    let _program = Program::start(directory.path(), &[]);
    for name in paths {
        assert_eq!(mode(&data.join(name)) & 0o077, 0, "{name}");
    }
}
