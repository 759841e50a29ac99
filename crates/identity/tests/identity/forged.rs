//! Tokens that must not pass, one row each.

use jwt_simple::prelude::{Claims, Duration, HS256Key, MACLike as _};
use posars_identity::TokenError::{
    Algorithm, Audience, Expired, Issuer, KeyUnknown, Lifetime, Malformed, NotYetValid, Signature, TooLong,
    Use, WithoutExpiry,
};
use posars_identity::{TokenError, Verifier};
use serde_json::{Value, json};

use crate::support::{CLIENT, NOW, Place, TestKey, at, claims, encode, header, key_set, with, without};

type Row = (&'static str, String, TokenError);

/// Good claims but for one.
fn claiming(name: &str, value: Value) -> String {
    TestKey::first().sign(&with(claims(), name, value))
}

fn lacking(name: &str) -> String {
    TestKey::first().sign(&without(claims(), name))
}

fn parts(token: &str) -> (String, String, String) {
    let mut parts = token.split('.').map(str::to_owned);
    (
        parts.next().unwrap(),
        parts.next().unwrap(),
        parts.next().unwrap(),
    )
}

fn wrong_algorithms() -> Vec<Row> {
    let key = TestKey::first();
    let body = encode(claims().to_string());
    let unsigned = |alg: &str, signature: &str| {
        let head = encode(with(header(key.kid), "alg", json!(alg)).to_string());
        format!("{head}.{body}.{signature}")
    };
    // The classic: the verifier's public key, which anybody has, taken for a shared secret.
    let hmac = |secret: &[u8]| {
        HS256Key::from_bytes(secret)
            .with_key_id(key.kid)
            .authenticate(Claims::create(Duration::from_hours(1)).with_issuer("x"))
            .unwrap()
    };
    let (good_head, good_body, good_signature) = parts(&key.sign(&claims()));
    vec![
        ("alg none without a signature", unsigned("none", ""), Algorithm),
        (
            "alg none with a signature",
            unsigned("none", &good_signature),
            Algorithm,
        ),
        ("alg NONE", unsigned("NONE", "AA"), Algorithm),
        ("alg empty", unsigned("", "AA"), Algorithm),
        (
            "alg rs256 in small letters",
            unsigned("rs256", &good_signature),
            Algorithm,
        ),
        ("alg RS512", unsigned("RS512", &good_signature), Algorithm),
        ("alg PS256", unsigned("PS256", &good_signature), Algorithm),
        ("alg ES256", unsigned("ES256", &good_signature), Algorithm),
        (
            "HS256 keyed with the public key's PEM",
            hmac(key.public_pem().as_bytes()),
            Algorithm,
        ),
        (
            "HS256 keyed with the key set",
            hmac(key_set(&[key]).as_bytes()),
            Algorithm,
        ),
        ("alg as a number", key.sign_under("alg", json!(256)), Malformed),
        (
            "alg missing",
            key.sign_text(r#"{"kid":"first"}"#, &claims().to_string()),
            Malformed,
        ),
        (
            "the signature left out",
            format!("{good_head}.{good_body}."),
            Malformed,
        ),
    ]
}

fn wrong_keys() -> Vec<Row> {
    let (first, second) = (TestKey::first(), TestKey::second());
    let under_first = header(first.kid).to_string();
    let (head, body, signature) = parts(&first.sign(&claims()));
    let richer = encode(with(claims(), "cognito:groups", json!(["main/owner"])).to_string());
    let (_, _, other_signature) = parts(&first.sign(&with(claims(), "jti", json!("a2"))));
    let half = signature.get(..168).unwrap();
    vec![
        (
            "another key under the same kid",
            second.sign_text(&under_first, &claims().to_string()),
            Signature,
        ),
        (
            "claims changed after signing",
            format!("{head}.{richer}.{signature}"),
            Signature,
        ),
        (
            "the signature of another token",
            format!("{head}.{body}.{other_signature}"),
            Signature,
        ),
        ("half a signature", format!("{head}.{body}.{half}"), Signature),
        (
            "a signature of zeros",
            format!("{head}.{body}.{}", encode([0; 256])),
            Signature,
        ),
    ]
}

fn wrong_key_ids() -> Vec<Row> {
    let (first, second) = (TestKey::first(), TestKey::second());
    vec![
        (
            "kid missing",
            first.sign_text(r#"{"alg":"RS256"}"#, &claims().to_string()),
            Malformed,
        ),
        ("kid null", first.sign_under("kid", Value::Null), Malformed),
        ("kid empty", first.sign_under("kid", json!("")), Malformed),
        ("kid as a number", first.sign_under("kid", json!(1)), Malformed),
        (
            "kid of 300 letters",
            first.sign_under("kid", json!("k".repeat(300))),
            Malformed,
        ),
        ("kid unknown", second.sign(&claims()), KeyUnknown),
        (
            "kid in other letters",
            first.sign_under("kid", json!("FIRST")),
            KeyUnknown,
        ),
        (
            "kid that is a path",
            first.sign_under("kid", json!("../../../dev/null")),
            KeyUnknown,
        ),
        (
            "kid that is SQL",
            first.sign_under("kid", json!("first' or '1'='1")),
            KeyUnknown,
        ),
        (
            "kid that is a URL",
            first.sign_under("kid", json!("http://127.0.0.1/k")),
            KeyUnknown,
        ),
    ]
}

fn foreign_headers() -> Vec<Row> {
    let (first, second) = (TestKey::first(), TestKey::second());
    vec![
        (
            "a key of its own (jwk)",
            second.sign_under("jwk", second.jwk()),
            Malformed,
        ),
        (
            "a key set of its own (jku)",
            second.sign_under("jku", json!("http://127.0.0.1/")),
            Malformed,
        ),
        (
            "a certificate of its own (x5c)",
            second.sign_under("x5c", json!(["AA"])),
            Malformed,
        ),
        (
            "a certificate elsewhere (x5u)",
            second.sign_under("x5u", json!("http://x/")),
            Malformed,
        ),
        (
            "jwk beside a good signature",
            first.sign_under("jwk", first.jwk()),
            Malformed,
        ),
        (
            "a critical extension",
            first.sign_under("crit", json!(["b64"])),
            Malformed,
        ),
        (
            "a type that is no token",
            first.sign_under("typ", json!("JOSE")),
            Malformed,
        ),
    ]
}

fn wrong_times() -> Vec<Row> {
    let key = TestKey::first();
    let living = |begin: i64, end: i64| {
        let claims = with(with(claims(), "iat", json!(begin)), "exp", json!(end));
        key.sign(&claims)
    };
    vec![
        ("expired an hour ago", living(NOW - 7_200, NOW - 3_600), Expired),
        (
            "expired, just beyond the leeway",
            living(NOW - 100, NOW - 30),
            Expired,
        ),
        ("expired in 1970", living(0, 1), Expired),
        ("no exp", lacking("exp"), WithoutExpiry),
        ("exp null", claiming("exp", Value::Null), Malformed),
        ("exp as text", claiming("exp", json!("1900000000")), Malformed),
        ("exp with a fraction", claiming("exp", json!(1.8e9)), Malformed),
        ("exp negative", claiming("exp", json!(-1)), Malformed),
        (
            "exp beyond every calendar",
            claiming("exp", json!(i64::MAX)),
            Malformed,
        ),
        ("exp beyond 64 bits", claiming("exp", json!(u64::MAX)), Malformed),
        (
            "exp in a century",
            claiming("exp", json!(NOW + 3_155_760_000)),
            Lifetime,
        ),
        (
            "begins in an hour (nbf)",
            claiming("nbf", json!(NOW + 1_800)),
            NotYetValid,
        ),
        (
            "begins just beyond the leeway",
            claiming("nbf", json!(NOW + 31)),
            NotYetValid,
        ),
        (
            "made in the future (iat)",
            claiming("iat", json!(NOW + 1_800)),
            NotYetValid,
        ),
        ("ends before it was made", living(NOW + 20, NOW + 10), Malformed),
        ("nbf as text", claiming("nbf", json!("soon")), Malformed),
    ]
}

fn wrong_claims() -> Vec<Row> {
    let key = TestKey::first();
    let id_token = with(
        without(with(claims(), "token_use", json!("id")), "client_id"),
        "aud",
        json!(CLIENT),
    );
    vec![
        (
            "another issuer",
            claiming("iss", json!("https://issuer.example/other")),
            Issuer,
        ),
        (
            "the issuer with a slash more",
            claiming("iss", json!("https://issuer.example/pool/")),
            Issuer,
        ),
        ("no issuer", lacking("iss"), Issuer),
        (
            "issuers as a list",
            claiming("iss", json!(["https://issuer.example/pool"])),
            Malformed,
        ),
        ("an id token", key.sign(&id_token), Use),
        ("a refresh token", claiming("token_use", json!("refresh")), Use),
        ("no token_use", lacking("token_use"), Use),
        (
            "another client",
            claiming("client_id", json!("elsewhere")),
            Audience,
        ),
        ("no client", lacking("client_id"), Audience),
        (
            "the client as audience only",
            {
                let claims = with(without(claims(), "client_id"), "aud", json!(CLIENT));
                key.sign(&claims)
            },
            Audience,
        ),
    ]
}

fn wrong_values() -> Vec<Row> {
    let key = TestKey::first();
    let text = claims().to_string();
    // The reader must not take the last, nor the first.
    let doubled = |member: &str| {
        let text = text.replacen('{', &format!("{{{member},"), 1);
        key.sign_text(&header(key.kid).to_string(), &text)
    };
    vec![
        ("no subject", lacking("sub"), Malformed),
        ("an empty subject", claiming("sub", json!("")), Malformed),
        (
            "a subject of 200 letters",
            claiming("sub", json!("s".repeat(200))),
            Malformed,
        ),
        (
            "a subject with a line break",
            claiming("sub", json!("ana\nroot")),
            Malformed,
        ),
        (
            "a subject that reads as another",
            claiming("sub", json!("\u{202e}ana\u{200b}")),
            Malformed,
        ),
        ("exp twice", doubled(r#""exp":1900000000"#), Malformed),
        (
            "groups twice",
            doubled(r#""cognito:groups":["main/owner"]"#),
            Malformed,
        ),
        ("the issuer twice", doubled(r#""iss":"x""#), Malformed),
        (
            "exp twice, once escaped",
            doubled(r#""e\u0078p":1900000000"#),
            Malformed,
        ),
        (
            "groups as text",
            claiming("cognito:groups", json!("main/owner")),
            Malformed,
        ),
        (
            "groups as numbers",
            claiming("cognito:groups", json!([1, 2])),
            Malformed,
        ),
        (
            "groups as an object",
            claiming("cognito:groups", json!({"main": "owner"})),
            Malformed,
        ),
    ]
}

fn broken_shapes() -> Vec<Row> {
    let key = TestKey::first();
    let good = key.sign(&claims());
    let (head, body, signature) = parts(&good);
    let header = header(key.kid).to_string();
    let long = with(claims(), "note", json!("x".repeat(8_192)));
    vec![
        ("nothing", String::new(), Malformed),
        ("two dots", "..".to_owned(), Malformed),
        ("two parts", format!("{head}.{body}"), Malformed),
        ("four parts", format!("{good}.{signature}"), Malformed),
        (
            "five parts, as an encrypted one has",
            format!("{good}.AA.AA"),
            Malformed,
        ),
        ("a dot in front", format!(".{good}"), Malformed),
        ("with the scheme", format!("Bearer {good}"), Malformed),
        ("a line break behind", format!("{good}\n"), Malformed),
        ("padded base64", format!("{head}=.{body}.{signature}"), Malformed),
        (
            "standard base64",
            format!("{head}.{body}.+/{signature}"),
            Malformed,
        ),
        ("not base64", format!("{head}.{body}.%%%"), Malformed),
        ("a zero byte", format!("{head}.{body}.\0"), Malformed),
        ("letters beyond ASCII", format!("{head}.{body}.ção"), Malformed),
        (
            "a header that is no JSON",
            format!("{}.{body}.{signature}", encode("RS256")),
            Malformed,
        ),
        (
            "a header that is a list",
            key.sign_text(r#"["RS256","first"]"#, &claims().to_string()),
            Malformed,
        ),
        (
            "claims that are no JSON",
            key.sign_text(&header, "exp=1900000000"),
            Malformed,
        ),
        ("claims that are a list", key.sign_text(&header, "[]"), Malformed),
        ("claims that are null", key.sign_text(&header, "null"), Malformed),
        (
            "claims with something behind",
            key.sign_text(&header, &format!("{}{{}}", claims())),
            Malformed,
        ),
        (
            "claims nested deeply",
            key.sign_text(&header, &format!("{{\"a\":{}}}", "[".repeat(3_000))),
            Malformed,
        ),
        (
            "claims that are no UTF-8",
            format!("{head}.{}.{signature}", encode([b'{', 0xff, b'}'])),
            Malformed,
        ),
        ("more than 8 KiB, well signed", key.sign(&long), TooLong),
        ("a megabyte of dots", ".".repeat(1_000_000), TooLong),
    ]
}

async fn wrong_rows(verifier: &Verifier, rows: Vec<Row>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, token, expected) in rows {
        let answer = verifier.verify_at(&token, at(NOW)).await;
        if answer != Err(expected) {
            wrong.push(format!("{name}: {answer:?}, not {expected:?}"));
        }
    }
    wrong
}

#[tokio::test]
async fn forged_and_broken_tokens_are_refused_for_the_right_reason() {
    let place = Place::with_keys(&[TestKey::first()]);
    let verifier = place.verifier().await;
    let good = TestKey::first().sign(&claims());
    assert!(
        verifier.verify_at(&good, at(NOW)).await.is_ok(),
        "the pattern of all rows is good"
    );
    let rows = [
        wrong_algorithms(),
        wrong_keys(),
        wrong_key_ids(),
        foreign_headers(),
        wrong_times(),
        wrong_claims(),
        wrong_values(),
        broken_shapes(),
    ]
    .concat();
    assert!(rows.len() >= 40, "{} rows", rows.len());
    let wrong = wrong_rows(&verifier, rows.clone()).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Again, now that a good one and all of these were seen: nothing that is refused is remembered.
    let wrong = wrong_rows(&verifier, rows).await;
    assert!(wrong.is_empty(), "the second time: {wrong:#?}");
}

#[tokio::test]
async fn a_wrong_signature_is_never_called_anything_else() {
    // Else a forger would learn from the answers which of the invented claims are right.
    let place = Place::with_keys(&[TestKey::first()]);
    let verifier = place.verifier().await;
    let under_first = header("first").to_string();
    for forged in [
        with(claims(), "exp", json!(1)),
        with(claims(), "iss", json!("other")),
        with(claims(), "client_id", json!("other")),
        with(claims(), "nbf", json!(NOW + 9_000)),
        without(claims(), "exp"),
    ] {
        let token = TestKey::second().sign_text(&under_first, &forged.to_string());
        assert_eq!(
            verifier.verify_at(&token, at(NOW)).await,
            Err(Signature),
            "{forged}"
        );
    }
}

#[test]
fn no_error_shows_anything_of_a_token() {
    for error in TokenError::ALL {
        let text = format!("{error} {error:?}");
        assert!(text.contains(". Next: "), "{text} says no next step");
        assert!(!text.contains("eyJ"), "{text}");
    }
}
