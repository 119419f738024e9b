//! The ports of `domain` that keep secrets, and who may call what.

mod access;
mod argon2_hasher;
mod in_memory_throttle;
mod jwt_issuer;
mod random;
mod system_clock;

pub(crate) use access::{SignedIn, admin, user};
pub(crate) use argon2_hasher::Argon2Hasher;
pub(crate) use in_memory_throttle::InMemoryThrottle;
pub(crate) use jwt_issuer::JwtIssuer;
pub(crate) use random::{SystemJitter, random_token};
pub(crate) use system_clock::SystemClock;
