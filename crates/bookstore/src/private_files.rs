//! Keeps what the service writes to itself: the store, the secrets and the e-mails are personal data.

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustix::fs::Mode;
use rustix::process::umask;

const OTHERS: u32 = 0o077;

/// Makes every file and directory that this process creates its owner's alone.
pub fn keep_new_files_private() {
    umask(Mode::RWXG | Mode::RWXO);
}

/// Makes an SQLite file, and the files that SQLite keeps beside it, their owner's alone. Earlier versions left them readable by all.
pub(crate) fn make_store_private(file: &Path) -> io::Result<()> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut name = OsString::from(file);
        name.push(suffix);
        make_private(Path::new(&name))?;
    }
    Ok(())
}

/// Makes a file or directory its owner's alone. Does nothing if it is missing, or private already.
pub(crate) fn make_private(path: &Path) -> io::Result<()> {
    match fs::metadata(path).map(|metadata| metadata.permissions().mode()) {
        Ok(mode) if mode & OTHERS == 0 => Ok(()),
        Ok(mode) => fs::set_permissions(path, Permissions::from_mode(mode & !OTHERS)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_of_an_existing_store_become_private() {
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str| directory.path().join(name);
        let (of_the_store, others) = (["shop.db", "shop.db-wal", "shop.db-shm"], ["shop", "shop.db.bak"]);
        for name in of_the_store.into_iter().chain(others) {
            fs::write(file(name), "").unwrap();
            fs::set_permissions(file(name), Permissions::from_mode(0o644)).unwrap();
        }
        make_store_private(&file("shop.db")).unwrap();
        let mode = |name: &str| fs::metadata(file(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(of_the_store.map(mode), [0o600; 3]);
        assert_eq!(others.map(mode), [0o644; 2]);
    }
}
