//! Accounts: what a user may do, how they sign in, and how admins lock them out.

mod authenticate;
mod deactivate;
mod email;
mod ensure_admin;
mod list_users;
mod log_in;
mod log_in_throttle;
mod log_out;
mod password;
mod password_hasher;
mod reactivate;
mod refresh;
mod refresh_token;
mod refresh_token_repository;
mod register;
mod sign_in;
mod token_issuer;
mod user;
mod user_query;
mod user_reader;
mod user_repository;

pub use authenticate::{AuthenticateError, authenticate};
pub use deactivate::{DeactivateError, deactivate};
pub use email::Email;
pub use ensure_admin::{EnsureAdminError, EnsuredAdmin, ensure_admin};
pub use list_users::list_users;
pub use log_in::{LogInError, log_in};
pub use log_in_throttle::LogInThrottle;
#[cfg(test)]
pub(crate) use log_in_throttle::MockLogInThrottle;
pub use log_out::log_out;
pub use password::{Password, PasswordHash};
#[cfg(test)]
pub(crate) use password_hasher::MockPasswordHasher;
pub use password_hasher::{PasswordHasher, PasswordHasherError};
pub use reactivate::{ReactivateError, reactivate};
pub use refresh::{RefreshError, Refreshed, refresh};
pub use refresh_token::{NewRefreshToken, RefreshDecision, RefreshToken, RefreshTokenHash};
#[cfg(test)]
pub(crate) use refresh_token_repository::MockRefreshTokenRepository;
pub use refresh_token_repository::RefreshTokenRepository;
pub use register::{RegisterError, register};
pub use sign_in::{SignInError, Tokens};
#[cfg(test)]
pub(crate) use token_issuer::MockTokenIssuer;
pub use token_issuer::{AccessTokenError, IssuedRefreshToken, TokenIssueError, TokenIssuer};
pub use user::{AccountDeactivated, AdminStaysActive, Credentials, NewUser, NotAnAdmin, Role, User, UserId};
pub use user_query::UserQuery;
#[cfg(test)]
pub(crate) use user_reader::MockUserReader;
pub use user_reader::UserReader;
#[cfg(test)]
pub(crate) use user_repository::MockUserRepository;
pub use user_repository::UserRepository;
