//! Implements the ports for passwords (Argon2), tokens (JWT), the log-in throttle, the clock and chance.

mod argon2_hasher;
mod hmac_provider;
mod in_memory_throttle;
mod jwt_issuer;
mod random;
mod system_clock;

pub use argon2_hasher::{Argon2Hasher, HashingQueue};
pub use in_memory_throttle::InMemoryThrottle;
pub use jwt_issuer::JwtIssuer;
pub use random::{SystemJitter, random_token};
pub use system_clock::SystemClock;
