//! Which path leads where, and what its variables become.

use axum::body::Body;
use http::StatusCode;
use serde_json::{Value, json};

use crate::api::Api;

#[tokio::test]
async fn variables_of_every_shape() {
    let api = Api::new();
    let cases: &[(&str, Value)] = &[
        ("/v1/echo/a", json!({"name": "a"})),
        ("/v1/echo/a%2Fb%20c+d", json!({"name": "a/b c+d"})),
        ("/v1/echo/%C3%A9", json!({"name": "é"})),
        (
            "/v1/multi/shelves/1/books/x%2Fy%20z",
            json!({"name": "shelves/1/books/x%2Fy z"}),
        ),
        ("/v1/rest/files/a/b/c.txt", json!({"name": "files/a/b/c.txt"})),
        ("/v1/rest/files", json!({"name": "files"})),
        ("/v1/all/a//b/", json!({"name": "a//b/"})),
        ("/v1/all", json!({})),
        (
            "/v1/nested/deep/x/-7",
            json!({"inner": {"deep": {"leaf": "deep"}}, "i32": -7}),
        ),
        ("/v1/enum/RED", json!({"colour": "RED"})),
        ("/v1/enum/2", json!({"colour": "BLUE"})),
        ("/v1/enum/77", json!({"colour": 77})),
        (
            "/v1/at/2026-01-31T12:00:00Z",
            json!({"at": "2026-01-31T12:00:00Z"}),
        ),
        ("/v1/bool/true", json!({"flag": true})),
        ("/v1/yes/true", json!({"yes": true})),
        ("/v1/with%20blank/x", json!({"name": "x"})),
        ("/v1/ech%6F/x", json!({"name": "x"})),
        ("/v1/shelves/1", json!({"name": "shelves/1"})),
        ("/v1/shelves/first", json!({})),
        ("/v1/shelves/1:peek", json!({"name": "shelves/1"})),
        ("/v1/shelves/1:poke", json!({"name": "shelves/1:poke"})),
        ("/v1/shelves/1%3Apeek", json!({"name": "shelves/1:peek"})),
    ];
    for (path, expected) in cases {
        assert_eq!(api.get(path).await.echoed(), *expected, "{path}");
    }
}

#[tokio::test]
async fn custom_methods_and_any_method() {
    let api = Api::new();
    for (method, path) in [
        ("DELETE", "/v1/echo/a"),
        ("PURGE", "/v1/echo/a"),
        ("GET", "/v1/anyhow/a"),
        ("BREW", "/v1/anyhow/a"),
        ("POST", "/v1/anyhow/a"),
    ] {
        let answer = api.send(method, path, &[], Body::empty()).await;
        assert_eq!(answer.echoed(), json!({"name": "a"}), "{method} {path}");
    }
    let checked = api.post("/v1/shelves/1:check", r#"{"i32": 3}"#).await;
    assert_eq!(checked.echoed(), json!({"name": "shelves/1", "i32": 3}));
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let api = Api::new();
    let get = api.get("/v1/echo/a").await;
    let head = api.send("HEAD", "/v1/echo/a", &[], Body::empty()).await;
    assert_eq!(head.status, StatusCode::OK);
    assert_eq!(head.header("content-type"), Some("application/json"));
    assert_eq!(
        head.header("content-length"),
        Some(get.body.len().to_string().as_str())
    );
    assert!(head.body.is_empty());
}

#[tokio::test]
async fn what_is_not_served() {
    let api = Api::new();
    for path in [
        "/",
        "/v1",
        "/v1/echo/",
        "/v1/echo/a/",
        "/v2/echo/a",
        "/v1//echo/a",
    ] {
        let (reason, _) = api.get(path).await.refused(404);
        assert_eq!(reason, "ROUTE_NOT_FOUND", "{path}");
    }
    let answer = api.send("POST", "/v1/echo/a", &[], Body::empty()).await;
    assert_eq!(answer.refused(405).0, "METHOD_NOT_ALLOWED");
    assert_eq!(answer.header("allow"), Some("DELETE, GET, HEAD, PURGE, PUT"));
    let answer = api.send("GET", "/v1/inner", &[], Body::empty()).await;
    assert_eq!(answer.refused(405).0, "METHOD_NOT_ALLOWED");
    assert_eq!(answer.header("allow"), Some("POST"));
}

#[tokio::test]
async fn values_that_do_not_fit() {
    let api = Api::new();
    for (path, reason, field) in [
        ("/v1/nested/a/x/one", "PATH_VALUE_INVALID", "i32"),
        ("/v1/nested/a/x/2147483648", "PATH_VALUE_INVALID", "i32"),
        ("/v1/nested/a/x/+1", "PATH_VALUE_INVALID", "i32"),
        ("/v1/nested/a/x/%201", "PATH_VALUE_INVALID", "i32"),
        ("/v1/enum/red", "PATH_VALUE_INVALID", "colour"),
        ("/v1/at/yesterday", "PATH_VALUE_INVALID", "at"),
        ("/v1/bool/1", "PATH_VALUE_INVALID", "flag"),
        ("/v1/yes/True", "PATH_VALUE_INVALID", "yes"),
        ("/v1/echo/%zz", "PATH_MALFORMED", ""),
        ("/v1/echo/%2", "PATH_MALFORMED", ""),
        ("/v1/echo/%ff", "PATH_MALFORMED", ""),
        ("/v1/nowhere/%ff", "PATH_MALFORMED", ""),
    ] {
        let refused = api.get(path).await.refused(400);
        assert_eq!(refused, (reason.to_owned(), field.to_owned()), "{path}");
    }
}
