//! The number of files and connections that the process may have open.

/// More connections than that are of no use to one process.
const WANTED: usize = 10_240;

/// Raises the soft limit of open files as far as it is allowed and useful, and returns it.
#[cfg(unix)]
pub(crate) fn raise_limit() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(WANTED as u64, |maximum| maximum.min(WANTED as u64));
    let Some(current) = current.filter(|current| *current < wanted) else { return WANTED };
    match setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum }) {
        Ok(()) => usize::try_from(wanted).unwrap_or(WANTED),
        Err(error) => {
            tracing::warn!(%error, current, wanted, "can't raise the limit of open files");
            usize::try_from(current).unwrap_or(WANTED)
        }
    }
}

/// Other systems have no such limit.
#[cfg(not(unix))]
pub(crate) fn raise_limit() -> usize {
    WANTED
}
