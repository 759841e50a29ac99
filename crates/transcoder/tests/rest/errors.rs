//! Errors of the services as `google.rpc.Status`.

use posars_transcoder::{REASONS, TranscoderOptions};
use serde_json::json;

use crate::api::Api;

#[tokio::test]
async fn every_code_has_its_status() {
    let api = Api::new();
    let statuses = [
        (1, 499),
        (2, 500),
        (3, 400),
        (4, 504),
        (5, 404),
        (6, 409),
        (7, 403),
        (8, 429),
        (9, 400),
        (10, 409),
        (11, 400),
        (12, 501),
        (13, 500),
        (14, 503),
        (15, 500),
        (16, 401),
    ];
    for (code, status) in statuses {
        let answer = api
            .post(
                "/v1/fail",
                &json!({"code": code, "message": "não \"há\""}).to_string(),
            )
            .await;
        assert_eq!(answer.status.as_u16(), status, "{code}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        let expected = json!({"code": code, "message": "não \"há\"", "details": []});
        assert_eq!(answer.json(), expected);
        let challenge = (code == 16).then_some("Bearer");
        assert_eq!(answer.header("www-authenticate"), challenge);
    }
}

#[tokio::test]
async fn details_keep_their_types_but_never_debug() {
    let api = Api::new();
    let request = json!({"code": 8, "message": "m", "details": ["info", "retry", "debug", "foreign"]});
    let answer = api.post("/v1/fail", &request.to_string()).await;
    let expected = json!({"code": 8, "message": "m", "details": [
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "2.500s"},
        {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "OUT_OF_PAPER", "domain": "shelves.test",
         "metadata": {"shelf": "7"}},
        {"@type": "type.example.com/other.v1.Thing", "value": "CAE="},
    ]});
    let mut found = answer.json();
    let details = found["details"].as_array_mut().unwrap();
    let mut wanted = expected["details"].as_array().unwrap().clone();
    for list in [details, &mut wanted] {
        list.sort_by_key(|detail| detail["@type"].as_str().unwrap().to_owned());
    }
    assert_eq!(found["details"], json!(wanted));
    assert_eq!(answer.header("retry-after"), Some("3"), "rounded up");
    assert!(!answer.text().contains("secret"));
}

#[tokio::test]
async fn a_refusal_of_a_layer_in_front_of_the_services() {
    let api = Api::new();
    let answer = api
        .send(
            "GET",
            "/v1/echo/a",
            &[("grpc-metadata-fail-in-front", "1")],
            axum::body::Body::empty(),
        )
        .await;
    assert_eq!(answer.status, 401);
    assert_eq!(
        answer.json(),
        json!({"code": 16, "message": "no token", "details": []})
    );
}

#[tokio::test]
async fn our_own_timer_answers_504() {
    let api = Api::new();
    let wait = async |timeout: &str| {
        let headers = [("grpc-timeout", timeout)];
        api.send("GET", "/v1/wait?wait_ms=300", &headers, axum::body::Body::empty())
            .await
    };
    let answer = wait("50m").await;
    assert_eq!(answer.refused(504).0, "DEADLINE_EXCEEDED");
    assert_eq!(answer.json()["code"], 4);
    assert_eq!(wait("5S").await.status, 200);
    assert_eq!(wait("5").await.refused(400).0, "TIMEOUT_INVALID");

    let capped = Api::with(TranscoderOptions {
        deadline_of: Some(std::sync::Arc::new(|rpc| {
            (rpc.name() == "Wait").then_some(std::time::Duration::from_millis(50))
        })),
        ..TranscoderOptions::default()
    });
    let headers = [("grpc-timeout", "9S")];
    let answer = capped
        .send("GET", "/v1/wait?wait_ms=300", &headers, axum::body::Body::empty())
        .await;
    assert_eq!(answer.refused(504).0, "DEADLINE_EXCEEDED");
}

#[test]
fn every_reason_says_what_to_do() {
    assert!(REASONS.len() > 20);
    for reason in REASONS {
        let is_upper_snake = reason
            .reason
            .chars()
            .all(|letter| letter.is_ascii_uppercase() || letter == '_');
        assert!(is_upper_snake, "{reason:?}");
        assert!(
            reason.meaning.len() > 10 && reason.next_step.len() > 10,
            "{reason:?}"
        );
    }
}
