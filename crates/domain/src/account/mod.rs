//! Accounts: what a user may do, how they sign in, and how admins lock them out.

mod authenticate;
mod client;
mod deactivate;
mod email;
mod end_session;
mod ensure_admin;
mod list_sessions;
mod list_users;
mod log_in;
mod log_in_throttle;
mod log_out;
mod log_out_everywhere;
mod password;
mod password_hasher;
mod reactivate;
mod refresh;
mod refresh_token;
mod register;
mod session;
mod session_reader;
mod session_repository;
mod sign_in;
mod subject;
mod token_issuer;
mod user;
mod user_query;
mod user_reader;
mod user_repository;

pub use authenticate::{AuthenticateError, AuthenticatedUser, authenticate};
pub use client::{Client, UserAgent};
pub use deactivate::{DeactivateError, deactivate};
pub use email::Email;
pub use end_session::{EndSessionError, end_session};
pub use ensure_admin::{EnsureAdminError, EnsuredAdmin, ensure_admin};
pub use list_sessions::list_sessions;
pub use list_users::list_users;
pub use log_in::{LogInError, log_in};
#[cfg(test)]
pub(crate) use log_in_throttle::MockLogInThrottle;
pub use log_in_throttle::{LogInThrottle, TooManyAttempts};
pub use log_out::log_out;
pub use log_out_everywhere::log_out_everywhere;
pub use password::{Password, PasswordHash};
#[cfg(test)]
pub(crate) use password_hasher::MockPasswordHasher;
pub use password_hasher::{PasswordHasher, PasswordHasherError};
pub use reactivate::{ReactivateError, reactivate};
pub use refresh::{RefreshError, Refreshed, refresh};
pub use refresh_token::{NewRefreshToken, RefreshDecision, RefreshToken, RefreshTokenHash};
pub use register::{RegisterError, register};
pub use session::{NewSession, Session, SessionEnded, SessionId};
#[cfg(test)]
pub(crate) use session_reader::MockSessionReader;
pub use session_reader::{ListedSession, SessionReader};
#[cfg(test)]
pub(crate) use session_repository::MockSessionRepository;
pub use session_repository::SessionRepository;
pub use sign_in::{SignInError, Tokens};
pub use subject::Subject;
#[cfg(test)]
pub(crate) use token_issuer::MockTokenIssuer;
pub use token_issuer::{AccessClaims, AccessTokenError, IssuedRefreshToken, TokenIssueError, TokenIssuer};
pub use user::{AccountDeactivated, AdminStaysActive, Credentials, NewUser, NotAnAdmin, Role, User, UserId};
pub use user_query::UserQuery;
#[cfg(test)]
pub(crate) use user_reader::MockUserReader;
pub use user_reader::UserReader;
#[cfg(test)]
pub(crate) use user_repository::MockUserRepository;
pub use user_repository::UserRepository;
