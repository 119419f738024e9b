/// The one type in which every port to a store fails.
#[derive(Debug, thiserror::Error)]
pub enum RepositoryError {
    /// The store can't be reached, or is too busy to answer in time. The same call may succeed a little later.
    #[error("the store is unavailable")]
    Unavailable(#[source] anyhow::Error),
    /// The store failed in a way that trying again will not mend.
    #[error("the store failed")]
    Failed(#[source] anyhow::Error),
}
