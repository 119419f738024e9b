//! Implements the ports for passwords (Argon2), tokens (JWT, HMAC), limits, the clock and chance.

mod argon2_hasher;
mod fair_queue;
mod hmac_provider;
mod jwt_issuer;
mod limits;
mod random;
mod random_link_tokens;
mod system_clock;
mod token_hash;
mod unsubscribe_tokens;

pub use argon2_hasher::Argon2Hasher;
pub use fair_queue::HashingQueue;
pub use hmac_provider::install as install_jwt_crypto;
pub use jwt_issuer::JwtIssuer;
pub use limits::{GovernorLimiter, GuessThrottle, Unlimited};
pub use random::{SystemJitter, random_token};
pub use random_link_tokens::RandomLinkTokens;
pub use system_clock::SystemClock;
pub use unsubscribe_tokens::HmacUnsubscribeTokens;
