//! Query parameters into fields.

use posars_transcoder::TranscoderOptions;
use serde_json::{Value, json};

use crate::api::Api;

#[tokio::test]
async fn parameters_of_every_type() {
    let cases: &[(&str, Value)] = &[
        ("i32=-5&u32=5", json!({"i32": -5, "u32": 5})),
        (
            "i64=-9223372036854775808&u64=18446744073709551615",
            json!({"i64": "-9223372036854775808", "u64": "18446744073709551615"}),
        ),
        ("f32=1.5&f64=-2e3", json!({"f32": 1.5, "f64": -2000.0})),
        ("f64=NaN&f32=-Infinity", json!({"f64": "NaN", "f32": "-Infinity"})),
        ("flag=true", json!({"flag": true})),
        ("raw=AAE%3D", json!({"raw": "AAE="})),
        ("raw=AAE", json!({"raw": "AAE="})),
        ("raw=-_8", json!({"raw": "+/8="})),
        ("colour=BLUE", json!({"colour": "BLUE"})),
        ("colour=1", json!({"colour": "RED"})),
        (
            "inner.name=x&inner.item_count=3",
            json!({"inner": {"name": "x", "itemCount": "3"}}),
        ),
        ("inner.itemCount=3", json!({"inner": {"itemCount": "3"}})),
        (
            "inner.deep.leaves=a&inner.deep.leaves=b",
            json!({"inner": {"deep": {"leaves": ["a", "b"]}}}),
        ),
        ("words=a&words=b%20c&words=", json!({"words": ["a", "b c", ""]})),
        ("numbers=1&numbers=2", json!({"numbers": [1, 2]})),
        ("colours=RED&colours=2", json!({"colours": ["RED", "BLUE"]})),
        (
            "labels[a]=1&labels[b.c]=2",
            json!({"labels": {"a": "1", "b.c": "2"}}),
        ),
        ("labels%5Ba%5D=1", json!({"labels": {"a": "1"}})),
        ("counts[-1]=7", json!({"counts": {"-1": "7"}})),
        ("left=a", json!({"left": "a"})),
        (
            "right.name=a&right.itemCount=1",
            json!({"right": {"name": "a", "itemCount": "1"}}),
        ),
        ("maybe=x", json!({"maybe": "x"})),
        (
            "at=2026-01-31T12:00:00.5Z",
            json!({"at": "2026-01-31T12:00:00.500Z"}),
        ),
        (
            "at=2026-01-31T12:00:00%2B03:00",
            json!({"at": "2026-01-31T09:00:00Z"}),
        ),
        ("lasting=1.5s", json!({"lasting": "1.500s"})),
    ];
    echoed(cases).await;
}

async fn echoed(cases: &[(&str, Value)]) {
    let api = Api::new();
    for (query, expected) in cases {
        let uri = format!("/v1/shelves/first?{query}");
        assert_eq!(api.get(&uri).await.echoed(), *expected, "{query}");
    }
}

#[tokio::test]
async fn parameters_of_well_known_types() {
    let cases: &[(&str, Value)] = &[
        (
            "update_mask=name,inner.itemCount",
            json!({"updateMask": "name,inner.itemCount"}),
        ),
        (
            "big=12&yes=true&word=w&real=1.5&blob=AAE=",
            json!({"big": "12", "yes": true, "word": "w", "real": 1.5, "blob": "AAE="}),
        ),
        ("real=NaN", json!({"real": "NaN"})),
        ("real=-Infinity", json!({"real": "-Infinity"})),
        ("free=%7B%22a%22%3A%5B1%5D%7D", json!({"free": {"a": [1.0]}})),
        ("value=true", json!({"value": true})),
        ("value=plain", json!({"value": "plain"})),
        (
            "times=2026-01-31T12:00:00Z",
            json!({"times": ["2026-01-31T12:00:00Z"]}),
        ),
        ("words=a+b", json!({"words": ["a b"]})),
        ("&&i32=1&", json!({"i32": 1})),
        ("words", json!({"words": [""]})),
        ("again.again.i32=4", json!({"again": {"again": {"i32": 4}}})),
    ];
    echoed(cases).await;
}

