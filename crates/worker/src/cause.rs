/// Returns an error and its causes in one line.
pub(crate) fn cause(error: impl std::error::Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        line = format!("{line}: {error}");
        source = error.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use domain::RepositoryError;

    use super::*;

    #[test]
    fn shows_an_error_with_its_causes() {
        let error = RepositoryError::Failed(std::io::Error::other("disk full").into());
        assert_eq!(cause(error), "the store failed: disk full");
    }
}
