use chrono::Duration;
use domain::Timestamp;
use domain::account::{
    AccessClaims, AccessTokenError, IssuedRefreshToken, SessionId, Subject, TokenHash, TokenIssueError, TokenIssuer,
    User,
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::token_hash::token_hash;
use crate::{hmac_provider, random_token};

const ISSUER: &str = "bookstore";
const AUDIENCE: &str = "bookstore-api";

/// Access tokens are JWTs (RFC 7519), signed with HS256 only. Refresh tokens are random texts.
pub struct JwtIssuer {
    encoding_key: EncodingKey,
    /// The current key first, then the one before, if there is one.
    decoding_keys: Vec<DecodingKey>,
    validation: Validation,
    access_token_ttl: Duration,
    refresh_token_ttl: Duration,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    sid: String,
    role: String,
    jti: String,
    iat: i64,
    exp: i64,
    iss: String,
    aud: String,
}

impl JwtIssuer {
    /// Creates an issuer that signs with a secret. Tokens that were signed with the `previous` one are valid, too.
    #[must_use]
    pub fn new(
        secret: &SecretString,
        previous: Option<&SecretString>,
        access_token_ttl: Duration,
        refresh_token_ttl: Duration,
    ) -> Self {
        hmac_provider::install();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["sub", "exp", "iss", "aud"]);
        // The library would use the system clock, with a leeway of a minute.
        validation.validate_exp = false;
        let decoding_key = |secret: &SecretString| DecodingKey::from_secret(secret.expose_secret().as_bytes());
        Self {
            encoding_key: EncodingKey::from_secret(secret.expose_secret().as_bytes()),
            decoding_keys: [Some(secret), previous].into_iter().flatten().map(decoding_key).collect(),
            validation,
            access_token_ttl,
            refresh_token_ttl,
        }
    }
}

impl TokenIssuer for JwtIssuer {
    fn new_subject(&self) -> Result<Subject, TokenIssueError> {
        random_token().map(Subject::new).map_err(failed)
    }

    fn issue_access(&self, user: &User, session: SessionId, now: Timestamp) -> Result<SecretString, TokenIssueError> {
        let claims = Claims {
            sub: user.subject.as_str().to_owned(),
            sid: session.get().to_string(),
            role: user.role.as_str().to_owned(),
            jti: random_token().map_err(failed)?,
            iat: now.timestamp(),
            exp: (now + self.access_token_ttl).timestamp(),
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
        };
        Ok(encode(&Header::new(Algorithm::HS256), &claims, &self.encoding_key).map_err(failed)?.into())
    }

    fn verify_access(&self, token: &str, now: Timestamp) -> Result<AccessClaims, AccessTokenError> {
        let invalid = AccessTokenError::Invalid;
        let mut decoded = self.decoding_keys.iter().map(|key| decode::<Claims>(token, key, &self.validation));
        let claims = decoded.find_map(Result::ok).ok_or(invalid)?.claims;
        if claims.exp <= now.timestamp() {
            return Err(AccessTokenError::Expired);
        }
        let session_id = SessionId::new(claims.sid.parse().map_err(|_| invalid)?).map_err(|_| invalid)?;
        Ok(AccessClaims { subject: Subject::new(claims.sub), session_id })
    }

    fn issue_refresh(&self, now: Timestamp) -> Result<IssuedRefreshToken, TokenIssueError> {
        let token = random_token().map_err(failed)?.into();
        let hash = self.hash_refresh(&token);
        Ok(IssuedRefreshToken { token, hash, expires_at: now + self.refresh_token_ttl })
    }

    fn hash_refresh(&self, token: &SecretString) -> TokenHash {
        token_hash(token)
    }
}

