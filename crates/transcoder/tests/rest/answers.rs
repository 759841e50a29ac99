//! Answers of unary calls.

use serde_json::json;

use crate::api::Api;

#[tokio::test]
async fn fields_with_default_values_are_written() {
    let api = Api::new();
    let json = api.get("/v1/tell").await.json();
    assert_eq!(json["text"], "");
    assert_eq!(json["number"], 0);
    let json = api.get("/v1/echo/a").await.json();
    assert_eq!(json["i64"], "0");
    assert_eq!(json["colour"], "COLOUR_UNSPECIFIED");
    assert_eq!(json["words"], json!([]));
    assert_eq!(json["labels"], json!({}));
    let fields = json.as_object().unwrap();
    for unset in ["inner", "left", "maybe", "at", "big"] {
        assert!(
            !fields.contains_key(unset),
            "{unset} is not set, so it is not there"
        );
    }
}

#[tokio::test]
async fn one_field_instead_of_the_whole() {
    let api = Api::new();
    for (uri, expected) in [
        ("/v1/words-only?words=a&words=b", json!(["a", "b"])),
        ("/v1/words-only", json!([])),
        ("/v1/labels-only?labels[a]=b", json!({"a": "b"})),
        ("/v1/i64-only?i64=5", json!("5")),
        ("/v1/i64-only", json!("0")),
        (
            "/v1/inner-only?inner.name=x",
            json!({"name": "x", "itemCount": "0"}),
        ),
        ("/v1/inner-only", json!(null)),
    ] {
        let answer = api.get(uri).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.json(), expected, "{uri}");
    }
}

#[tokio::test]
async fn raw_bodies_keep_their_type() {
    let answer = Api::new().get("/v1/download").await;
    assert_eq!(answer.header("content-type"), Some("text/csv"));
    assert_eq!(answer.text(), "a,b\n1,2\n");
}

#[tokio::test]
async fn the_service_may_choose_the_status_of_a_success() {
    let api = Api::new();
    for (code, expected) in [("201", 201), ("202", 202), ("500", 200), ("abc", 200), ("", 200)] {
        let answer = api.get(&format!("/v1/tell?http_code={code}")).await;
        assert_eq!(answer.status, expected, "{code}");
        assert_eq!(answer.header("x-http-code"), None);
        assert!(!answer.body.is_empty());
    }
    let answer = api.get("/v1/tell?http_code=204").await;
    assert_eq!(answer.status, 204);
    assert!(answer.body.is_empty());
    assert_eq!(answer.header("content-type"), None);
}

#[tokio::test]
async fn gzip_goes_both_ways() {
    let api = Api::new();
    let long = "shelf ".repeat(200);
    let body = json!({"name": long}).to_string();
    let headers = [("accept-encoding", "gzip"), ("content-type", "application/json")];
    let answer = api.send("POST", "/v1/echo", &headers, body.clone()).await;
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    assert!(answer.body.len() < 400, "{} bytes", answer.body.len());
    let headers = [("content-encoding", "gzip"), ("content-type", "application/json")];
    let answer = api.send("POST", "/v1/echo", &headers, answer.body).await;
    assert_eq!(answer.echoed(), json!({"name": long}));
    assert_eq!(answer.header("content-encoding"), None);
    let headers = [("accept-encoding", "gzip")];
    let answer = api
        .send("GET", "/v1/tell", &headers, axum::body::Body::empty())
        .await;
    assert_eq!(
        answer.header("content-encoding"),
        None,
        "{} bytes gain nothing",
        answer.body.len()
    );
    assert!(!answer.body.is_empty());
}
