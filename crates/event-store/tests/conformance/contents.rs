//! What goes in comes out, byte for byte.

use posars_event_store::{
    Append, AppendError, EventType, ExpectedVersion, JSON_DEPTH_MAX, JsonText, NewEvent, Position,
};
use uuid::Uuid;

use crate::fixture::{World, event_of, json, stream, whole};

/// JSON texts that a tidy-minded store would rewrite.
const ODD: [&str; 17] = [
    "{}",
    " { \"a\" :\t1 ,\r\n \"b\":[ ] } ",
    "{\"a\":1,\"a\":2}",
    "{\"z\":1,\"a\":2}",
    "{\"nul\":\"\\u0000\"}",
    "{\"lone\":\"\\ud800\"}",
    "{\"pair\":\"\\ud83d\\ude00\",\"raw\":\"😀\"}",
    "{\"slash\":\"\\/\",\"plain\":\"/\"}",
    "{\"acc\":\"São João é aqui ÇÃÕ\",\"dec\":\"Sa\u{303}o\"}",
    "{\"rtl\":\"\u{202e}abc\",\"zero\":\"\u{200b}\u{feff}\",\"far\":\"\u{10ffff}\"}",
    "{\"big\":123456789012345678901234567890.123456789012345678901234567890}",
    "{\"exp\":1e400,\"neg\":-0.0,\"cap\":1E+5,\"tiny\":1e-400}",
    "{\"cents\":0.10,\"trail\":1.500}",
    "null",
    "\"only a text with \\\"quotes\\\" and \\\\ and \\t\"",
    "[[[[[[1],2],3],4],5],6]",
    "{\"quote\":\"'; drop table events; --\",\"copy\":\"\\\\N\"}",
];

#[tokio::test]
async fn json_comes_back_as_it_was_written() -> anyhow::Result<()> {
    let world = World::open().await?;
    let reversed = ODD.iter().rev();
    let sent = ODD
        .iter()
        .zip(reversed)
        .map(|(data, metadata)| event_of(data, metadata));
    let append = Append::to(stream("odd-1"), ExpectedVersion::NoStream, sent.collect());
    world.log.append(append).await?;
    let read = whole(&world.log, "odd-1").await?;
    let data: Vec<&str> = read.iter().map(|event| event.data.as_str()).collect();
    assert_eq!(data, ODD);
    assert!(read.iter().rev().map(|event| event.metadata.as_str()).eq(ODD));
    let mut export = world.log.export(Position::START, Position::new(17)).await?;
    let mut exported = Vec::new();
    while let Some(event) = export.next().await? {
        exported.push(event.data.to_owned());
    }
    assert_eq!(exported, ODD);
    assert_eq!(world.log.verify(None, |_| {}).await?.fault, None);
    Ok(())
}

#[tokio::test]
async fn ids_types_and_schema_versions_come_back() -> anyhow::Result<()> {
    let world = World::open().await?;
    let sent: Vec<NewEvent> = [0, 1, 300, 32_767]
        .into_iter()
        .map(|schema_version| NewEvent {
            event_id: Uuid::new_v4(),
            event_type: EventType::parse(&format!("Evento.Ação/{schema_version}")).unwrap(),
            schema_version,
            data: json("{}"),
            metadata: json("{}"),
        })
        .collect();
    let to = "loja-São-João-\u{1f600}";
    world
        .log
        .append(Append::to(stream(to), ExpectedVersion::Any, sent.clone()))
        .await?;
    for (read, sent) in whole(&world.log, to).await?.iter().zip(&sent) {
        assert_eq!(
            (read.event_id, &read.event_type),
            (sent.event_id, &sent.event_type)
        );
        assert_eq!(
            (read.schema_version, read.stream.as_str()),
            (sent.schema_version, to)
        );
    }
    assert_eq!(world.log.verify(None, |_| {}).await?.events, 4);
    Ok(())
}

#[test]
fn what_is_no_json_is_refused_with_its_place() {
    for bad in [
        "",
        "{",
        "{'a':1}",
        "01",
        "+1",
        "NaN",
        "{\"a\":1}}",
        "\"\u{1}\"",
        "\u{feff}{}",
        "[1,]",
        "\"\\u12\"",
    ] {
        match JsonText::parse(bad).unwrap_err() {
            AppendError::Invalid(text) => assert!(text.contains("line 1"), "{bad:?}: {text}"),
            other => panic!("{bad:?}: {other}"),
        }
    }
}

#[test]
fn what_is_nested_too_deep_is_refused() {
    // Brackets of a text do not count.
    let text = r#""[{\"[{""#;
    let nested = |depth: usize| format!("{}{text}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(JsonText::parse(&nested(JSON_DEPTH_MAX)).is_ok());
    let refused = JsonText::parse(&nested(JSON_DEPTH_MAX + 1)).unwrap_err();
    assert!(refused.to_string().contains("nested 128 deep"), "{refused}");
    assert!(JsonText::parse(&nested(100_000)).is_err());
    // The bound is that of whoever reads it.
    assert!(serde_json::from_str::<serde_json::Value>(&nested(JSON_DEPTH_MAX)).is_ok());
    // And of what serde writes.
    let wrap = |depth: usize| (0..depth).fold(serde_json::json!(1), |inner, _| serde_json::json!([inner]));
    assert!(JsonText::of(&wrap(JSON_DEPTH_MAX)).is_ok());
    assert!(JsonText::of(&wrap(JSON_DEPTH_MAX + 1)).is_err());
    let wide = vec![[0_u8; 1]; 10 * JSON_DEPTH_MAX];
    assert!(JsonText::of(&wide).is_ok(), "many brackets are not deep ones");
}

#[test]
fn a_value_is_written_as_json() -> anyhow::Result<()> {
    let text = JsonText::of(&("é", 1, None::<u8>))?;
    assert_eq!(text.as_str(), "[\"é\",1,null]");
    let no_json = std::collections::BTreeMap::from([((1, 2), 3)]);
    assert!(matches!(JsonText::of(&no_json), Err(AppendError::Invalid(_))));
    Ok(())
}
