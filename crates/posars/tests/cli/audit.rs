//! `posars audit`: the proof, its failure, and the history.

use posars_testkit::TestServer;
use serde_json::Value;

use crate::sheets::{good_lines, write};
use crate::support::{Folder, Ran, run_on};

/// A database with the good sheet imported.
pub(crate) async fn shop() -> (TestServer, String) {
    let server = TestServer::private().await.unwrap();
    let url = server.create_database().await.unwrap();
    let folder = Folder::new();
    let sheet = folder.file("vendas.xlsx");
    write(&sheet, &good_lines());
    run_on(
        &url,
        &["import", &sheet.display().to_string(), "--define-missing"],
    )
    .ended(0);
    (server, url)
}

fn lines(ran: &Ran) -> Vec<Value> {
    ran.out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn the_proof_gives_an_anchor_that_holds_and_a_wrong_one_does_not() {
    let (_server, url) = shop().await;
    let verified = run_on(&url, &["audit", "verify"]).ended(0).json();
    assert_eq!(verified["verified"], true);
    assert_eq!(verified["events"], verified["position"]);
    let anchor = verified["anchor"].as_str().unwrap();
    run_on(&url, &["audit", "verify", "--anchor", anchor]).ended(0);
    let (position, hash) = anchor.split_once(':').unwrap();
    let other = format!("{position}:{}", hash.chars().rev().collect::<String>());
    let refuted = run_on(&url, &["audit", "verify", "--anchor", &other])
        .ended(5)
        .json();
    assert_eq!(refuted["fault"]["kind"], "anchor_differs");
    let text = run_on(&url, &["audit", "verify", "--text"]).ended(0);
    assert!(text.out.contains(anchor), "{text}");
}

#[tokio::test]
async fn a_head_that_is_kept_is_the_anchor_of_the_next_proof() {
    let (_server, url) = shop().await;
    let folder = Folder::new();
    let place = folder.file("heads").display().to_string();
    let verify = |code| run_on(&url, &["audit", "verify", "--keep", &place]).ended(code);
    let first = verify(0).json();
    assert_eq!(
        verify(0).json()["anchor"],
        first["anchor"],
        "the same head is kept once"
    );
    let position = first["position"].as_u64().unwrap();
    let kept = folder.file(&format!("heads/company=main/{position:020}.json"));
    let written: Value = serde_json::from_slice(&std::fs::read(&kept).unwrap()).unwrap();
    assert_eq!(written["anchor"], first["anchor"]);
    // Somebody who rewrites the log cannot rewrite what is kept: here it is the other way round, which looks the same.
    let (_, hash) = first["anchor"].as_str().unwrap().split_once(':').unwrap();
    let other = format!("{position}:{}", hash.chars().rev().collect::<String>());
    std::fs::remove_file(&kept).unwrap();
    std::fs::write(
        &kept,
        serde_json::json!({"log": "main", "anchor": other}).to_string(),
    )
    .unwrap();
    assert_eq!(verify(5).json()["fault"]["kind"], "anchor_differs");
    std::fs::remove_file(&kept).unwrap();
    std::fs::write(&kept, "no head").unwrap();
    assert_eq!(verify(5).error()["code"], "FILE_DAMAGED");
}

#[tokio::test]
async fn a_changed_event_is_found_by_its_position() {
    let (_server, url) = shop().await;
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
        .await
        .unwrap();
    let connection = tokio::spawn(connection);
    let changed = client
        .execute(
            "update events set data = data::jsonb || '{\"forged\": true}' where position = 3",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(changed, 1);
    let refuted = run_on(&url, &["audit", "verify"]).ended(5).json();
    assert_eq!(refuted["verified"], false);
    assert_eq!(
        (&refuted["fault"]["kind"], &refuted["fault"]["position"]),
        (&"event_altered".into(), &3.into())
    );
    let text = run_on(&url, &["audit", "verify", "--text"]).ended(5);
    assert!(
        text.out.contains("position 3") && text.out.contains("Next:"),
        "{text}"
    );
    drop(client);
    connection.await.unwrap().unwrap();
}

#[tokio::test]
async fn replay_prints_a_stream_a_category_or_a_range_with_the_stored_bytes() {
    let (_server, url) = shop().await;
    let all = lines(&run_on(&url, &["audit", "replay"]).ended(0));
    let positions: Vec<u64> = all
        .iter()
        .map(|event| event["position"].as_u64().unwrap())
        .collect();
    let expected: Vec<u64> = (1..=u64::try_from(all.len()).unwrap()).collect();
    assert_eq!(positions, expected, "contiguous from 1");

    let range = lines(&run_on(&url, &["audit", "replay", "--from", "2", "--to", "4"]).ended(0));
    assert_eq!(range, all[1..4]);

    let sales = lines(&run_on(&url, &["audit", "replay", "--category", "sale"]).ended(0));
    assert_eq!(sales.len(), 4);
    assert!(sales.iter().all(|event| event["type"] == "SaleRecorded"));
    assert!(
        sales.iter().all(|event| event["data"]["currency"] == "BRL"
            && event["metadata"]["source"]["import"]["row"].is_u64())
    );

    let stream = sales[0]["stream"].as_str().unwrap();
    let one = lines(&run_on(&url, &["audit", "replay", "--stream", stream]).ended(0));
    assert_eq!(one, sales[..1]);

    let nothing = run_on(&url, &["audit", "replay", "--stream", "store-nowhere"]).ended(1);
    assert_eq!(nothing.error()["code"], "STREAM_EMPTY");
}
