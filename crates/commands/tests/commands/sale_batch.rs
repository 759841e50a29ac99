//! Many sales at once get what each would get alone.

use posars_commands::{BATCH_MAX, CommandError, Commands, Offered, Source, Written};
use posars_domain::sale::{RecordSale, id_of_receipt};
use posars_domain::{FiscalRef, Payment, PaymentMethod, ReceiptNumber, RejectionKind, SaleId};
use posars_event_store::ReadLog;
use uuid::Uuid;

use super::shop::{Shop, api, asked_as, cents, reason, sale, told, v, void_of};

fn offered(sales: &[RecordSale]) -> Vec<Offered<RecordSale>> {
    sales
        .iter()
        .map(|sale| Offered::new(sale.clone(), api()))
        .collect()
}

async fn answers(commands: &Commands, sales: &[RecordSale]) -> Vec<String> {
    told(commands.record_sales(&offered(sales)).await)
}

fn receipt(mut sale: RecordSale, number: &str) -> RecordSale {
    sale.receipt = Some(ReceiptNumber::new(Some("1"), number).unwrap());
    sale
}

#[tokio::test]
async fn new_sales_are_one_commit_in_their_order_and_come_once() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let before = shop.head().await?;
    let sales: Vec<RecordSale> = (0..40)
        .map(|number| receipt(sale(&[("cafe", "1"), ("pao", "2")]), &number.to_string()))
        .collect();
    assert_eq!(answers(&shop.commands, &sales).await, vec!["now"; 40]);
    let page = shop.log.read_log(&ReadLog::after(before, 100)).await?;
    let streams: Vec<String> = page.events.iter().map(|event| event.stream.to_string()).collect();
    let expected: Vec<String> = sales
        .iter()
        .map(|sale| format!("sale-{}", sale.sale_id))
        .collect();
    assert_eq!(streams, expected);
    let recorded_at = page.events.first().unwrap().recorded_at;
    assert!(
        page.events.iter().all(|event| event.recorded_at == recorded_at),
        "one transaction"
    );
    let head = shop.head().await?;
    assert_eq!(answers(&shop.commands, &sales).await, vec!["before"; 40]);
    assert_eq!(shop.head().await?, head);
    Ok(())
}

/// The rows of a table of the log.
/// Asserts that the sales go in so many appends, none of them alone, and are known afterwards.
async fn assert_appends(shop: &Shop, sales: &[RecordSale], appends: i64) -> anyhow::Result<()> {
    let (keys, commits) = (shop.count("idempotency").await?, shop.count("commits").await?);
    assert_eq!(answers(&shop.commands, sales).await, vec!["now"; sales.len()]);
    assert_eq!(shop.count("idempotency").await?, keys, "a sale went alone");
    assert_eq!(shop.count("commits").await? - commits, appends);
    assert_eq!(answers(&shop.commands, sales).await, vec!["before"; sales.len()]);
    Ok(())
}

/// 40 sales of about 195 kB each: two appends of 4 MiB.
fn sales_for_two_appends() -> Vec<RecordSale> {
    let lines = ["cafe", "pao"].into_iter().cycle().map(|sku| (sku, "1"));
    let mut long = sale(&lines.take(500).collect::<Vec<_>>());
    for line in &mut long.lines {
        line.description = "x".repeat(250).into();
    }
    let numbered = (0..40).map(|number| RecordSale {
        sale_id: SaleId::new(Uuid::now_v7()),
        ..receipt(long.clone(), &number.to_string())
    });
    numbered.collect()
}

#[tokio::test]
async fn sales_too_large_for_one_append_go_in_several() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    assert_appends(&shop, &sales_for_two_appends(), 2).await
}

#[tokio::test]
async fn sales_with_too_many_claims_for_one_append_go_in_several() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let mut pix = 0;
    let sales: Vec<RecordSale> = (0..BATCH_MAX)
        .map(|_| {
            let mut sale = sale(&[("cafe", "3")]);
            let mut third = || {
                pix += 1;
                Payment {
                    pix_e2e_id: Some(format!("E00000000202611201500{pix:011}")),
                    ..Payment::new(PaymentMethod::PIX, cents(1_000))
                }
            };
            sale.payments = vec![third(), third(), third(), third(), third()];
            sale.lines.first_mut().unwrap().quantity = v("5");
            sale.total = None;
            sale
        })
        .collect();
    // Six checks each and one for the store, of 4,000 an append.
    assert_appends(&shop, &sales, 2).await
}