#[tokio::test]
async fn parameters_that_do_not_fit() {
    let api = Api::new();
    for (query, reason, field) in [
        ("i32=x", "QUERY_VALUE_INVALID", "i32"),
        ("i32=", "QUERY_VALUE_INVALID", "i32"),
        ("i32=1.0", "QUERY_VALUE_INVALID", "i32"),
        ("u32=-1", "QUERY_VALUE_INVALID", "u32"),
        ("f64=inf", "QUERY_VALUE_INVALID", "f64"),
        ("f32=1e39", "QUERY_VALUE_INVALID", "f32"),
        ("real=infinity", "QUERY_VALUE_INVALID", "real"),
        ("flag=yes", "QUERY_VALUE_INVALID", "flag"),
        ("raw=*", "QUERY_VALUE_INVALID", "raw"),
        ("colour=red", "QUERY_VALUE_INVALID", "colour"),
        ("at=2026-13-01T00:00:00Z", "QUERY_VALUE_INVALID", "at"),
        ("lasting=5", "QUERY_VALUE_INVALID", "lasting"),
        ("counts[x]=1", "QUERY_VALUE_INVALID", "counts[x]"),
        ("counts[1]=x", "QUERY_VALUE_INVALID", "counts[1]"),
        ("free=x", "QUERY_VALUE_INVALID", "free"),
        ("i32=1&i32=2", "QUERY_PARAMETER_REPEATED", "i32"),
        ("i32=0&i32=0", "QUERY_PARAMETER_REPEATED", "i32"),
        (
            "inner.itemCount=1&inner.item_count=1",
            "QUERY_PARAMETER_REPEATED",
            "inner.item_count",
        ),
        ("labels[a]=1&labels[a]=2", "QUERY_PARAMETER_REPEATED", "labels[a]"),
        ("inner=x", "QUERY_PARAMETER_UNFIT", "inner"),
        ("inner_list=x", "QUERY_PARAMETER_UNFIT", "inner_list"),
        ("inner_list.name=x", "QUERY_PARAMETER_UNFIT", "inner_list.name"),
        ("inners[1]=x", "QUERY_PARAMETER_UNFIT", "inners[1]"),
        ("labels=x", "QUERY_PARAMETER_UNFIT", "labels"),
        ("words[0]=x", "QUERY_PARAMETER_UNFIT", "words[0]"),
        ("i32.x=1", "QUERY_PARAMETER_UNFIT", "i32.x"),
        ("any=x", "QUERY_PARAMETER_UNFIT", "any"),
        ("any.value=x", "QUERY_PARAMETER_UNFIT", "any.value"),
        ("at.seconds=1", "QUERY_PARAMETER_UNFIT", "at.seconds"),
        ("left=a&middle=1", "ONEOF_CONFLICT", "middle"),
        ("right.name=a&left=1", "ONEOF_CONFLICT", "left"),
        ("a=%zz", "QUERY_MALFORMED", ""),
        ("%ff=1", "QUERY_MALFORMED", ""),
        ("name=%C3", "QUERY_MALFORMED", ""),
    ] {
        let refused = api.get(&format!("/v1/shelves/first?{query}")).await.refused(400);
        assert_eq!(refused, (reason.to_owned(), field.to_owned()), "{query}");
    }
}

#[tokio::test]
async fn unknown_parameters_are_counted_or_refused() {
    let api = Api::new();
    let answer = api.get("/v1/echo/a?colr=RED&x.y=1&labels[a=1").await;
    assert_eq!(answer.echoed(), json!({"name": "a"}));
    assert_eq!(api.ignored_parameters(), 3);
}

fn strict() -> Api {
    Api::with(TranscoderOptions {
        strict_query: true,
        mask: |name| name.replace("529.982.247-25", "***").into(),
        ..TranscoderOptions::default()
    })
}

