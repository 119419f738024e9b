/// Defines the identifier of a model: a positive 64-bit integer that the store generates and never reuses.
macro_rules! define_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// Checks a number that came from a user.
            ///
            /// # Errors
            /// The number is below 1.
            pub fn new(number: i64) -> Result<Self, $crate::InvalidValue> {
                if number >= 1 { Ok(Self(number)) } else { Err($crate::InvalidValue::new("must be a whole number of at least 1")) }
            }

            /// Takes a number from the store, which was checked when it was written.
            #[must_use]
            pub fn from_stored(number: i64) -> Self {
                Self(number)
            }

            /// Returns the number.
            #[must_use]
            pub fn get(self) -> i64 {
                self.0
            }
        }
    };
}

pub(crate) use define_id;

#[cfg(test)]
mod tests {
    use crate::account::UserId;

    #[test]
    fn accepts_positive_numbers() {
        for (number, accepted) in [(i64::MIN, false), (0, false), (1, true), (i64::MAX, true)] {
            assert_eq!(UserId::new(number).map(UserId::get).ok(), accepted.then_some(number), "{number}");
        }
    }
}
