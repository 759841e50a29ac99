//! `StockDocumentService` and `StockAlertService` on a real socket: what was written about stock is read back, and what it
//! lacks is told.

use crate::shop::{COMPANY, STORE, Shop, brl, date, decimal, fields, occurred_at, refused, sale, store};
use posars_gateway::proto::inventory::v1::receive_stock_line::Cost;
use posars_gateway::proto::inventory::v1::{
    AdjustStockRequest, AdjustmentReason, DefineProductRequest, GetStockAdjustmentRequest,
    GetStockReceiptRequest, ListShortagesRequest, ListStockAdjustmentsRequest, ListStockReceiptsRequest,
    ListWaitingSaleLinesRequest, ReceiveStockLine, ReceiveStockRequest, SaleMovement,
};
use tonic::Code;
use uuid::Uuid;

const ACCESS_KEY: &str = "35261112ABC34501DE35550010000010011000010017";
const EVERY_STORE: &str = "companies/acme/stores/-";

fn receipt(parent: &str, supplier: &str) -> ReceiveStockRequest {
    let line = |line_id, sku: &str, quantity, total| ReceiveStockLine {
        line_id,
        sku: sku.into(),
        quantity: decimal(quantity),
        cost: brl(total).map(Cost::TotalCost),
        landed: brl(25),
    };
    ReceiveStockRequest {
        parent: parent.into(),
        receipt_id: Uuid::now_v7().to_string(),
        occur_time: occurred_at(),
        supplier: supplier.into(),
        lines: vec![line(7, "cafe_500g", "10", 12_345), line(3, "a/b", "1.5", 300)],
        ..Default::default()
    }
}

fn adjustment(sku: &str, delta: &str, reason: AdjustmentReason) -> AdjustStockRequest {
    AdjustStockRequest {
        name: format!("{STORE}/stockItems/{sku}"),
        adjustment_id: Uuid::now_v7().to_string(),
        occur_time: occurred_at(),
        delta: decimal(delta),
        reason: reason.into(),
        allow_negative: true,
        ..Default::default()
    }
}

async fn receive(shop: &Shop, request: ReceiveStockRequest) -> u64 {
    let answer = shop.stock().receive_stock(request).await.unwrap().into_inner();
    answer.recorded.unwrap().position
}

async fn adjust(shop: &Shop, request: AdjustStockRequest) -> u64 {
    let answer = shop.stock().adjust_stock(request).await.unwrap().into_inner();
    answer.recorded.unwrap().position
}

