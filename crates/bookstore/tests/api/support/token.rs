use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Bystander, Caller, JWT_SECRET, TestApp, changed, text};

/// The header and the claims of an access token.
pub(crate) fn decode(token: &str) -> (Value, Value) {
    let parts: Vec<&str> = token.split('.').collect();
    let part = |index: usize| serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(parts[index]).unwrap()).unwrap();
    (part(0), part(1))
}

pub(crate) fn sign(algorithm: Algorithm, secret: &str, claims: &Value) -> String {
    encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

/// The hash of a refresh token, as the store keeps it.
pub(crate) fn hash_of(refresh_token: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(refresh_token))
}

/// Adds this many users, each with a session. To register them would take long, because their passwords would be hashed.
pub(crate) async fn load_users(app: &TestApp, store: &Bystander, count: usize) -> Vec<Caller> {
    let (_, claims) = decode(text(&app.admin().await.tokens["access_token"]));
    let rows: Vec<String> = (0..count).map(|number| format!("('loaded{number}@example.com', 'loaded')")).collect();
    store.execute(&format!("INSERT INTO users (email, password_hash) VALUES {}", rows.join(", "))).await;
    let ids: Vec<i64> = store.column("SELECT id FROM users WHERE password_hash = 'loaded' ORDER BY id").await;
    let mut users = Vec::new();
    for id in ids {
        let claims = changed(&claims, &json!({ "sub": id.to_string(), "role": "user", "exp": 4_000_000_000_u32 }));
        let user = app.anyone.with_access_token(&sign(Algorithm::HS256, JWT_SECRET, &claims));
        users.push(load_session(&user, store, "first").await);
    }
    users
}

/// Adds a session of this name for this user.
pub(crate) async fn load_session(user: &Caller, store: &Bystander, name: &str) -> Caller {
    let access_token = text(&user.tokens["access_token"]);
    let id = text(&decode(access_token).1["sub"]).to_owned();
    let refresh_token = format!("the session {name} of {id}");
    let hash = hash_of(&refresh_token);
    let row = format!("({id}, '{hash}', '{hash}', '2096-01-02T03:04:05+00:00')");
    store.execute(&format!("INSERT INTO refresh_tokens (user_id, token_hash, family, expires_at) VALUES {row}")).await;
    user.with_tokens(json!({ "access_token": access_token, "refresh_token": refresh_token }))
}
