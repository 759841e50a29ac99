//! Test keys, and tokens with anything in them.

use std::path::PathBuf;
use std::sync::OnceLock;

use jiff::Timestamp;
use jwt_simple::prelude::{RS256KeyPair, RS256PublicKey};
use jwt_simple::reexports::ct_codecs::{Base64UrlSafeNoPadding, Encoder as _};
use posars_identity::{KeySource, Verifier, VerifierConfig};
use rsa::RsaPrivateKey;
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::{EncodePrivateKey as _, LineEnding};
use rsa::sha2::Sha256;
use rsa::signature::{SignatureEncoding as _, Signer as _};
use serde_json::{Value, json};

pub(crate) const ISSUER: &str = "https://issuer.example/pool";
pub(crate) const CLIENT: &str = "till";
/// When the tests take place, in seconds.
pub(crate) const NOW: i64 = 1_800_000_000;

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// A test key with the name that it is published under.
pub(crate) struct TestKey {
    pub(crate) kid: &'static str,
    signer: SigningKey<Sha256>,
    public: RS256PublicKey,
}

impl TestKey {
    fn make(kid: &'static str) -> Self {
        let private = RS256KeyPair::generate(2_048).unwrap();
        Self::of(kid, &private)
    }

    fn of(kid: &'static str, pair: &RS256KeyPair) -> Self {
        use rsa::pkcs8::DecodePrivateKey as _;
        let private = RsaPrivateKey::from_pkcs8_pem(&pair.to_pem().unwrap()).unwrap();
        // Both libraries read the same key, or the tests would test nothing.
        assert!(private.to_pkcs8_pem(LineEnding::LF).is_ok());
        Self {
            kid,
            signer: SigningKey::new(private),
            public: pair.public_key(),
        }
    }

    /// The first key, which the issuer publishes.
    pub(crate) fn first() -> &'static Self {
        static KEY: OnceLock<TestKey> = OnceLock::new();
        KEY.get_or_init(|| Self::make("first"))
    }

    /// Another one, which it may publish later.
    pub(crate) fn second() -> &'static Self {
        static KEY: OnceLock<TestKey> = OnceLock::new();
        KEY.get_or_init(|| Self::make("second"))
    }

    /// The public half, PEM.
    pub(crate) fn public_pem(&self) -> String {
        self.public.to_pem().unwrap()
    }

    /// The public half as an entry of a key set.
    pub(crate) fn jwk(&self) -> Value {
        let jwk = self.public.clone().with_key_id(self.kid).to_jwk();
        serde_json::from_str(&jwk).unwrap()
    }

    /// Signs any header and claims, given as JSON text.
    pub(crate) fn sign_text(&self, header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", encode(header), encode(claims));
        let signature = self.signer.sign(signed.as_bytes()).to_bytes();
        format!("{signed}.{}", encode(&signature))
    }

    /// Signs claims under the usual header.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_text(&header(self.kid).to_string(), &claims.to_string())
    }

    /// Signs good claims under a header with one member more or another.
    pub(crate) fn sign_under(&self, name: &str, member: Value) -> String {
        let header = with(header(self.kid), name, member);
        self.sign_text(&header.to_string(), &claims().to_string())
    }
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    Base64UrlSafeNoPadding::encode_to_string(bytes).unwrap()
}

pub(crate) fn header(kid: &str) -> Value {
    json!({"alg": "RS256", "typ": "JWT", "kid": kid})
}

/// Claims of an access token as Cognito makes them, good for an hour.
pub(crate) fn claims() -> Value {
    json!({
        "iss": ISSUER,
        "sub": "5f2b1c1e-6a7b-4c3d-9e8f-001122334455",
        "client_id": CLIENT,
        "token_use": "access",
        "scope": "openid",
        "auth_time": NOW,
        "iat": NOW,
        "exp": NOW + 3_600,
        "jti": "a1",
        "username": "ana",
        "cognito:groups": ["main/cashier/centro", "main/auditor"],
    })
}

/// The object with a member set.
pub(crate) fn with(mut object: Value, name: &str, member: Value) -> Value {
    object.as_object_mut().unwrap().insert(name.to_owned(), member);
    object
}

/// The object without a member.
pub(crate) fn without(mut object: Value, name: &str) -> Value {
    object.as_object_mut().unwrap().remove(name).unwrap();
    object
}

/// A folder with a key set of these keys, and settings for it.
pub(crate) struct Place {
    _folder: tempfile::TempDir,
    pub(crate) path: PathBuf,
    pub(crate) config: VerifierConfig,
}

impl Place {
    pub(crate) fn with_keys(keys: &[&TestKey]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jwks.json");
        std::fs::write(&path, key_set(keys)).unwrap();
        let config = VerifierConfig::new(ISSUER, KeySource::File(path.clone()), vec![CLIENT.to_owned()]);
        Self {
            _folder: folder,
            path,
            config,
        }
    }

    pub(crate) async fn verifier(&self) -> Verifier {
        Verifier::new(self.config.clone()).await.unwrap()
    }
}

pub(crate) fn key_set(keys: &[&TestKey]) -> String {
    let keys: Vec<Value> = keys.iter().map(|key| key.jwk()).collect();
    json!({ "keys": keys }).to_string()
}
