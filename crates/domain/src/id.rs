/// Defines the identifier of a model: a positive 64-bit integer that the store generates and never uses again.
macro_rules! define_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// The identifier with this number.
            ///
            /// # Errors
            /// Below 1 there is none.
            pub fn new(number: i64) -> Result<Self, $crate::InvalidValue> {
                if number >= 1 { Ok(Self(number)) } else { Err($crate::InvalidValue::new("must be a whole number of at least 1")) }
            }

            /// The identifier of something that the store keeps.
            #[must_use]
            pub fn from_stored(number: i64) -> Self {
                Self(number)
            }

            /// The identifier's number.
            #[must_use]
            pub fn get(self) -> i64 {
                self.0
            }
        }
    };
}

pub(crate) use define_id;
