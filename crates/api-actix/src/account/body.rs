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
    #[schema(schema_with = crate::schema::role)]
    role: &'static str,
    /// Whether its user may log in and make calls.
    #[schema(example = true)]
    is_active: bool,
    /// Whether its user has shown that they get mail at the address.
    #[schema(example = true)]
    email_verified: bool,
    /// Whether its user is sent e-mails about restocks.
    #[schema(example = true)]
    email_notifications: bool,
    /// The language of e-mails; null until its user chose one.
    #[schema(required, example = "pt-BR")]
    locale: Option<String>,
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
            email_verified: user.email_verified,
            email_notifications: user.email_notifications,
            locale: user.locale.map(|locale| locale.as_str().to_owned()),
            created_at: user.created_at.into(),
        }
    }
}

/// The tokens of a session.
#[derive(Serialize, ToSchema)]
#[schema(as = Tokens)]
pub(crate) struct TokensBody {
    /// Authenticates requests, for 15 minutes by default: `Authorization: Bearer <access_token>`.
    access_token: String,
    /// Can be exchanged for new tokens once, within 7 days by default.
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

/// The refresh token of a session.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RefreshToken)]
pub(crate) struct RefreshTokenInput {
    #[schema(value_type = String, required)]
    pub(crate) refresh_token: Option<SecretString>,
}