fn failed(cause: impl std::error::Error + Send + Sync + 'static) -> TokenIssueError {
    TokenIssueError(Box::new(cause))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use domain::account::{Email, Role, UserId};
    use serde_json::{Value, json};

    use super::*;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";
    const PREVIOUS: &str = "the secret before, of 32 bytes!!";

    fn at(seconds: i64) -> Timestamp {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    fn issuer() -> JwtIssuer {
        issuer_with(SECRET, Some(PREVIOUS))
    }

    fn issuer_with(secret: &str, previous: Option<&str>) -> JwtIssuer {
        let previous = previous.map(SecretString::from);
        JwtIssuer::new(&secret.into(), previous.as_ref(), Duration::seconds(900), Duration::days(7))
    }

    fn user() -> User {
        User {
            id: UserId::new(42).unwrap(),
            subject: Subject::new("ada".into()),
            email: Email::parse("ada@example.com").unwrap(),
            role: Role::Admin,
            is_active: true,
            email_verified: true,
            email_notifications: true,
            locale: None,
            created_at: at(0),
        }
    }

    fn expected() -> AccessClaims {
        AccessClaims { subject: user().subject, session_id: SessionId::new(7).unwrap() }
    }

    fn claims() -> Value {
        json!({
            "sub": "ada", "sid": "7", "role": "user", "jti": "x", "iat": at(0).timestamp(), "exp": at(900).timestamp(),
            "iss": ISSUER, "aud": AUDIENCE,
        })
    }

    fn signed(algorithm: Algorithm, secret: &str, claims: &Value) -> String {
        hmac_provider::install();
        encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
    }

    #[test]
    fn a_token_is_valid_until_the_second_of_its_expiry() {
        let token = issuer().issue_access(&user(), expected().session_id, at(0)).unwrap();
        let verify = |now| issuer().verify_access(token.expose_secret(), now);

        assert_eq!(verify(at(0)), Ok(expected()));
        assert_eq!(verify(at(899)), Ok(expected()));
        assert_eq!(verify(at(900)), Err(AccessTokenError::Expired));
    }

    #[test]
    fn a_handmade_token_with_the_right_claims_is_valid() {
        assert_eq!(issuer().verify_access(&signed(Algorithm::HS256, SECRET, &claims()), at(1)), Ok(expected()));
    }

    #[test]
    fn tokens_of_the_previous_secret_are_valid_and_none_are_signed_with_it() {
        let old = issuer_with(PREVIOUS, None).issue_access(&user(), expected().session_id, at(0)).unwrap();
        assert_eq!(issuer().verify_access(old.expose_secret(), at(1)), Ok(expected()));
        assert_eq!(issuer().verify_access(old.expose_secret(), at(900)), Err(AccessTokenError::Expired));
        let new = issuer().issue_access(&user(), expected().session_id, at(0)).unwrap();
        let only_old = issuer_with(PREVIOUS, None);
        assert_eq!(only_old.verify_access(new.expose_secret(), at(1)), Err(AccessTokenError::Invalid));
    }

    #[test]
    fn subjects_are_random() {
        assert_ne!(issuer().new_subject().unwrap(), issuer().new_subject().unwrap());
    }

    #[test]
    fn other_tokens_are_invalid() {
        let with = |name: &str, value: Value| {
            let mut claims = claims();
            claims[name] = value;
            signed(Algorithm::HS256, SECRET, &claims)
        };
        let without = |name: &str| {
            let mut claims = claims();
            claims.as_object_mut().unwrap().remove(name);
            signed(Algorithm::HS256, SECRET, &claims)
        };
        // {"alg":"none","typ":"JWT"}
        let unsigned = signed(Algorithm::HS256, SECRET, &claims());
        let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.", unsigned.split('.').nth(1).unwrap());
        for (name, token) in [
            ("no token", String::new()),
            ("no JWT", "a.b.c".to_owned()),
            ("unsigned", unsigned),
            ("another algorithm", signed(Algorithm::HS512, SECRET, &claims())),
            ("another secret", signed(Algorithm::HS256, "another secret of thirty-two byte", &claims())),
            ("another issuer", with("iss", json!("somebody"))),
            ("another audience", with("aud", json!("something"))),
            ("no issuer", without("iss")),
            ("no audience", without("aud")),
            ("no expiry", without("exp")),
            ("no subject", without("sub")),
            ("no session", without("sid")),
            ("a session that is not an id", with("sid", json!("0"))),
            ("a session that is a number", with("sid", json!(7))),
        ] {
            assert_eq!(issuer().verify_access(&token, at(1)), Err(AccessTokenError::Invalid), "{name}");
        }
    }

    #[test]
    fn refresh_tokens_are_random_and_stored_as_a_hash() {
        let (one, other) = (issuer().issue_refresh(at(0)).unwrap(), issuer().issue_refresh(at(0)).unwrap());
        assert_ne!(one.token.expose_secret(), other.token.expose_secret());
        assert_eq!(one.token.expose_secret().len(), 43, "256 bits in base64");
        assert_eq!(one.hash, issuer().hash_refresh(&one.token));
        assert_eq!(one.expires_at, at(7 * 24 * 3600));
        let known = "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0";
        assert_eq!(issuer().hash_refresh(&"abc".into()).expose(), known, "the test vector of FIPS 180-2");
    }
}
