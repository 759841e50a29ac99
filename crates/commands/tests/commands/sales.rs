//! Sales: recorded once whatever the retries, refused with a code, previewed without a trace.

use posars_commands::{CommandError, Commands, EventIds, Source};
use posars_domain::sale::{Disposition, SaleEvent};
use posars_domain::{Policy, ReceiptNumber, RejectionKind};
use posars_event_store::{Position, Version};
use uuid::Uuid;

use crate::shop::{Shop, api, asked_as, decoded, define_store, reason, return_of, sale, v, void_of};

#[tokio::test]
async fn a_sale_is_recorded_with_its_business_date_and_metadata() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let command = sale(&[("cafe", "2"), ("pao", "1.5")]);
    let mut envelope = asked_as(Uuid::now_v7());
    envelope.source = Source::Import {
        file_sha256: "ab12".into(),
        sheet: "Vendas".into(),
        row: 2,
    };
    let receipt = shop.commands.carry_out(&command, &envelope).await?;
    assert_eq!((receipt.version(), receipt.replayed), (Version::new(1), false));
    assert_eq!(receipt.position, shop.head().await?);
    let stored = shop.events(&format!("sale-{}", command.sale_id)).await?;
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].event_id, receipt.event_ids[0]);
    assert_eq!(decoded::<SaleEvent>(&stored[0]), receipt.events[0]);
    let SaleEvent::SaleRecorded(recorded) = &receipt.events[0] else {
        unreachable!()
    };
    assert_eq!(
        (recorded.business_date.to_string().as_str(), recorded.local_hour),
        ("2026-11-20", 12)
    );
    assert_eq!(recorded.total.minor(), 3_500);
    for part in [
        r#""actor":"ana""#,
        r#""request_id":""#,
        r#""source":{"import":{"file_sha256":"ab12""#,
    ] {
        assert!(stored[0].metadata.contains(part), "{}", stored[0].metadata);
    }
    Ok(())
}

#[tokio::test]
async fn the_same_sale_again_gets_the_first_answer_and_writes_nothing() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let command = sale(&[("cafe", "1")]);
    let first = shop.commands.carry_out(&command, &api()).await?;
    let head = shop.head().await?;
    for envelope in [api(), asked_as(Uuid::now_v7())] {
        let again = shop.commands.carry_out(&command, &envelope).await?;
        assert!(again.replayed);
        assert_eq!(
            (&again.events, &again.event_ids),
            (&first.events, &first.event_ids)
        );
        assert_eq!(
            (again.position, again.recorded_at),
            (first.position, first.recorded_at)
        );
        assert_eq!(again.streams, first.streams);
    }
    assert_eq!(shop.head().await?, head);
    Ok(())
}

#[tokio::test]
async fn the_same_id_with_other_content_is_refused() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let command = sale(&[("cafe", "1")]);
    let request_id = Uuid::now_v7();
    shop.commands.carry_out(&command, &asked_as(request_id)).await?;
    let mut other = sale(&[("cafe", "2")]);
    other.sale_id = command.sale_id;
    assert_eq!(
        reason(shop.commands.carry_out(&other, &api()).await),
        "IDEMPOTENCY_MISMATCH"
    );
    // The caller's own key for another sale, and for another command.
    let third = shop
        .commands
        .carry_out(&sale(&[("cafe", "3")]), &asked_as(request_id))
        .await;
    assert_eq!(reason(third), "IDEMPOTENCY_MISMATCH");
    let void = shop
        .commands
        .carry_out(&void_of(&command), &asked_as(request_id))
        .await;
    assert_eq!(reason(void), "IDEMPOTENCY_MISMATCH");
    Ok(())
}

#[tokio::test]
async fn a_receipt_number_serves_one_sale_even_when_it_has_spaces() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let mut command = sale(&[("cafe", "1")]);
    command.receipt = Some(ReceiptNumber::new(Some("A"), "NF 12")?);
    shop.commands.carry_out(&command, &api()).await?;
    let mut other = sale(&[("cafe", "1")]);
    other.receipt.clone_from(&command.receipt);
    let refused = shop.commands.carry_out(&other, &api()).await.unwrap_err();
    assert_eq!(refused.reason(), "DUPLICATE_RECEIPT");
    assert!(matches!(&refused, CommandError::Rejected(no) if no.kind() == RejectionKind::Duplicate));
    other.receipt = Some(ReceiptNumber::new(Some("A"), "NF 13")?);
    shop.commands.carry_out(&other, &api()).await?;
    Ok(())
}

