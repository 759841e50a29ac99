//! How keys come, change, stay and go, against a key endpoint on a real socket.

use std::sync::Arc;
use std::time::{Duration, Instant};

use posars_identity::TokenError::{KeyUnknown, KeysUnavailable};
use posars_identity::{KeySource, KeyState, Verifier, VerifierConfig};

use crate::jwks_server::{Answer, JwksServer};
use crate::support::{CLIENT, ISSUER, NOW, Place, TestKey, at, claims, header, key_set};

const PATIENCE: Duration = Duration::from_secs(20);

fn keys(of: &[&TestKey]) -> Answer {
    Answer::Keys(key_set(of))
}

fn config(server: &JwksServer) -> VerifierConfig {
    let source: KeySource = server.url.parse().unwrap();
    let mut config = VerifierConfig::new(ISSUER, source, vec![CLIENT.to_owned()]);
    config.fetch_timeout = Duration::from_millis(500);
    config
}

/// Waits until the state is as wished; the background task signals nobody.
async fn wait_for(verifier: &Verifier, what: &str, wished: impl Fn(&KeyState) -> bool) -> KeyState {
    let begun = Instant::now();
    loop {
        let state = verifier.state();
        if wished(&state) {
            return state;
        }
        assert!(begun.elapsed() < PATIENCE, "{what}: {state:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_unknown_keys_are_one_fetch_per_ten_seconds() {
    let server = JwksServer::start(keys(&[TestKey::first()])).await;
    let begun = Instant::now();
    let verifier = Verifier::new(config(&server)).await.unwrap();
    assert_eq!(server.calls(), 1, "the first fetch");
    let mut flood = tokio::task::JoinSet::new();
    for part in 0..8 {
        let verifier = verifier.clone();
        flood.spawn(async move {
            for number in 0..1_250 {
                let header = header(&format!("kid-{part}-{number}"));
                // The signature does not matter: the key is looked for before it is checked.
                let token = format!(
                    "{}.{}.AAAA",
                    crate::support::encode(header.to_string()),
                    crate::support::encode(claims().to_string())
                );
                assert_eq!(verifier.verify_at(&token, at(NOW)).await, Err(KeyUnknown));
            }
        });
    }
    while let Some(ended) = flood.join_next().await {
        ended.unwrap();
    }
    let later = usize::try_from(begun.elapsed().as_secs() / 10).unwrap();
    assert!(
        server.calls() <= 1 + later,
        "{} fetches in {:?}",
        server.calls(),
        begun.elapsed()
    );
    // A good token is served all the while.
    let good = TestKey::first().sign(&claims());
    assert!(verifier.verify_at(&good, at(NOW)).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_key_is_fetched_once_for_all_who_wait() {
    let server = JwksServer::start(keys(&[TestKey::first()])).await;
    let mut config = config(&server);
    config.refresh_gap = Duration::from_millis(1);
    config.fetch_timeout = Duration::from_secs(5);
    let verifier = Verifier::new(config).await.unwrap();
    server.answer(Answer::Late(
        Duration::from_millis(300),
        key_set(&[TestKey::first(), TestKey::second()]),
    ));
    let token: Arc<str> = TestKey::second().sign(&claims()).into();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (verifier, token) = (verifier.clone(), Arc::clone(&token));
        calls.spawn(async move { verifier.verify_at(&token, at(NOW)).await });
    }
    while let Some(answer) = calls.join_next().await {
        assert!(answer.unwrap().is_ok());
    }
    assert_eq!(server.calls(), 2, "the start, and one for all fifty");
}

#[tokio::test]
async fn a_caller_who_hangs_up_does_not_end_the_fetch() {
    let server = JwksServer::start(keys(&[TestKey::first()])).await;
    let mut config = config(&server);
    config.refresh_gap = Duration::from_millis(1);
    config.fetch_timeout = Duration::from_secs(5);
    let verifier = Verifier::new(config).await.unwrap();
    let both = key_set(&[TestKey::first(), TestKey::second()]);
    server.answer(Answer::Late(Duration::from_millis(200), both));
    let token = TestKey::second().sign(&claims());
    let hung_up = tokio::time::timeout(Duration::from_millis(50), verifier.verify_at(&token, at(NOW))).await;
    assert!(hung_up.is_err());
    wait_for(&verifier, "the new key", |state| state.keys == 2).await;
    assert_eq!(server.calls(), 2);
}

#[tokio::test]
async fn keys_rotate_behind_the_calls() {
    let server = JwksServer::start(keys(&[TestKey::first()])).await;
    let mut config = config(&server);
    config.refresh_interval = Duration::from_millis(50);
    config.refresh_gap = Duration::from_millis(1);
    let verifier = Verifier::new(config).await.unwrap();
    let (old, new) = (
        TestKey::first().sign(&claims()),
        TestKey::second().sign(&claims()),
    );
    assert!(verifier.verify_at(&old, at(NOW)).await.is_ok());
    server.answer(keys(&[TestKey::first(), TestKey::second()]));
    wait_for(&verifier, "both keys", |state| state.keys == 2).await;
    assert!(verifier.verify_at(&old, at(NOW)).await.is_ok());
    assert!(verifier.verify_at(&new, at(NOW)).await.is_ok());
    server.answer(keys(&[TestKey::second()]));
    wait_for(&verifier, "the new key alone", |state| state.keys == 1).await;
    // It was remembered a moment ago; with its key gone that counts no more.
    assert_eq!(verifier.verify_at(&old, at(NOW)).await, Err(KeyUnknown));
    assert!(verifier.verify_at(&new, at(NOW)).await.is_ok());
}

/// Answers that give no keys, each with words of the problem that is told.
fn failing_answers() -> Vec<(&'static str, Answer, &'static str)> {
    let not_a_key = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA","kid":"first"}]}"#;
    let first = TestKey::first().jwk();
    vec![
        ("closed", Answer::Hangup, "broke the exchange off"),
        (
            "500",
            Answer::Raw("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n".to_owned()),
            "500",
        ),
        (
            "moved",
            Answer::Raw(
                "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_owned(),
            ),
            "redirects are not followed",
        ),
        (
            "not HTTP",
            Answer::Raw("SSH-2.0-OpenSSH_9.6\r\n".to_owned()),
            "broke the exchange off",
        ),
        (
            "a page",
            Answer::Keys("<html>sign in</html>".to_owned()),
            "not a JSON Web Key Set",
        ),
        ("no keys", Answer::Keys(r#"{"keys":[]}"#.to_owned()), "no RSA key"),
        ("other keys", Answer::Keys(not_a_key.to_owned()), "no RSA key"),
        (
            "one id twice",
            Answer::Keys(serde_json::json!({"keys": [first, first]}).to_string()),
            "two keys",
        ),
        (
            "too much",
            Answer::Keys(format!("{{\"keys\":[]{}}}", " ".repeat(300_000))),
            "longer than",
        ),
        (
            "endless",
            Answer::Raw(format!("HTTP/1.1 200 OK\r\n\r\n{}", " ".repeat(300_000))),
            "longer than",
        ),
        (
            "cut off",
            Answer::Raw("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{".to_owned()),
            "broke off",
        ),
        (
            "late",
            Answer::Late(Duration::from_secs(3), key_set(&[TestKey::second()])),
            "did not answer",
        ),
    ]
}

#[tokio::test]
async fn old_keys_stay_when_a_fetch_fails() {
    let server = JwksServer::start(keys(&[TestKey::first()])).await;
    let mut config = config(&server);
    config.refresh_interval = Duration::from_millis(20);
    config.refresh_gap = Duration::from_millis(1);
    config.cache_ttl = Duration::ZERO;
    let verifier = Verifier::new(config).await.unwrap();
    let token = TestKey::first().sign(&claims());
    for (name, answer, problem) in failing_answers() {
        server.answer(answer);
        let state = wait_for(&verifier, name, |state| {
            state.problem.as_ref().is_some_and(|said| said.contains(problem))
        })
        .await;
        assert!(
            state.failing_since.is_some() && state.is_usable,
            "{name}: {state:?}"
        );
        assert!(state.problem.unwrap().contains("Next: "), "{name}");
        assert!(verifier.verify_at(&token, at(NOW)).await.is_ok(), "{name}");
    }
    server.answer(keys(&[TestKey::second()]));
    let state = wait_for(&verifier, "back", |state| state.failing_since.is_none()).await;
    assert_eq!(state.problem, None);
    assert_eq!(verifier.verify_at(&token, at(NOW)).await, Err(KeyUnknown));
}

#[tokio::test]
async fn keys_that_cannot_be_renewed_end_after_their_time() {
    let server = JwksServer::start(keys(&[TestKey::first()])).await;
    let mut config = config(&server);
    config.keys_age_max = Duration::from_millis(300);
    config.refresh_interval = Duration::from_millis(100);
    config.refresh_gap = Duration::from_millis(1);
    config.cache_ttl = Duration::ZERO;
    let verifier = Verifier::new(config).await.unwrap();
    let token = TestKey::first().sign(&claims());
    assert!(verifier.verify_at(&token, at(NOW)).await.is_ok());
    server.answer(Answer::Hangup);
    wait_for(&verifier, "too old", |state| !state.is_usable).await;
    assert_eq!(verifier.verify_at(&token, at(NOW)).await, Err(KeysUnavailable));
    server.answer(keys(&[TestKey::first()]));
    wait_for(&verifier, "back", |state| state.is_usable).await;
    assert!(verifier.verify_at(&token, at(NOW)).await.is_ok());
}

#[tokio::test]
async fn an_issuer_that_is_away_at_the_start_is_found_later() {
    let server = JwksServer::start(Answer::Hangup).await;
    let mut config = config(&server);
    config.refresh_gap = Duration::from_millis(20);
    let verifier = Verifier::new(config).await.unwrap();
    let token = TestKey::first().sign(&claims());
    let state = verifier.state();
    assert!(!state.is_usable && state.fetched_at.is_none() && state.failing_since.is_some());
    assert_eq!(verifier.verify_at(&token, at(NOW)).await, Err(KeysUnavailable));
    server.answer(keys(&[TestKey::first()]));
    wait_for(&verifier, "the first keys", |state| state.is_usable).await;
    assert!(verifier.verify_at(&token, at(NOW)).await.is_ok());
}

#[tokio::test]
async fn a_verifier_that_is_gone_fetches_no_more() {
    let server = JwksServer::start(keys(&[TestKey::first()])).await;
    let mut config = config(&server);
    config.refresh_interval = Duration::from_millis(10);
    config.refresh_gap = Duration::from_millis(1);
    let verifier = Verifier::new(config).await.unwrap();
    while server.calls() < 3 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(verifier);
    // One fetch may have been under way; after that there is silence.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let calls = server.calls();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(server.calls(), calls);
}

#[tokio::test]
async fn a_key_file_is_read_again_when_it_changes() {
    let mut place = Place::with_keys(&[TestKey::first()]);
    place.config.refresh_gap = Duration::from_millis(1);
    let verifier = place.verifier().await;
    let (old, new) = (
        TestKey::first().sign(&claims()),
        TestKey::second().sign(&claims()),
    );
    assert!(verifier.verify_at(&old, at(NOW)).await.is_ok());
    std::fs::write(&place.path, key_set(&[TestKey::first(), TestKey::second()])).unwrap();
    assert!(
        verifier.verify_at(&new, at(NOW)).await.is_ok(),
        "asked for by its token"
    );
    std::fs::write(&place.path, key_set(&[TestKey::second()])).unwrap();
    wait_for(&verifier, "noticed without a call", |state| state.keys == 1).await;
    assert_eq!(verifier.verify_at(&old, at(NOW)).await, Err(KeyUnknown));
    std::fs::remove_file(&place.path).unwrap();
    wait_for(&verifier, "the loss", |state| state.failing_since.is_some()).await;
    assert!(
        verifier.verify_at(&new, at(NOW)).await.is_ok(),
        "the old keys stay"
    );
}

#[tokio::test]
async fn a_certificate_of_nobody_is_refused() {
    // A plain endpoint behind an https address: whatever comes, it is not TLS.
    let server = JwksServer::start(keys(&[TestKey::first()])).await;
    let mut config = config(&server);
    config.key_source = server.url.replace("http://", "https://").parse().unwrap();
    let verifier = Verifier::new(config).await.unwrap();
    let state = verifier.state();
    assert!(!state.is_usable, "{state:?}");
    assert!(state.problem.unwrap().contains("Next: "));
}
