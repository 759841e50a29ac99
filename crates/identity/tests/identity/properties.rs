//! Whatever comes in, the answer is an answer.

use std::sync::OnceLock;

use posars_identity::{Membership, Verifier};
use proptest::prelude::*;
use serde_json::json;
use tokio::runtime::Runtime;

use crate::support::{NOW, Place, TestKey, at, claims, encode, header, with};

/// One verifier for thousands of cases.
fn verifier() -> &'static (Runtime, Place, Verifier) {
    static VERIFIER: OnceLock<(Runtime, Place, Verifier)> = OnceLock::new();
    VERIFIER.get_or_init(|| {
        let runtime = Runtime::new().unwrap();
        let place = Place::with_keys(&[TestKey::first()]);
        let verifier = runtime.block_on(place.verifier());
        (runtime, place, verifier)
    })
}

fn is_refused(token: &str) -> bool {
    let (runtime, _, verifier) = verifier();
    runtime.block_on(verifier.verify_at(token, at(NOW))).is_err()
}

/// Any JSON value of some depth.
fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|it| json!(it)),
        any::<i64>().prop_map(|it| json!(it)),
        any::<u64>().prop_map(|it| json!(it)),
        any::<f64>().prop_map(|it| json!(it)),
        ".{0,20}".prop_map(|it| json!(it)),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|it| json!(it)),
            prop::collection::hash_map("[a-z]{1,5}", inner, 0..4).prop_map(|it| json!(it)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(is_refused(&String::from_utf8_lossy(&bytes)));
    }

    #[test]
    fn any_bytes_in_three_parts_are_refused(
        head in prop::collection::vec(any::<u8>(), 0..80),
        body in prop::collection::vec(any::<u8>(), 0..80),
        signature in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let (body, signature) = (encode(body), encode(signature));
        let any = format!("{}.{body}.{signature}", encode(head));
        prop_assert!(is_refused(&any));
        let headed = format!("{}.{body}.{signature}", encode(header("first").to_string()));
        prop_assert!(is_refused(&headed));
    }

    #[test]
    fn any_text_is_a_membership_that_reads_back_or_none(text in "[a-z/._A-Z0-9 -]{0,30}|(main|a)/(owner|hr)(/[a-z]{1,3})?") {
        if let Ok(membership) = text.parse::<Membership>() {
            prop_assert_eq!(membership.to_string(), text);
        }
    }
}

proptest! {
    // Each case is signed and checked with RSA.
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_claim_in_a_signed_token_gets_an_answer(
        name in prop::sample::select(vec![
            "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "nonce", "token_use", "client_id", "cognito:groups",
        ]),
        value in any_json(),
    ) {
        let token = TestKey::first().sign(&with(claims(), name, value));
        let (runtime, _, verifier) = verifier();
        // Most are refused, and a few values are as good as the right one; none of them panics.
        let answer = runtime.block_on(verifier.verify_at(&token, at(NOW)));
        if name == "iss" || name == "token_use" || name == "client_id" {
            prop_assert!(answer.is_err());
        }
    }

    #[test]
    fn one_changed_letter_makes_a_token_bad(place in any::<prop::sample::Index>(), letter in "[A-Za-z0-9_.-]") {
        let good = TestKey::first().sign(&claims());
        let index = place.index(good.len());
        let mut changed = good.clone();
        changed.replace_range(index..=index, &letter);
        prop_assert!(changed == good || is_refused(&changed));
    }
}
