use super::Kind;

/// A use case's error, as problems of the API. [`refusals!`] implements it.
pub(crate) trait Refusals {
    /// The kinds of problems that only this use case returns. The OpenAPI document lists them.
    const KINDS: &'static [Kind];
}

/// Maps each variant of a use case's error to a problem. The variants after `else` hold an error that is mapped elsewhere.
///
/// ```ignore
/// refusals!(PlaceError {
///     BookNotFound => kinds::BOOK_NOT_FOUND.field("book_id"),
///     Duplicate(id) => kinds::PREBOOK_DUPLICATE.field("book_id").location(path_of(id)),
/// } else Repository);
/// ```
macro_rules! refusals {
    ($error:ident {
        $($variant:ident $(($inner:pat))? => kinds::$kind:ident $(.$change:ident($argument:expr))*),* $(,)?
    } $(else $($forwarded:ident),+)?) => {
        impl $crate::api_error::Refusals for $error {
            const KINDS: &'static [$crate::api_error::Kind] = &[$($crate::api_error::kinds::$kind),*];
        }

        impl From<$error> for $crate::api_error::ApiError {
            fn from(error: $error) -> Self {
                match error {
                    $($error::$variant $(($inner))? =>
                        Self::from($crate::api_error::kinds::$kind)$(.$change($argument))*,)*
                    $($($error::$forwarded(error) => error.into(),)+)?
                }
            }
        }
    };
}

pub(crate) use refusals;