#[tokio::test]
async fn each_gets_its_own_answer_and_none_stands_in_the_way_of_the_others() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let known = receipt(sale(&[("cafe", "1")]), "1");
    let changed = receipt(sale(&[("cafe", "1")]), "2");
    shop.commands.carry_out(&known, &api()).await?;
    assert_eq!(
        answers(&shop.commands, std::slice::from_ref(&changed)).await,
        ["now"]
    );
    let mut other_content = changed.clone();
    other_content.seller = Some("Bia".to_owned());
    let mut elsewhere = sale(&[("cafe", "1")]);
    elsewhere.store_id = v("filial");
    let mut unpaid = sale(&[("cafe", "1")]);
    unpaid.payments.clear();
    let fresh = receipt(sale(&[("cafe", "1")]), "3");
    let mixed = [
        known,
        other_content,
        receipt(sale(&[("cafe", "1")]), "1"),
        elsewhere,
        unpaid,
        fresh.clone(),
        sale(&[("pao", "1")]),
    ];
    let head = shop.head().await?;
    let expected = [
        "before",
        "IDEMPOTENCY_MISMATCH",
        "DUPLICATE_RECEIPT",
        "UNKNOWN_STORE",
        "PAYMENT_TOTAL_MISMATCH",
        "now",
        "now",
    ];
    assert_eq!(answers(&shop.commands, &mixed).await, expected);
    assert_eq!(shop.head().await?, head.plus(2));
    assert_eq!(shop.events(&format!("sale-{}", fresh.sale_id)).await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn the_same_sale_or_receipt_twice_in_one_batch_counts_once() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let twice = sale(&[("cafe", "1")]);
    let (one, other) = (
        receipt(sale(&[("cafe", "1")]), "7"),
        receipt(sale(&[("pao", "1")]), "7"),
    );
    let told = answers(&shop.commands, &[twice.clone(), one, twice, other]).await;
    assert_eq!(told, ["now", "now", "before", "DUPLICATE_RECEIPT"]);
    Ok(())
}

/// A sale and another that wants the same thing, which `same` gives both of them, many times over.
fn rivals(pairs: u32, same: impl Fn(RecordSale, u32) -> RecordSale) -> Vec<RecordSale> {
    let pair = |number: u32| [("cafe", "1"), ("pao", "1")].map(|line| same(sale(&[line]), number));
    (0..pairs).flat_map(pair).collect()
}

#[tokio::test]
async fn of_those_that_want_the_same_receipt_key_or_pix_the_first_row_has_it() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let by_receipt = |sale, number: u32| receipt(sale, &format!("r{number}"));
    let by_fiscal_key = |sale: RecordSale, number: u32| RecordSale {
        fiscal_ref: Some(FiscalRef {
            access_key: Some(v(&format!("{number:044}"))),
            ..FiscalRef::default()
        }),
        ..sale
    };
    let by_pix = |sale: RecordSale, number: u32| RecordSale {
        payments: vec![Payment {
            pix_e2e_id: Some(format!("E00000000202611201500{number:011}")),
            ..Payment::new(PaymentMethod::PIX, cents(1_000))
        }],
        ..sale
    };
    let taken = receipt(sale(&[("cafe", "1")]), "taken");
    shop.commands.carry_out(&taken, &api()).await?;
    for (refusal, sales) in [
        ("DUPLICATE_RECEIPT", rivals(30, by_receipt)),
        ("DUPLICATE_FISCAL_KEY", rivals(30, by_fiscal_key)),
        ("PIX_ID_ALREADY_USED", rivals(30, by_pix)),
    ] {
        // The log refuses them together for this one, so that each is looked at.
        let in_the_way = receipt(sale(&[("cafe", "1")]), "taken");
        let sales: Vec<RecordSale> = [in_the_way].into_iter().chain(sales).collect();
        let mut expected = vec!["DUPLICATE_RECEIPT"];
        expected.extend(["now", refusal].repeat(30));
        assert_eq!(answers(&shop.commands, &sales).await, expected);
    }
    Ok(())
}