#[tokio::test]
async fn a_receipt_is_read_back_with_its_lines() {
    let shop = Shop::open().await;
    let _work = shop.work();
    let written = ReceiveStockRequest {
        access_key: ACCESS_KEY.into(),
        ..receipt(STORE, "Torrefação Central")
    };
    let position = receive(&shop, written.clone()).await;
    let name = format!("{STORE}/stockReceipts/{}", written.receipt_id);
    let request = GetStockReceiptRequest {
        name: name.clone(),
        min_position: position,
    };
    let mut documents = shop.stock_documents();
    let answer = documents.get_stock_receipt(request).await.unwrap().into_inner();
    assert!(answer.position >= position);
    let read = answer.stock_receipt.unwrap();
    assert_eq!(
        (&read.name, &read.receipt_id, read.store_id.as_str()),
        (&name, &written.receipt_id, "sp01")
    );
    assert_eq!(
        (&read.supplier, &read.access_key, read.occur_time),
        (&written.supplier, &written.access_key, written.occur_time)
    );
    assert_eq!(
        (read.line_count, read.value, read.position),
        (2, brl(12_345 + 300 + 50), position)
    );
    let lines: Vec<_> = read
        .lines
        .iter()
        .map(|line| {
            (
                line.line_id,
                line.sku.as_str(),
                line.quantity.clone(),
                line.value.clone(),
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            (3, "a/b", decimal("1.5"), brl(325)),
            (7, "cafe_500g", decimal("10"), brl(12_370)),
        ]
    );
    for missing in [
        format!("{STORE}/stockReceipts/{}", Uuid::now_v7()),
        format!("companies/acme/stores/rj02/stockReceipts/{}", written.receipt_id),
    ] {
        let request = GetStockReceiptRequest {
            name: missing,
            min_position: 0,
        };
        let answer = documents.get_stock_receipt(request).await;
        refused(answer, Code::NotFound, "STOCK_RECEIPT_NOT_FOUND");
    }
    let odd = GetStockReceiptRequest {
        name: format!("{STORE}/stockReceipts/7"),
        min_position: 0,
    };
    let details = refused(
        documents.get_stock_receipt(odd).await,
        Code::InvalidArgument,
        "RECEIPT_ID_INVALID",
    );
    assert_eq!(fields(&details), ["name"]);
}

#[tokio::test]
async fn receipts_are_listed_by_what_is_asked_of_them_in_pages() {
    let shop = Shop::open().await;
    let _work = shop.work();
    shop.companies().define_store(store("rj02")).await.unwrap();
    let with_key = ReceiveStockRequest {
        access_key: ACCESS_KEY.into(),
        ..receipt(STORE, "Sul")
    };
    receive(&shop, with_key).await;
    receive(&shop, receipt(STORE, "Norte")).await;
    receive(&shop, receipt("companies/acme/stores/rj02", "Sul")).await;
    let position = receive(&shop, receipt(STORE, "")).await;
    let list = |parent: &str| ListStockReceiptsRequest {
        parent: parent.into(),
        min_position: position,
        ..Default::default()
    };
    let first = shop.stock_documents().list_stock_receipts(list(STORE)).await;
    let first = first.unwrap().into_inner().stock_receipts;
    assert!(first.iter().all(|receipt| receipt.lines.is_empty()));
    let day = first[0].business_date;
    let later = date(2026, 12, 31);
    for (request, expected) in [
        (list(STORE), &["Sul", "Norte", ""][..]),
        (list(EVERY_STORE), &["Sul", "Norte", "Sul", ""]),
        (
            ListStockReceiptsRequest {
                supplier: " Sul ".into(),
                ..list(EVERY_STORE)
            },
            &["Sul", "Sul"],
        ),
        (
            ListStockReceiptsRequest {
                access_key: ACCESS_KEY.into(),
                ..list(STORE)
            },
            &["Sul"],
        ),
        (
            ListStockReceiptsRequest {
                start_date: day,
                end_date: day,
                ..list(STORE)
            },
            &["Sul", "Norte", ""],
        ),
        (
            ListStockReceiptsRequest {
                start_date: later,
                ..list(STORE)
            },
            &[],
        ),
    ] {
        for page_size in [0, 1] {
            let request = ListStockReceiptsRequest {
                page_size,
                ..request.clone()
            };
            assert_eq!(suppliers(&shop, &request).await, expected, "{request:?}");
        }
    }
}

/// Who delivered, of all pages.
async fn suppliers(shop: &Shop, request: &ListStockReceiptsRequest) -> Vec<String> {
    let (mut suppliers, mut request) = (Vec::new(), request.clone());
    loop {
        let page = shop
            .stock_documents()
            .list_stock_receipts(request.clone())
            .await
            .unwrap();
        let page = page.into_inner();
        suppliers.extend(page.stock_receipts.into_iter().map(|receipt| receipt.supplier));
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return suppliers;
        }
    }
}

#[tokio::test]
async fn everything_that_a_list_cannot_read_is_named() {
    let shop = Shop::open().await;
    let mut documents = shop.stock_documents();
    let odd = ListStockReceiptsRequest {
        parent: STORE.into(),
        start_date: date(2026, 12, 31),
        end_date: date(2026, 12, 30),
        access_key: "123".into(),
        supplier: "a\0b".into(),
        page_size: 1001,
        ..Default::default()
    };
    let details = refused(
        documents.list_stock_receipts(odd).await,
        Code::InvalidArgument,
        "INVALID_REQUEST",
    );
    let mut named = fields(&details);
    named.sort_unstable();
    assert_eq!(named, ["access_key", "end_date", "page_size", "supplier"]);
}

#[tokio::test]
async fn an_adjustment_is_read_back_with_its_reason() {
    let shop = Shop::open().await;
    let _work = shop.work();
    let product = DefineProductRequest {
        parent: COMPANY.into(),
        sku: "cafe_500g".into(),
        display_name: "Café 500 g".into(),
        ..Default::default()
    };
    shop.products().define_product(product).await.unwrap();
    receive(&shop, receipt(STORE, "Sul")).await;
    let written = AdjustStockRequest {
        note: "doado".into(),
        ..adjustment("cafe_500g", "-4", AdjustmentReason::Other)
    };
    adjust(&shop, written.clone()).await;
    let position = adjust(&shop, adjustment("a%2Fb", "1", AdjustmentReason::Found)).await;
    let name = format!("{STORE}/stockAdjustments/{}", written.adjustment_id);
    let request = GetStockAdjustmentRequest {
        name: name.clone(),
        min_position: position,
    };
    let mut documents = shop.stock_documents();
    let answer = documents
        .get_stock_adjustment(request)
        .await
        .unwrap()
        .into_inner();
    let read = answer.stock_adjustment.unwrap();
    assert_eq!(
        (&read.name, read.sku.as_str(), read.product_name.as_str()),
        (&name, "cafe_500g", "Café 500 g")
    );
    assert_eq!((read.delta, read.value_change), (decimal("-4"), brl(-4_948)));
    assert_eq!(
        (read.balance_quantity, read.balance_value),
        (decimal("6"), brl(12_370 - 4_948))
    );
    assert_eq!(
        (read.reason, read.note.as_str(), read.provisional),
        (AdjustmentReason::Other.into(), "doado", false)
    );
    for (reason, expected) in [
        (AdjustmentReason::Unspecified, &["cafe_500g", "a/b"][..]),
        (AdjustmentReason::Found, &["a/b"]),
        (AdjustmentReason::Loss, &[]),
    ] {
        let request = ListStockAdjustmentsRequest {
            parent: STORE.into(),
            reason: reason.into(),
            ..Default::default()
        };
        let page = documents
            .list_stock_adjustments(request)
            .await
            .unwrap()
            .into_inner();
        let skus: Vec<_> = page.stock_adjustments.into_iter().map(|each| each.sku).collect();
        assert_eq!(skus, expected, "{reason:?}");
    }
    let request = GetStockAdjustmentRequest {
        name: format!("{STORE}/stockAdjustments/{}", Uuid::now_v7()),
        min_position: 0,
    };
    let answer = documents.get_stock_adjustment(request).await;
    refused(answer, Code::NotFound, "STOCK_ADJUSTMENT_NOT_FOUND");
}

