//! Keeps what the service writes to itself: the store, the secrets and the e-mails are personal data.
//!
//! On systems other than Unix, files are as private as the directory that they are in.

use std::ffi::OsString;
use std::io;
use std::path::Path;

/// Makes every file and directory that this process creates its owner's alone.
pub fn keep_new_files_private() {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
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
#[cfg(unix)]
pub(crate) fn make_private(path: &Path) -> io::Result<()> {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    const OTHERS: u32 = 0o077;
    match fs::metadata(path).map(|metadata| metadata.permissions().mode()) {
        Ok(mode) if mode & OTHERS == 0 => Ok(()),
        Ok(mode) => fs::set_permissions(path, Permissions::from_mode(mode & !OTHERS)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Does nothing.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "it can fail on Unix")]
pub(crate) fn make_private(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

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