#[tokio::test]
async fn a_strict_query_names_the_parameter_that_was_meant() {
    let api = strict();
    for (query, field, told) in [
        ("colr=RED", "colr", "did you mean colour?"),
        ("i32=1&Words=a", "Words", "did you mean words?"),
        ("updatemask=a", "updatemask", "did you mean updateMask?"),
        ("update-mask=a", "update-mask", "did you mean updateMask?"),
        (
            "inner.itemcount=1",
            "inner.itemcount",
            "did you mean inner.itemCount?",
        ),
        (
            "inner.item_counts=1",
            "inner.item_counts",
            "did you mean inner.itemCount?",
        ),
        (
            "inner.deep.laef=x",
            "inner.deep.laef",
            "did you mean inner.deep.leaf?",
        ),
        ("label[a]=1", "label[a]", "did you mean labels[key]?"),
        ("labels[a=1", "labels[a", "did you mean labels[key]?"),
        ("NAME.=1", "NAME.", "known are i32, i64, u32"),
        ("%24pretty=1", "$pretty", "known are i32, i64, u32"),
        ("=1", "", "known are"),
        ("529.982.247-25=1", "***", "known are"),
    ] {
        let answer = api.get(&format!("/v1/echo/a?{query}")).await;
        let refused = answer.refused(400);
        assert_eq!(
            refused,
            ("QUERY_PARAMETER_UNKNOWN".to_owned(), field.to_owned()),
            "{query}"
        );
        assert!(answer.text().contains(told), "{query}: {}", answer.text());
        assert!(!answer.text().contains("529.982"), "{query}");
    }
    let long = "x".repeat(5_000);
    let (_, field) = api.get(&format!("/v1/echo/a?{long}=1")).await.refused(400);
    assert!(field.len() < 200 && field.ends_with('…'), "{field}");
    let answer = api.get("/v1/echo/a?update_mask=name&innerList.name=x").await;
    assert_eq!(
        answer.refused(400).0,
        "QUERY_PARAMETER_UNFIT",
        "known, but no parameter"
    );
    let answer = api.get("/v1/echo/a?updateMask=name&maybe=&words=").await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_strict_query_has_nothing_that_belongs_elsewhere() {
    let api = strict();
    let json = [("content-type", "application/json")];
    for (method, uri, field) in [
        ("GET", "/v1/echo/a?name=b", "name"),
        ("GET", "/v1/nested/a/x/1?inner.deep.leaf=b", "inner.deep.leaf"),
        ("POST", "/v1/echo?i32=5", "i32"),
        ("POST", "/v1/echo?inner.name=x", "inner.name"),
        ("PATCH", "/v1/inner/a?inner.itemCount=1", "inner.itemCount"),
        ("PATCH", "/v1/inner/a?name=b", "name"),
    ] {
        let refused = api.send(method, uri, &json, "{}").await.refused(400);
        let expected = ("QUERY_PARAMETER_MISPLACED".to_owned(), field.to_owned());
        assert_eq!(refused, expected, "{method} {uri}");
    }
    let refused = api
        .send("POST", "/v1/echo?colr=1", &json, "{}")
        .await
        .refused(400);
    assert_eq!(refused, ("QUERY_PARAMETER_UNKNOWN".to_owned(), "colr".to_owned()));
    let answer = api
        .send("PATCH", "/v1/inner/a?updateMask=inner.name", &json, "{}")
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[tokio::test]
async fn the_path_goes_before_the_query() {
    let api = Api::new();
    let answer = api.get("/v1/echo/path?name=query&i32=1").await;
    assert_eq!(answer.echoed(), json!({"name": "path", "i32": 1}));
    let answer = api.get("/v1/left/path?middle=1").await;
    assert_eq!(
        answer.refused(400),
        ("ONEOF_CONFLICT".to_owned(), "left".to_owned())
    );
}

#[tokio::test]
async fn queries_are_bounded() {
    let api = Api::new();
    let many = "words=a&".repeat(128);
    assert_eq!(api.get(&format!("/v1/echo/a?{many}")).await.status, 200);
    let more = "words=a&".repeat(129);
    let refused = api.get(&format!("/v1/echo/a?{more}")).await.refused(400);
    assert_eq!(refused.0, "QUERY_PARAMETERS_TOO_MANY");
    let long = "x".repeat(16 * 1024);
    let refused = api.get(&format!("/v1/echo/a?maybe={long}")).await.refused(414);
    assert_eq!(refused.0, "QUERY_TOO_LONG");
    // As deep as a body may be: decoders give up at 100 messages, of which each level of a struct takes three.
    let free = format!("free={}1{}", "%7B%22a%22:".repeat(30), "%7D".repeat(30));
    assert_eq!(api.get(&format!("/v1/echo/a?{free}")).await.status, 200);
    let inside = format!("/v1/echo/a?{}{free}", "again.".repeat(10));
    assert_eq!(api.get(&inside).await.refused(400).0, "QUERY_VALUE_INVALID");
    let deep = "again.".repeat(40);
    let refused = api.get(&format!("/v1/echo/a?{deep}i32=1")).await.refused(400);
    assert_eq!(refused.0, "QUERY_PARAMETER_UNFIT");
}