#[tokio::test]
async fn rows_that_go_alone_keep_their_order_too() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.be_strict().await?;
    let sales = rivals(30, |sale, number| receipt(sale, &number.to_string()));
    assert_eq!(
        answers(&shop.commands, &sales).await,
        ["now", "DUPLICATE_RECEIPT"].repeat(30)
    );
    // So do those that share a key of the caller's own.
    let key = Uuid::now_v7();
    let keyed: Vec<_> = rivals(10, |sale, _| sale)
        .into_iter()
        .map(|sale| Offered::new(sale, asked_as(key)))
        .collect();
    let answers = told(shop.commands.record_sales(&keyed).await);
    assert_eq!(answers.first().map(String::as_str), Some("now"));
    assert_eq!(
        answers.get(1..),
        Some(vec!["IDEMPOTENCY_MISMATCH".to_owned(); 19].as_slice())
    );
    Ok(())
}

/// As a spreadsheet has it: a sale that is known by its receipt only.
fn named(number: &str) -> RecordSale {
    let mut sale = receipt(sale(&[("cafe", "1")]), number);
    let receipt = sale.receipt.as_ref().unwrap();
    sale.sale_id = id_of_receipt(sale.store_id.as_str(), sale.register_no.as_ref(), receipt);
    sale
}

#[tokio::test]
async fn a_receipt_serves_one_sale_also_if_the_sale_is_named_after_it() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let commands = &shop.commands;
    let taken = |sale: RecordSale| async move {
        let refused = commands.carry_out(&sale, &api()).await.unwrap_err();
        assert!(matches!(&refused, CommandError::Rejected(no) if no.kind() == RejectionKind::Duplicate));
        refused.reason().to_owned()
    };
    let keyed = |number: &str| receipt(sale(&[("pao", "1")]), number);
    // The name first, then the key.
    assert_eq!(
        answers(&shop.commands, &[named("1"), named("2")]).await,
        ["now"; 2]
    );
    assert_eq!(taken(keyed("1")).await, "DUPLICATE_RECEIPT");
    assert_eq!(
        answers(&shop.commands, &[keyed("2"), keyed("3")]).await,
        ["DUPLICATE_RECEIPT", "now"]
    );
    // The key first, then the name.
    assert_eq!(
        answers(&shop.commands, &[named("3"), named("4"), named("1")]).await,
        ["DUPLICATE_RECEIPT", "now", "before"]
    );
    assert_eq!(taken(named("3")).await, "DUPLICATE_RECEIPT");
    // Both at once.
    assert_eq!(
        answers(&shop.commands, &[named("5"), keyed("5"), keyed("6"), named("6")]).await,
        ["now", "DUPLICATE_RECEIPT", "now", "DUPLICATE_RECEIPT"]
    );
    Ok(())
}

#[tokio::test]
async fn alone_and_together_know_each_other() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let alone = sale(&[("cafe", "1")]);
    let first = shop.commands.carry_out(&alone, &api()).await?;
    let together = sale(&[("pao", "2")]);
    assert_eq!(
        answers(&shop.commands, &[alone, together.clone()]).await,
        ["before", "now"]
    );
    // Also after something has happened to it.
    shop.commands.carry_out(&void_of(&together), &api()).await?;
    assert_eq!(
        answers(&shop.commands, std::slice::from_ref(&together)).await,
        ["before"]
    );
    let again = shop.commands.carry_out(&together, &api()).await?;
    assert!(again.replayed);
    assert_eq!(
        again.position,
        first.position.plus(1),
        "the answer that the batch would have given"
    );
    let mut other_content = together;
    other_content.seller = Some("Bia".to_owned());
    assert_eq!(
        reason(shop.commands.carry_out(&other_content, &api()).await),
        "IDEMPOTENCY_MISMATCH"
    );
    Ok(())
}

