//! The cryptography of `jsonwebtoken`: HMAC with SHA-2 (RFC 7518, 3.2), and nothing else. Its own providers bring RSA along, whose
//! implementation leaks keys through timing (RUSTSEC-2023-0071).

use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use sha2::{Sha256, Sha384, Sha512};
use signature::{Signer, Verifier};

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| signer(*algorithm, key),
    verifier_factory: |algorithm, key| verifier(*algorithm, key),
    key_utils: KeyUtils::new_unimplemented(),
};

/// Makes `jsonwebtoken` use it. MUST be called before its first use.
pub fn install() {
    // It fails if it is installed already.
    let _ = PROVIDER.install_default();
}

/// A keyed HMAC, ready for a message.
struct Keyed<M> {
    mac: M,
    algorithm: Algorithm,
}

fn keyed<M: KeyInit>(algorithm: Algorithm, secret: &[u8]) -> Result<Box<Keyed<M>>> {
    let mac = M::new_from_slice(secret).map_err(|_| ErrorKind::InvalidKeyFormat)?;
    Ok(Box::new(Keyed { mac, algorithm }))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "no other algorithm is supported, now or later")]
fn signer(algorithm: Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    match algorithm {
        Algorithm::HS256 => Ok(keyed::<Hmac<Sha256>>(algorithm, key.as_bytes())?),
        Algorithm::HS384 => Ok(keyed::<Hmac<Sha384>>(algorithm, key.as_bytes())?),
        Algorithm::HS512 => Ok(keyed::<Hmac<Sha512>>(algorithm, key.as_bytes())?),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "no other algorithm is supported, now or later")]
fn verifier(algorithm: Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    let secret = key.try_get_as_bytes()?;
    match algorithm {
        Algorithm::HS256 => Ok(keyed::<Hmac<Sha256>>(algorithm, secret)?),
        Algorithm::HS384 => Ok(keyed::<Hmac<Sha384>>(algorithm, secret)?),
        Algorithm::HS512 => Ok(keyed::<Hmac<Sha512>>(algorithm, secret)?),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    }
}

impl<M: Mac + Clone> Signer<Vec<u8>> for Keyed<M> {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, signature::Error> {
        Ok(self.mac.clone().chain_update(message).finalize().into_bytes().to_vec())
    }
}

impl<M: Mac + Clone> Verifier<Vec<u8>> for Keyed<M> {
    /// Compares in constant time.
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), signature::Error> {
        self.mac.clone().chain_update(message).verify_slice(signature).map_err(|_| signature::Error::new())
    }
}

impl<M: Mac + Clone> JwtSigner for Keyed<M> {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

impl<M: Mac + Clone> JwtVerifier for Keyed<M> {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;

    use super::*;

    /// The example of RFC 7515, A.1.
    #[test]
    fn signs_and_verifies_like_the_standard() {
        let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let message = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
                       eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let expected = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        install();
        let key = BASE64_URL_SAFE_NO_PAD.decode(key).unwrap();
        let (encoding, decoding) = (EncodingKey::from_secret(&key), DecodingKey::from_secret(&key));

        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &encoding, Algorithm::HS256).unwrap();
        assert_eq!(signature, expected);
        let verify = |message: &str, signature: &str, algorithm| {
            jsonwebtoken::crypto::verify(signature, message.as_bytes(), &decoding, algorithm).unwrap()
        };
        assert!(verify(message, expected, Algorithm::HS256));
        assert!(!verify(&message[1..], expected, Algorithm::HS256));
        assert!(!verify(message, &expected[..40], Algorithm::HS256));
        assert!(!verify(message, "", Algorithm::HS256));
        assert!(!verify(message, expected, Algorithm::HS512));
    }

    #[test]
    fn knows_no_other_algorithm() {
        install();
        for algorithm in [Algorithm::RS256, Algorithm::PS512, Algorithm::ES256, Algorithm::EdDSA] {
            assert!(jsonwebtoken::crypto::sign(b"message", &EncodingKey::from_secret(b"secret"), algorithm).is_err());
            let key = DecodingKey::from_secret(b"secret");
            assert!(jsonwebtoken::crypto::verify("", b"message", &key, algorithm).is_err());
        }
    }
}
