/// Why a port to the store failed.
#[derive(Debug, thiserror::Error)]
pub enum RepositoryError {
    /// The store can't be reached, or is too busy to respond in time. Nothing was written, and the same call may succeed a
    /// little later.
    #[error("the store is unavailable")]
    Unavailable(#[source] anyhow::Error),
    /// The connection was lost during a write. It may have happened or not; only a read can tell.
    #[error("the store was lost while it wrote")]
    OutcomeUnknown(#[source] anyhow::Error),
    /// The store failed, and trying again won't help.
    #[error("the store failed")]
    Failed(#[source] anyhow::Error),
}

impl RepositoryError {
    /// Returns whether the same call may succeed a little later.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::OutcomeUnknown(_) => true,
            Self::Failed(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_failed_store_does_not_recover() {
        let cause = || anyhow::anyhow!("the cause");
        assert!(RepositoryError::Unavailable(cause()).may_pass());
        assert!(RepositoryError::OutcomeUnknown(cause()).may_pass());
        assert!(!RepositoryError::Failed(cause()).may_pass());
    }
}