#[tokio::test]
async fn unknown_stores_future_times_and_wrong_totals_are_refused_and_nothing_is_written()
-> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let head = shop.head().await?;
    let mut elsewhere = sale(&[("cafe", "1")]);
    elsewhere.store_id = v("filial");
    let mut tomorrow = sale(&[("cafe", "1")]);
    tomorrow.occurred_at = v("2026-11-21T15:00:00Z");
    let mut unpaid = sale(&[("cafe", "1")]);
    unpaid.payments.clear();
    for (command, code) in [
        (elsewhere, "UNKNOWN_STORE"),
        (tomorrow, "OCCURRED_IN_FUTURE"),
        (unpaid, "PAYMENT_TOTAL_MISMATCH"),
    ] {
        assert_eq!(reason(shop.commands.carry_out(&command, &api()).await), code);
    }
    assert_eq!(shop.head().await?, head);
    // What was refused is not remembered: once the store is there, the same sale is taken.
    let mut elsewhere = sale(&[("cafe", "1")]);
    elsewhere.store_id = v("filial");
    assert_eq!(
        reason(shop.commands.carry_out(&elsewhere, &api()).await),
        "UNKNOWN_STORE"
    );
    shop.commands.carry_out(&define_store("filial"), &api()).await?;
    assert!(!shop.commands.carry_out(&elsewhere, &api()).await?.replayed);
    Ok(())
}

#[tokio::test]
async fn a_preview_shows_the_events_and_writes_nothing() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let head = shop.head().await?;
    let preview = shop.commands.validate_only();
    let command = sale(&[("cafe", "1")]);
    let shown = preview.carry_out(&command, &api()).await?;
    assert_eq!((shown.position, shown.recorded_at), (Position::START, None));
    assert!(shown.event_ids.is_empty());
    assert_eq!(shop.head().await?, head);
    let done = shop.commands.carry_out(&command, &api()).await?;
    assert_eq!(shown.events, done.events);
    let head = shop.head().await?;
    assert_eq!(
        preview.carry_out(&void_of(&command), &api()).await?.events.len(),
        1
    );
    let back = return_of(&command, 1, "1", Disposition::Restock);
    assert_eq!(preview.carry_out(&back, &api()).await?.version(), Version::new(1));
    assert_eq!(shop.head().await?, head);
    Ok(())
}

#[tokio::test]
async fn a_void_is_done_once_and_its_retry_gets_the_first_answer() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let command = sale(&[("cafe", "1")]);
    assert_eq!(
        reason(shop.commands.carry_out(&void_of(&command), &api()).await),
        "SALE_NOT_FOUND"
    );
    shop.commands.carry_out(&command, &api()).await?;
    let first = shop.commands.carry_out(&void_of(&command), &api()).await?;
    let again = shop.commands.carry_out(&void_of(&command), &api()).await?;
    assert!(again.replayed);
    assert_eq!((again.events, again.position), (first.events, first.position));
    let mut other = void_of(&command);
    other.reason = "Outra coisa".to_owned();
    assert_eq!(
        reason(shop.commands.carry_out(&other, &api()).await),
        "SALE_ALREADY_VOIDED"
    );
    let back = return_of(&command, 1, "1", Disposition::Restock);
    assert_eq!(
        reason(shop.commands.carry_out(&back, &api()).await),
        "SALE_VOIDED"
    );
    Ok(())
}

#[tokio::test]
async fn returns_are_recorded_once_each_and_never_exceed_the_sale() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let command = sale(&[("cafe", "3")]);
    shop.commands.carry_out(&command, &api()).await?;
    let first = return_of(&command, 1, "2", Disposition::Restock);
    let receipt = shop.commands.carry_out(&first, &api()).await?;
    assert_eq!(receipt.version(), Version::new(2));
    let second = return_of(&command, 1, "1", Disposition::Discard);
    shop.commands.carry_out(&second, &api()).await?;
    let head = shop.head().await?;
    let again = shop.commands.carry_out(&first, &api()).await?;
    assert!(again.replayed);
    assert_eq!((again.events, again.position), (receipt.events, receipt.position));
    let mut changed = first;
    changed.lines[0].disposition = Disposition::Damaged;
    assert_eq!(
        reason(shop.commands.carry_out(&changed, &api()).await),
        "IDEMPOTENCY_MISMATCH"
    );
    let more = return_of(&command, 1, "1", Disposition::Restock);
    assert_eq!(
        reason(shop.commands.carry_out(&more, &api()).await),
        "RETURN_EXCEEDS_SOLD"
    );
    assert_eq!(
        reason(shop.commands.carry_out(&void_of(&command), &api()).await),
        "SALE_HAS_RETURNS"
    );
    assert_eq!(shop.head().await?, head);
    Ok(())
}

#[tokio::test]
async fn a_strict_catalogue_refuses_what_it_does_not_know() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.be_strict().await?;
    let ids = EventIds::from_fn(|| Uuid::from_u128(7));
    let strict = Commands::with(shop.log.clone(), ids);
    let refused = strict
        .carry_out(&sale(&[("cafe", "1"), ("cha", "1")]), &api())
        .await;
    let error = refused.unwrap_err();
    assert_eq!(error.reason(), "PRODUCT_UNKNOWN");
    assert_eq!(error.field().as_deref(), Some("lines[1].sku"));
    let receipt = strict.carry_out(&sale(&[("cafe", "1")]), &api()).await?;
    assert_eq!(
        receipt.event_ids,
        [Uuid::from_u128(7)],
        "ids come from where the caller says"
    );
    shop.set_policy(Policy::default()).await?;
    shop.commands.carry_out(&sale(&[("cha", "1")]), &api()).await?;
    Ok(())
}