#[tokio::test]
async fn processes_that_offer_the_same_sales_at_once_record_each_once() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let sales: Vec<RecordSale> = (0..60)
        .map(|number| receipt(sale(&[("cafe", "1")]), &number.to_string()))
        .collect();
    let before = shop.head().await?;
    let mut tasks = Vec::new();
    for shift in [0, 20, 40] {
        let commands = Commands::new(shop.another_process().await?);
        let mut sales = sales.clone();
        sales.rotate_left(shift);
        tasks.push(tokio::spawn(async move { answers(&commands, &sales).await }));
    }
    let mut now = 0;
    for task in tasks {
        let told = task.await?;
        assert!(
            told.iter().all(|answer| answer == "now" || answer == "before"),
            "{told:?}"
        );
        now += told.iter().filter(|answer| *answer == "now").count();
    }
    assert_eq!(now, sales.len());
    assert_eq!(shop.head().await?, before.plus(60));
    Ok(())
}

#[tokio::test]
async fn a_dry_run_answers_and_writes_nothing() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let head = shop.head().await?;
    let mut unpaid = sale(&[("cafe", "1")]);
    unpaid.payments.clear();
    let told = answers(&shop.commands.validate_only(), &[sale(&[("cafe", "1")]), unpaid]).await;
    assert_eq!(told, ["now", "PAYMENT_TOTAL_MISMATCH"]);
    assert_eq!(shop.head().await?, head);
    Ok(())
}

#[tokio::test]
async fn what_needs_a_look_of_its_own_goes_alone() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.be_strict().await?;
    assert_eq!(
        answers(&shop.commands, &[sale(&[("cafe", "1")]), sale(&[("cha", "1")])]).await,
        ["now", "PRODUCT_UNKNOWN"]
    );
    // The caller's own key stays taken by the sale that it came with.
    let key = Uuid::now_v7();
    let keyed = Offered::new(sale(&[("cafe", "1")]), asked_as(key));
    let told = shop.commands.record_sales(&[keyed]).await;
    assert!(matches!(told.as_slice(), [Ok(Written::Now)]), "{told:?}");
    assert_eq!(
        reason(
            shop.commands
                .carry_out(&sale(&[("pao", "1")]), &asked_as(key))
                .await
        ),
        "IDEMPOTENCY_MISMATCH"
    );
    Ok(())
}

#[tokio::test]
async fn settings_of_a_store_that_are_over_count_for_no_sale_of_a_batch() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    assert_eq!(answers(&shop.commands, &[sale(&[("cafe", "1")])]).await, ["now"]);
    // This process has the old settings in its memory.
    shop.move_to_manaus().await?;
    let before = shop.head().await?;
    // Every append of the batch asks for itself.
    let sales = sales_for_two_appends();
    assert_eq!(answers(&shop.commands, &sales).await, vec!["now"; 40]);
    let page = shop.log.read_log(&ReadLog::after(before, 100)).await?;
    let hours = page.events.iter();
    let hours = hours.filter(|event| event.data.contains(r#""local_hour":11"#));
    assert_eq!((hours.count(), page.events.len()), (40, 40));
    Ok(())
}

#[tokio::test]
async fn rows_of_a_sheet_leave_their_mark_in_each_event() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let from_row = |row| {
        let mut envelope = api();
        envelope.source = Source::Import {
            file_sha256: "ab".into(),
            sheet: "Vendas".into(),
            row,
        };
        Offered::new(sale(&[("cafe", "1")]), envelope)
    };
    let before = shop.head().await?;
    let told = shop.commands.record_sales(&[from_row(2), from_row(3)]).await;
    assert!(told.iter().all(Result::is_ok), "{told:?}");
    let page = shop.log.read_log(&ReadLog::after(before, 10)).await?;
    let rows: Vec<bool> = page
        .events
        .iter()
        .zip([2, 3])
        .map(|(event, row)| event.metadata.contains(&format!(r#""row":{row}"#)))
        .collect();
    assert_eq!(rows, [true, true]);
    Ok(())
}
