//! Accounts: what a user may do, how they sign in, and how admins lock them out.

mod add_admin;
mod authenticate;
mod change_admin;
mod change_password;
mod change_preferences;
mod client;
mod deactivate;
mod email;
mod end_session;
mod ensure_admin;
mod erase;
mod export;
mod forgot_password;
mod link;
mod link_repository;
mod link_tokens;
mod list_sessions;
mod list_users;
mod locale;
mod log_in;
mod log_in_throttle;
mod log_out;
mod log_out_everywhere;
mod password;
mod password_hasher;
mod personal_data_reader;
mod personal_data_repository;
mod reactivate;
mod redeem;
mod refresh;
mod refresh_token;
mod register;
mod request_verification;
mod reset_password;
mod session;
mod session_reader;
mod session_repository;
mod sign_in;
mod subject;
mod token_hash;
mod token_issuer;
mod unsubscribe;
mod unsubscribe_tokens;
mod user;
mod user_query;
mod user_reader;
mod user_repository;
mod verify_email;

pub use add_admin::{AddAdminError, add_admin};
pub use authenticate::{AuthenticateError, AuthenticatedUser, authenticate};
pub use change_admin::{ChangeAdminError, demote_admin, reset_admin_password};
pub use change_password::{ChangePasswordError, change_password};
pub use change_preferences::change_preferences;
pub use client::{Client, UserAgent};
pub use deactivate::{DeactivateError, deactivate};
pub use email::Email;
pub use end_session::{EndSessionError, end_session};
pub use ensure_admin::{EnsureAdminError, EnsuredAdmin, ensure_admin};
pub use erase::{EraseError, erase};
pub use export::{PersonalData, export};
pub use forgot_password::forgot_password;
pub use link::{InvalidLink, LinkPurpose, NewLink};
pub use link_repository::LinkRepository;
#[cfg(test)]
pub(crate) use link_repository::MockLinkRepository;
pub use link_tokens::LinkTokens;
#[cfg(test)]
pub(crate) use link_tokens::MockLinkTokens;
pub use list_sessions::list_sessions;
pub use list_users::list_users;
pub use locale::Locale;
pub use log_in::{LogInError, log_in};
pub use log_in_throttle::LogInThrottle;
#[cfg(test)]
pub(crate) use log_in_throttle::MockLogInThrottle;
pub use log_out::log_out;
pub use log_out_everywhere::log_out_everywhere;
pub use password::{InvalidPassword, Password, PasswordHash};
#[cfg(test)]
pub(crate) use password_hasher::MockPasswordHasher;
pub use password_hasher::{PasswordHasher, PasswordHasherError};
#[cfg(test)]
pub(crate) use personal_data_reader::MockPersonalDataReader;
pub use personal_data_reader::PersonalDataReader;
#[cfg(test)]
pub(crate) use personal_data_repository::MockPersonalDataRepository;
pub use personal_data_repository::PersonalDataRepository;
pub use reactivate::{ReactivateError, reactivate};
pub use redeem::RedeemError;
pub use refresh::{RefreshError, Refreshed, refresh};
pub use refresh_token::{NewRefreshToken, RefreshDecision, RefreshToken};
pub use register::{RegisterError, register};
pub use request_verification::request_verification;
pub use reset_password::{ResetPasswordError, reset_password};
pub use session::{NewSession, Session, SessionEnded, SessionId};
#[cfg(test)]
pub(crate) use session_reader::MockSessionReader;
pub use session_reader::{ListedSession, SessionReader};
#[cfg(test)]
pub(crate) use session_repository::MockSessionRepository;
pub use session_repository::SessionRepository;
pub use sign_in::{SignInError, Tokens};
pub use subject::Subject;
pub use token_hash::TokenHash;
#[cfg(test)]
pub(crate) use token_issuer::MockTokenIssuer;
pub use token_issuer::{AccessClaims, AccessTokenError, IssuedRefreshToken, TokenIssueError, TokenIssuer};
pub use unsubscribe::{UnsubscribeError, unsubscribe};
#[cfg(test)]
pub(crate) use unsubscribe_tokens::MockUnsubscribeTokens;
pub use unsubscribe_tokens::UnsubscribeTokens;
pub use user::{
    AccountDeactivated, AdminStaysActive, Credentials, EmailUnverified, NewUser, NotAnAdmin, PreferenceChange, Role,
    User, UserId,
};
pub use user_query::UserQuery;
#[cfg(test)]
pub(crate) use user_reader::MockUserReader;
pub use user_reader::UserReader;
#[cfg(test)]
pub(crate) use user_repository::MockUserRepository;
pub use user_repository::UserRepository;
pub use verify_email::verify_email;
