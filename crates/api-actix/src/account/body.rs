use domain::account::{Tokens, User};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::timestamp::Rfc3339;

/// An account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserBody {
    #[schema(example = 2, minimum = 1)]
    id: i64,
    #[schema(example = "ada@example.com")]
    email: String,
    #[schema(schema_with = crate::openapi::role)]
    role: &'static str,
    /// Whether it may do anything at all.
    #[schema(example = true)]
    is_active: bool,
    #[schema(value_type = String, format = DateTime)]
    created_at: Rfc3339,
}

impl From<User> for UserBody {
    fn from(user: User) -> Self {
        Self {
            id: user.id.get(),
            email: user.email.as_str().to_owned(),
            role: user.role.as_str(),
            is_active: user.is_active,
            created_at: user.created_at.into(),
        }
    }
}

/// What a signed-in user holds.
#[derive(Serialize, ToSchema)]
#[schema(as = Tokens)]
pub(crate) struct TokensBody {
    /// Proves who one is, for 15 minutes: `Authorization: Bearer <access_token>`.
    access_token: String,
    /// Buys new tokens, once, for 7 days.
    refresh_token: String,
    #[schema(example = "bearer", pattern = "^bearer$")]
    token_type: &'static str,
}

impl From<Tokens> for TokensBody {
    fn from(tokens: Tokens) -> Self {
        Self {
            access_token: tokens.access_token.expose_secret().to_owned(),
            refresh_token: tokens.refresh_token.expose_secret().to_owned(),
            token_type: "bearer",
        }
    }
}

/// What a session is refreshed or ended with.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RefreshToken)]
pub(crate) struct RefreshTokenInput {
    #[schema(value_type = String, required)]
    pub(crate) refresh_token: Option<SecretString>,
}