#[tokio::test]
async fn a_shortage_is_listed_while_it_is_open_and_after() {
    let shop = Shop::open().await;
    let _work = shop.work();
    adjust(&shop, adjustment("cafe_500g", "-4", AdjustmentReason::Count)).await;
    adjust(&shop, adjustment("a%2Fb", "-1.5", AdjustmentReason::Count)).await;
    let position = adjust(&shop, adjustment("a%2Fb", "2", AdjustmentReason::Found)).await;
    let mut alerts = shop.stock_alerts();
    let mut list = async |open_only| {
        let request = ListShortagesRequest {
            parent: EVERY_STORE.into(),
            min_position: position,
            open_only,
            ..Default::default()
        };
        alerts
            .list_shortages(request)
            .await
            .unwrap()
            .into_inner()
            .shortages
    };
    let all = list(false).await;
    assert_eq!(
        (all[0].stock_item.as_str(), all[0].open, all[0].missing.clone()),
        (
            "companies/acme/stores/sp01/stockItems/a%2Fb",
            false,
            decimal("1.5")
        )
    );
    assert_eq!(
        (all[0].end_time, all[0].times, all[0].sale.as_str()),
        (occurred_at(), 1, "")
    );
    assert_eq!(all[0].end_date, all[0].start_date);
    let open = list(true).await;
    assert_eq!(open.len(), 1);
    assert_eq!(
        (open[0].sku.as_str(), open[0].product_name.as_str(), open[0].open),
        ("cafe_500g", "cafe_500g", true)
    );
    assert_eq!(
        (open[0].start_time, open[0].end_time, open[0].end_date),
        (occurred_at(), None, None)
    );
}

#[tokio::test]
async fn lines_of_sales_wait_for_their_product() {
    let shop = Shop::open().await;
    let _work = shop.work();
    let sale_id = Uuid::now_v7();
    let sold = shop
        .sales()
        .record_sale(sale(sale_id))
        .await
        .unwrap()
        .into_inner();
    let position = shop.wait_past(sold.recorded.unwrap().position).await;
    let mut alerts = shop.stock_alerts();
    let list = |sku: &str, min_position| ListWaitingSaleLinesRequest {
        parent: STORE.into(),
        sku: sku.into(),
        min_position,
        ..Default::default()
    };
    let waiting = alerts.list_waiting_sale_lines(list("", position)).await.unwrap();
    let waiting = waiting.into_inner().waiting_sale_lines;
    let shown: Vec<_> = waiting
        .iter()
        .map(|line| (line.sku.as_str(), line.line_id, line.quantity.clone()))
        .collect();
    assert_eq!(
        shown,
        [
            ("cafe_500g", 1, decimal("2")),
            ("queijo/minas", 2, decimal("0.35"))
        ]
    );
    assert_eq!(
        (
            waiting[0].sale.clone(),
            waiting[0].movement,
            waiting[0].return_id.as_str()
        ),
        (
            format!("companies/acme/sales/{sale_id}"),
            SaleMovement::Sale.into(),
            ""
        )
    );
    assert_eq!(
        (waiting[0].occur_time, waiting[0].store_id.as_str()),
        (occurred_at(), "sp01")
    );
    let product = DefineProductRequest {
        parent: COMPANY.into(),
        sku: "cafe_500g".into(),
        display_name: "Café 500 g".into(),
        ..Default::default()
    };
    let defined = shop
        .products()
        .define_product(product)
        .await
        .unwrap()
        .into_inner();
    let position = shop.wait_past(defined.recorded.unwrap().position).await;
    for (sku, left) in [("", 1), ("cafe_500g", 0), ("queijo/minas", 1)] {
        let answer = alerts.list_waiting_sale_lines(list(sku, position)).await.unwrap();
        assert_eq!(answer.into_inner().waiting_sale_lines.len(), left, "{sku:?}");
    }
}
