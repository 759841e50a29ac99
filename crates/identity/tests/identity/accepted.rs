//! Tokens that pass, and what is read from them; for how long they are remembered.

use std::sync::Arc;

use posars_identity::{Identity, TokenError, Verifier};
use serde_json::{Value, json};

use crate::support::{CLIENT, NOW, Place, TestKey, at, claims, with, without};

async fn verify(verifier: &Verifier, claims: &Value, now: i64) -> Result<Arc<Identity>, TokenError> {
    verifier.verify_at(&TestKey::first().sign(claims), at(now)).await
}

#[tokio::test]
async fn an_access_token_tells_who_calls() {
    let place = Place::with_keys(&[TestKey::first(), TestKey::second()]);
    let verifier = place.verifier().await;
    let identity = verify(&verifier, &claims(), NOW).await.unwrap();
    assert_eq!(identity.subject, "5f2b1c1e-6a7b-4c3d-9e8f-001122334455");
    assert_eq!(identity.client, CLIENT);
    assert_eq!(identity.expires_at, at(NOW + 3_600));
    let groups: Vec<String> = identity.memberships.iter().map(ToString::to_string).collect();
    assert_eq!(groups, ["main/cashier/centro", "main/auditor"]);
    let shown = format!("{identity:?} {verifier:?}");
    assert!(!shown.contains("5f2b1c1e"), "{shown}");
    // Signed with the issuer's other key.
    let other = TestKey::second().sign(&claims());
    assert!(verifier.verify_at(&other, at(NOW)).await.is_ok());
}

#[tokio::test]
async fn groups_that_are_no_membership_give_nothing() {
    let place = Place::with_keys(&[TestKey::first()]);
    let verifier = place.verifier().await;
    let groups = json!([
        "main/owner/",
        "admin",
        "main/root",
        "b/stock",
        "b/stock",
        "a/hr",
        "",
        "b/stock/"
    ]);
    let identity = verify(&verifier, &with(claims(), "cognito:groups", groups), NOW)
        .await
        .unwrap();
    let groups: Vec<String> = identity.memberships.iter().map(ToString::to_string).collect();
    assert_eq!(groups, ["a/hr", "b/stock"]);
    for none in [
        without(claims(), "cognito:groups"),
        with(claims(), "cognito:groups", json!([])),
    ] {
        assert!(
            verify(&verifier, &none, NOW)
                .await
                .unwrap()
                .memberships
                .is_empty()
        );
    }
}

#[tokio::test]
async fn clocks_may_differ_by_the_leeway() {
    let place = Place::with_keys(&[TestKey::first()]);
    let verifier = place.verifier().await;
    let short = with(claims(), "exp", json!(NOW + 100));
    assert!(verify(&verifier, &short, NOW + 129).await.is_ok());
    assert_eq!(
        verify(&verifier, &short, NOW + 130).await,
        Err(TokenError::Expired)
    );
    let later = with(with(claims(), "nbf", json!(NOW + 30)), "iat", json!(NOW + 30));
    assert!(verify(&verifier, &later, NOW).await.is_ok());
    assert_eq!(
        verify(&verifier, &later, NOW - 1).await,
        Err(TokenError::NotYetValid)
    );
}

#[tokio::test]
async fn headers_of_other_issuers_pass() {
    let place = Place::with_keys(&[TestKey::first()]);
    let verifier = place.verifier().await;
    let key = TestKey::first();
    for (name, member) in [
        ("typ", json!("at+jwt")),
        ("x5t", json!("AAAA")),
        ("other", json!({"a": 1})),
    ] {
        let token = key.sign_under(name, member);
        assert!(verifier.verify_at(&token, at(NOW)).await.is_ok(), "{name}");
    }
}

#[tokio::test]
async fn id_tokens_pass_only_where_their_audience_is_configured() {
    let mut place = Place::with_keys(&[TestKey::first()]);
    place.config.accept_id_tokens = Some(vec!["console".to_owned()]);
    let verifier = place.verifier().await;
    let id_token = without(with(claims(), "token_use", json!("id")), "client_id");
    for (audience, expected) in [
        (json!("console"), Ok("console")),
        (json!(["x", "console"]), Ok("console")),
        (json!("till"), Err(TokenError::Audience)),
        (json!([]), Err(TokenError::Audience)),
    ] {
        let answer = verify(&verifier, &with(id_token.clone(), "aud", audience), NOW).await;
        let client = answer.as_ref().map(|identity| identity.client.as_str());
        assert_eq!(client, expected.as_ref().copied());
    }
    assert_eq!(verify(&verifier, &id_token, NOW).await, Err(TokenError::Audience));
    // An audience does not make a client of access tokens.
    let access = with(claims(), "client_id", json!("console"));
    assert_eq!(verify(&verifier, &access, NOW).await, Err(TokenError::Audience));
}

#[tokio::test]
async fn a_token_is_remembered_for_a_minute_and_never_past_its_end() {
    let place = Place::with_keys(&[TestKey::first()]);
    let verifier = place.verifier().await;
    let token = TestKey::first().sign(&claims());
    let first = verifier.verify_at(&token, at(NOW)).await.unwrap();
    let again = verifier.verify_at(&token, at(NOW + 59)).await.unwrap();
    assert!(Arc::ptr_eq(&first, &again), "remembered");
    let later = verifier.verify_at(&token, at(NOW + 60)).await.unwrap();
    assert!(!Arc::ptr_eq(&first, &later), "verified again after a minute");
    // Ten seconds before its end it is not remembered for a minute; within the leeway it is verified each time.
    let end = NOW + 3_600;
    let last = verifier.verify_at(&token, at(end - 10)).await.unwrap();
    let within = verifier.verify_at(&token, at(end)).await.unwrap();
    assert!(!Arc::ptr_eq(&last, &within));
    let once_more = verifier.verify_at(&token, at(end)).await.unwrap();
    assert!(!Arc::ptr_eq(&within, &once_more));
    assert_eq!(
        verifier.verify_at(&token, at(end + 30)).await,
        Err(TokenError::Expired)
    );
}
