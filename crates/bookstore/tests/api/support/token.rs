use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Bystander, Caller, JWT_SECRET, TestApp, text};

/// The header and the claims of an access token.
pub(crate) fn decode(token: &str) -> (Value, Value) {
    let parts: Vec<&str> = token.split('.').collect();
    let part = |index: usize| serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(parts[index]).unwrap()).unwrap();
    (part(0), part(1))
}

pub(crate) fn sign(algorithm: Algorithm, secret: &str, claims: &Value) -> String {
    infra_security::install_jwt_crypto();
    encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

/// The hash of a refresh token, as the store keeps it.
pub(crate) fn hash_of(refresh_token: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(refresh_token))
}

/// Adds this many users, each with a session. To register them would take long, because their passwords would be hashed.
pub(crate) async fn load_users(app: &TestApp, store: &Bystander, count: usize) -> Vec<Caller> {
    let row = |number| format!("('loaded{number}@example.com', 'loaded', 'subject {number}')");
    let rows: Vec<String> = (0..count).map(row).collect();
    store.execute(&format!("INSERT INTO users (email, password_hash, subject) VALUES {}", rows.join(", "))).await;
    let ids: Vec<i64> = store.column("SELECT id FROM users WHERE password_hash = 'loaded' ORDER BY id").await;
    let mut users = Vec::new();
    for id in ids {
        users.push(load_session_of(id, &app.anyone, store, "first").await);
    }
    users
}

/// Adds a session of this name for this user.
pub(crate) async fn load_session(user: &Caller, store: &Bystander, name: &str) -> Caller {
    load_session_of(user_id(user, store).await, user, store, name).await
}

/// The number of a user's account.
pub(crate) async fn user_id(user: &Caller, store: &Bystander) -> i64 {
    let (_, claims) = decode(text(&user.tokens["access_token"]));
    store.value(&format!("SELECT user_id FROM sessions WHERE id = {}", text(&claims["sid"]))).await
}

/// Adds a session of this name for the user with this number.
pub(crate) async fn load_session_of(id: i64, anyone: &Caller, store: &Bystander, name: &str) -> Caller {
    let refresh_token = format!("the session {name} of {id}");
    let (hash, end) = (hash_of(&refresh_token), "'2096-01-02T03:04:05+00:00'");
    store.execute(&format!("INSERT INTO sessions (user_id, expires_at) VALUES ({id}, {end})")).await;
    let session: i64 = store.value(&format!("SELECT max(id) FROM sessions WHERE user_id = {id}")).await;
    let row = format!("({session}, '{hash}', {end})");
    store.execute(&format!("INSERT INTO refresh_tokens (session_id, token_hash, expires_at) VALUES {row}")).await;
    let subject: String = store.value(&format!("SELECT subject FROM users WHERE id = {id}")).await;
    let claims = json!({
        "sub": subject, "sid": session.to_string(), "role": "user", "jti": "loaded", "iat": 0,
        "exp": 4_000_000_000_u32, "iss": "bookstore", "aud": "bookstore-api",
    });
    let access_token = sign(Algorithm::HS256, JWT_SECRET, &claims);
    anyone.with_tokens(json!({ "access_token": access_token, "refresh_token": refresh_token }))
}
