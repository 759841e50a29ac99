//! Bodies of requests, in every form that a binding can ask for.

use axum::body::Body;
use serde_json::{Value, json};

use posars_transcoder::TranscoderOptions;

use crate::api::Api;

#[tokio::test]
async fn the_whole_message() {
    let api = Api::new();
    let cases: &[(&str, Value)] = &[
        ("", json!({})),
        ("{}", json!({})),
        (
            r#"{"name": "a", "i32": "7", "i64": 8, "u64": "9"}"#,
            json!({"name": "a", "i32": 7, "i64": "8", "u64": "9"}),
        ),
        (
            r#"{"colour": "RED", "colours": [2, "RED"]}"#,
            json!({"colour": "RED", "colours": ["BLUE", "RED"]}),
        ),
        (
            r#"{"inner_list": [{"name": "x"}, {"itemCount": "2"}]}"#,
            json!({"innerList": [{"name": "x"}, {"itemCount": "2"}]}),
        ),
        (
            r#"{"labels": {"a": "1"}, "counts": {"5": 6}}"#,
            json!({"labels": {"a": "1"}, "counts": {"5": "6"}}),
        ),
        (r#"{"maybe": "", "name": null, "inner": null}"#, json!({})),
        (
            r#"{"big": "5", "yes": true, "word": "w"}"#,
            json!({"big": "5", "yes": true, "word": "w"}),
        ),
        (
            r#"{"updateMask": "name,inner.itemCount"}"#,
            json!({"updateMask": "name,inner.itemCount"}),
        ),
        (r#"{"free": {"a": null}, "value": null}"#, json!({"free": {}})),
        (
            r#"{"any": {"@type": "type.googleapis.com/shelves.v1.Deep", "leaf": "x"}}"#,
            json!({"any": {"@type": "type.googleapis.com/shelves.v1.Deep", "leaf": "x"}}),
        ),
        (
            r#"{"any": {"@type": "type.googleapis.com/google.protobuf.Duration", "value": "2s"}}"#,
            json!({"any": {"@type": "type.googleapis.com/google.protobuf.Duration", "value": "2s"}}),
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(api.post("/v1/echo", body).await.echoed(), *expected, "{body}");
    }
    // The body is all there is: the query names nothing.
    let answer = api.post("/v1/echo?i32=5", r#"{"name": "a"}"#).await;
    assert_eq!(answer.echoed(), json!({"name": "a"}));
    assert_eq!(api.ignored_parameters(), 1);
}

#[tokio::test]
async fn one_field() {
    let api = Api::new();
    let cases: &[(&str, &str, Value)] = &[
        ("/v1/inner", r#"{"name": "x"}"#, json!({"inner": {"name": "x"}})),
        (
            "/v1/inner?i32=1&inner.name=query",
            r#"{"itemCount": 1}"#,
            json!({"inner": {"itemCount": "1"}, "i32": 1}),
        ),
        ("/v1/inner", "", json!({})),
        ("/v1/inner", "null", json!({})),
        ("/v1/words", r#"["a", "b"]"#, json!({"words": ["a", "b"]})),
        ("/v1/words?words=c", r#"["a"]"#, json!({"words": ["a"]})),
        ("/v1/labels", r#"{"a": "b"}"#, json!({"labels": {"a": "b"}})),
        ("/v1/number", "17", json!({"i32": 17})),
        ("/v1/number", " \"17\" ", json!({"i32": 17})),
        (
            "/v1/at",
            r#""2026-01-31T12:00:00Z""#,
            json!({"at": "2026-01-31T12:00:00Z"}),
        ),
        (
            "/v1/inners",
            r#"[{"name": "x"}, {}]"#,
            json!({"innerList": [{"name": "x"}, {}]}),
        ),
    ];
    for (uri, body, expected) in cases {
        assert_eq!(api.post(uri, body).await.echoed(), *expected, "{uri} {body}");
    }
}

#[tokio::test]
async fn the_path_goes_before_the_body() {
    let api = Api::new();
    let json_type = [("content-type", "application/json; charset=utf-8")];
    let answer = api
        .send(
            "PUT",
            "/v1/echo/path",
            &json_type,
            r#"{"name": "body", "i32": 1}"#,
        )
        .await;
    assert_eq!(answer.echoed(), json!({"name": "path", "i32": 1}));
    let answer = api.post("/v1/left/a", r#"{"name": "x"}"#).await;
    assert_eq!(answer.refused(400).0, "ONEOF_CONFLICT");
    let answer = api.post("/v1/left/a", "").await;
    assert_eq!(answer.echoed(), json!({"left": "a"}));
}

#[tokio::test]
async fn a_patch_names_what_changes() {
    let api = Api::new();
    let patch = async |uri: &str, body: &str| {
        let json_type = [("content-type", "application/merge-patch+json")];
        api.send("PATCH", uri, &json_type, body.to_owned()).await.echoed()["updateMask"].clone()
    };
    let uri = "/v1/inner/a";
    assert_eq!(
        patch(uri, r#"{"name": "x", "itemCount": null}"#).await,
        json!("itemCount,name")
    );
    assert_eq!(
        patch(uri, r#"{"deep": {"leaf": "", "leaves": []}}"#).await,
        json!("deep.leaf,deep.leaves")
    );
    assert_eq!(patch(uri, r#"{"deep": {}}"#).await, json!("deep"));
    assert_eq!(
        patch(uri, r#"{"deep": {"inner": {"item_count": "1"}}}"#).await,
        json!("deep.inner.itemCount")
    );
    let asked = "/v1/inner/a?updateMask=name";
    assert_eq!(patch(asked, r#"{"itemCount": "1"}"#).await, json!("name"));
}

#[tokio::test]
async fn what_the_path_binds_is_not_what_changes() {
    let api = Api::new();
    let patch = async |uri: &str, body: &str| {
        let json_type = [("content-type", "application/json")];
        api.send("PATCH", uri, &json_type, body.to_owned()).await
    };
    let uri = "/v1/inside/a/b";
    let whole = r#"{"name": "other", "itemCount": "1", "deep": {"leaf": "other", "leaves": ["x"]}}"#;
    let echoed = patch(uri, whole).await.echoed();
    assert_eq!(echoed["updateMask"], json!("deep.leaves,itemCount"));
    let inner = json!({"name": "a", "itemCount": "1", "deep": {"leaf": "b", "leaves": ["x"]}});
    assert_eq!(echoed["inner"], inner, "the path says which one");
    // The same name further in is another field; who names a mask is taken at their word.
    let further_in = r#"{"name": "a", "deep": {"inner": {"name": "c"}}}"#;
    for (uri, body, mask) in [
        (uri, further_in, "deep.inner.name"),
        (uri, r#"{"name": "a"}"#, ""),
        ("/v1/inside/a/b?updateMask=name", whole, "name"),
    ] {
        assert_eq!(patch(uri, body).await.json()["updateMask"], mask, "{uri} {body}");
    }
}

#[tokio::test]
async fn bodies_that_do_not_fit() {
    let api = Api::new();
    for (uri, body, reason, field) in [
        ("/v1/echo", "{", "BODY_NOT_JSON", ""),
        ("/v1/echo", "{}{}", "BODY_NOT_JSON", ""),
        ("/v1/echo", "{\"name\": \"\u{1}\"}", "BODY_NOT_JSON", ""),
        ("/v1/echo", "[]", "BODY_VALUE_INVALID", ""),
        ("/v1/echo", r#"{"nme": 1}"#, "BODY_FIELD_UNKNOWN", "nme"),
        (
            "/v1/echo",
            r#"{"inner": {"deep": {"x": 1}}}"#,
            "BODY_FIELD_UNKNOWN",
            "inner.deep.x",
        ),
        (
            "/v1/echo",
            r#"{"innerList": [{}, {"itemCount": "x"}]}"#,
            "BODY_VALUE_INVALID",
            "innerList[1].itemCount",
        ),
        ("/v1/echo", r#"{"i32": 2147483648}"#, "BODY_VALUE_INVALID", "i32"),
        ("/v1/echo", r#"{"i32": 1.5}"#, "BODY_VALUE_INVALID", "i32"),
        ("/v1/echo", r#"{"name": 1}"#, "BODY_VALUE_INVALID", "name"),
        (
            "/v1/echo",
            r#"{"colour": "PINK"}"#,
            "BODY_VALUE_INVALID",
            "colour",
        ),
        ("/v1/echo", r#"{"words": "a"}"#, "BODY_VALUE_INVALID", "words"),
        ("/v1/echo", r#"{"at": "soon"}"#, "BODY_VALUE_INVALID", "at"),
        (
            "/v1/echo",
            r#"{"left": "a", "middle": 1}"#,
            "ONEOF_CONFLICT",
            "middle",
        ),
        (
            "/v1/echo",
            r#"{"name": "a", "name": "b"}"#,
            "BODY_KEY_DUPLICATE",
            "name",
        ),
        (
            "/v1/echo",
            r#"{"inner": {"name": "a", "n\u0061me": "b"}}"#,
            "BODY_KEY_DUPLICATE",
            "inner.n\\u0061me",
        ),
        ("/v1/number", "1,\"i64\":5", "BODY_NOT_JSON", ""),
        ("/v1/number", "x", "BODY_NOT_JSON", ""),
        ("/v1/number", "\"x\"", "BODY_VALUE_INVALID", "i32"),
        ("/v1/words", "{}", "BODY_VALUE_INVALID", "words"),
        ("/v1/add", "{} {", "BODY_NOT_JSON", ""),
    ] {
        let (found, place) = api.post(uri, body).await.refused(400);
        assert_eq!(found, reason, "{uri} {body}");
        // A key with escapes is named without them.
        assert_eq!(place, field.replace("\\u0061", "a"), "{uri} {body}");
    }
    let deep = format!("{}{}", r#"{"again":"#.repeat(33), "}".repeat(33));
    assert_eq!(api.post("/v1/echo", &deep).await.refused(400).0, "BODY_TOO_DEEP");
    let fits = format!("{}{{}}{}", r#"{"again":"#.repeat(31), "}".repeat(31));
    assert_eq!(api.post("/v1/echo", &fits).await.status, 200);
    let free = format!(r#"{{"free":{}{{}}{}}}"#, r#"{"a":"#.repeat(30), "}".repeat(30));
    assert_eq!(
        api.post("/v1/echo", &free).await.status,
        200,
        "a struct as deep as may be reaches the service"
    );
}

#[tokio::test]
async fn an_unknown_key_is_named_with_the_one_that_was_meant() {
    let api = Api::with(TranscoderOptions {
        mask: |name| name.replace("529.982.247-25", "***").into(),
        ..TranscoderOptions::default()
    });
    for (uri, body, field, told) in [
        ("/v1/echo", r#"{"colr": "RED"}"#, "colr", "did you mean colour?"),
        (
            "/v1/echo",
            r#"{"innerList": [{}, {"itemcount": 1}]}"#,
            "innerList[1].itemcount",
            "did you mean itemCount?",
        ),
        ("/v1/inner", r#"{"Name": "x"}"#, "Name", "did you mean name?"),
        (
            "/v1/inner",
            r#"{"what": "x"}"#,
            "what",
            "known are name, itemCount, deep,",
        ),
        (
            "/v1/echo",
            r#"{"529.982.247-25": 1}"#,
            "***",
            "known are name, i32",
        ),
        (
            "/v1/echo",
            r#"{"it's at line ": 1}"#,
            "it's at line ",
            "known are",
        ),
    ] {
        let answer = api.post(uri, body).await;
        let refused = answer.refused(400);
        assert_eq!(
            refused,
            ("BODY_FIELD_UNKNOWN".to_owned(), field.to_owned()),
            "{body}"
        );
        assert!(answer.text().contains(told), "{body}: {}", answer.text());
        assert!(!answer.text().contains("529.982"), "{body}");
    }
    for body in [
        format!(r#"{{"{}": 1}}"#, "x".repeat(400_000)),
        format!(r#"{{"labels": {{"{}": 1}}}}"#, "x".repeat(400_000)),
        format!(r#"{{"labels": {{"{0}": "", "{0}": ""}}}}"#, "x".repeat(40_000)),
    ] {
        let answer = api.post("/v1/echo", &body).await;
        assert!(answer.refused(400).1.ends_with('…'));
        assert!(answer.body.len() < 2_000, "a key is cut: {}", answer.body.len());
    }
}

#[tokio::test]
async fn the_two_spellings_of_a_field_are_one_key() {
    let api = Api::new();
    for (uri, body, field) in [
        (
            "/v1/echo",
            r#"{"update_mask": "a", "updateMask": "b"}"#,
            "updateMask",
        ),
        (
            "/v1/echo",
            r#"{"updateMask": "a", "i32": 1, "update_mask": "a"}"#,
            "updateMask",
        ),
        (
            "/v1/echo",
            r#"{"innerList": [{}, {"itemCount": 1, "item\u005fcount": 2}]}"#,
            "innerList[1].itemCount",
        ),
        (
            "/v1/inner",
            r#"{"itemCount": 1, "item_count": 2}"#,
            "inner.itemCount",
        ),
        (
            "/v1/inners",
            r#"[{}, {"item_count": 1, "itemCount": 2}]"#,
            "innerList[1].itemCount",
        ),
        (
            "/v1/echo",
            r#"{"inners": {"7": {"item_count": 1, "itemCount": 2}}}"#,
            "inners.7.itemCount",
        ),
    ] {
        let refused = api.post(uri, body).await.refused(400);
        assert_eq!(
            refused,
            ("BODY_KEY_DUPLICATE".to_owned(), field.to_owned()),
            "{body}"
        );
    }
    for (uri, body, expected) in [
        (
            "/v1/labels",
            r#"{"a_b": "1", "aB": "2"}"#,
            json!({"labels": {"a_b": "1", "aB": "2"}}),
        ),
        (
            "/v1/echo",
            r#"{"free": {"item_count": "1", "itemCount": "2"}}"#,
            json!({"free": {"item_count": "1", "itemCount": "2"}}),
        ),
        (
            "/v1/inner",
            r#"{"item_count": 2}"#,
            json!({"inner": {"itemCount": "2"}}),
        ),
    ] {
        assert_eq!(api.post(uri, body).await.echoed(), expected, "{body}");
    }
}

#[tokio::test]
async fn a_whole_number_is_read_as_it_stands_or_not_at_all() {
    let api = Api::new();
    for (body, expected) in [
        (
            r#"{"u64": 18446744073709551615}"#,
            json!({"u64": "18446744073709551615"}),
        ),
        (
            r#"{"u64": "18446744073709551615"}"#,
            json!({"u64": "18446744073709551615"}),
        ),
        (
            r#"{"i64": -9223372036854775808}"#,
            json!({"i64": "-9223372036854775808"}),
        ),
        (r#"{"i64": 9007199254740993}"#, json!({"i64": "9007199254740993"})),
        (r#"{"i64": 1e3, "u64": 1.0}"#, json!({"i64": "1000", "u64": "1"})),
        (r#"{"f64": 1e300}"#, json!({"f64": 1e300})),
        (
            r#"{"real": 18446744073709551616}"#,
            json!({"real": 18_446_744_073_709_551_616_f64}),
        ),
    ] {
        assert_eq!(api.post("/v1/echo", body).await.echoed(), expected, "{body}");
    }
    for (uri, body, field) in [
        ("/v1/echo", r#"{"u64": 18446744073709551616}"#, "u64"),
        ("/v1/echo", r#"{"i64": 9223372036854775808}"#, "i64"),
        ("/v1/echo", r#"{"i64": -9223372036854775809}"#, "i64"),
        ("/v1/echo", r#"{"i64": 9223372036854775807.0}"#, "i64"),
        ("/v1/echo", r#"{"u64": 9007199254740993e0}"#, "u64"),
        ("/v1/echo", r#"{"u64": "18446744073709551616"}"#, "u64"),
        ("/v1/echo", r#"{"u64": -1}"#, "u64"),
        ("/v1/echo", r#"{"u64": 1.5}"#, "u64"),
        ("/v1/echo", r#"{"big": 9223372036854775808.0}"#, "big"),
        (
            "/v1/echo",
            r#"{"innerList": [{}, {"itemCount": 1e17}]}"#,
            "innerList[1].itemCount",
        ),
        ("/v1/inner", r#"{"itemCount": 1e17}"#, "inner.itemCount"),
        ("/v1/echo", r#"{"counts": {"7": 1e17}}"#, "counts.7"),
    ] {
        let refused = api.post(uri, body).await.refused(400);
        assert_eq!(
            refused,
            ("BODY_VALUE_INVALID".to_owned(), field.to_owned()),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_refusal_never_repeats_a_value() {
    let api = Api::new();
    for body in [
        r#"{"i32": "111.444.777-35"}"#,
        r#"{"at": "111.444.777-35"}"#,
        r#"{"colour": "111.444.777-35"}"#,
        r#"{"inner": "111.444.777-35"}"#,
    ] {
        let answer = api.post("/v1/echo", body).await;
        assert_eq!(answer.status, 400);
        assert!(!answer.text().contains("111.444"), "{}", answer.text());
    }
    let answer = api.get("/v1/nested/a/x/111.444.777-35?flag=111.444.777-35").await;
    assert!(!answer.text().contains("111.444"), "{}", answer.text());
}

#[tokio::test]
async fn media_types() {
    let api = Api::new();
    for media_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/jsonx",
    ] {
        let answer = api
            .send("POST", "/v1/echo", &[("content-type", media_type)], "{}")
            .await;
        assert_eq!(answer.refused(415).0, "MEDIA_TYPE_UNSUPPORTED", "{media_type}");
    }
    let answer = api.send("POST", "/v1/echo", &[], "{}").await;
    assert_eq!(answer.status, 200, "no type at all is taken for JSON");
    let answer = api
        .send("POST", "/v1/echo", &[("content-encoding", "br")], "{}")
        .await;
    assert_eq!(answer.refused(415).0, "ENCODING_UNSUPPORTED");
    assert_eq!(answer.header("accept-encoding"), Some("gzip"));
    let answer = api
        .send("POST", "/v1/echo", &[("content-encoding", "gzip")], "{}")
        .await;
    assert_eq!(answer.refused(400).0, "BODY_UNREADABLE");
    for none in ["identity", "Identity", ""] {
        let answer = api
            .send("POST", "/v1/echo", &[("content-encoding", none)], "{}")
            .await;
        assert_eq!(answer.status, 200, "{none}");
    }
    let gzip = [("accept-encoding", "gzip"), ("content-type", "application/json")];
    let long = format!(r#"{{"name":"{}"}}"#, "a".repeat(5_000));
    let packed = api.send("POST", "/v1/echo", &gzip, long).await.body;
    for spelled in ["gzip", "GZIP", "x-gzip"] {
        let headers = [("content-encoding", spelled)];
        let answer = api.send("POST", "/v1/echo", &headers, packed.clone()).await;
        assert_eq!(answer.status, 200, "{spelled}: {}", answer.text());
    }
    for (first, second) in [("gzip", "gzip"), ("identity", "gzip"), ("gzip, gzip", "")] {
        let headers = [("content-encoding", first), ("content-encoding", second)];
        let answer = api.send("POST", "/v1/echo", &headers, packed.clone()).await;
        assert_eq!(answer.refused(415).0, "ENCODING_UNSUPPORTED", "{first} {second}");
    }
}

#[tokio::test]
async fn raw_bodies() {
    let api = Api::new();
    let csv = [("content-type", "text/csv")];
    let answer = api.send("POST", "/v1/upload", &csv, "a,b\n").await;
    assert_eq!(
        answer.echoed(),
        json!({"contentType": "text/csv", "sizeBytes": "4", "messageCount": 1})
    );
    let answer = api.send("POST", "/v1/files/f1", &csv, "a,b\n1").await;
    assert_eq!(
        answer.echoed(),
        json!({"name": "f1", "contentType": "text/csv", "sizeBytes": "5", "messageCount": 1})
    );
}

#[tokio::test]
async fn streams_to_the_service() {
    let api = Api::new();
    for body in [
        r#"[{"value": 1}, {"value": "2"}, {}]"#,
        "{\"value\":1}\n{\"value\":2}\n",
        " [ {\"value\":3} ] ",
    ] {
        assert_eq!(
            api.post("/v1/add", body).await.echoed(),
            json!({"value": "3"}),
            "{body}"
        );
    }
    assert_eq!(api.post("/v1/add", "").await.echoed(), json!({}));
    for (media_type, status) in [
        ("application/x-ndjson; charset=utf-8", 200),
        ("application/NDJSON", 200),
        ("application/jsonl", 200),
        ("text/plain", 415),
    ] {
        let headers = [("content-type", media_type)];
        let answer = api.send("POST", "/v1/add", &headers, "{\"value\":1}\n{}").await;
        assert_eq!(answer.status, status, "{media_type}: {}", answer.text());
    }
    let lines = [("content-type", "application/x-ndjson")];
    let answer = api.send("POST", "/v1/echo", &lines, "{}").await;
    assert_eq!(
        answer.refused(415).0,
        "MEDIA_TYPE_UNSUPPORTED",
        "one message is no stream"
    );
    let pieces = ["abc", "", "defg"].map(|piece| Ok::<_, std::io::Error>(piece.to_owned()));
    let body = Body::from_stream(futures_util::stream::iter(pieces));
    let answer = api
        .send("POST", "/v1/uploads/u", &[("content-type", "text/csv")], body)
        .await;
    assert_eq!(
        answer.echoed(),
        json!({"name": "u", "contentType": "text/csv", "sizeBytes": "7", "messageCount": 2})
    );
}
