//! `StockService` on a real socket: every kind of answer.

use crate::shop::{COMPANY, STORE, Shop, brl, decimal, fields, occurred_at, refused, sale, value};
use posars_commands::reactors::{LowStockReactor, ReactorRunner};
use posars_gateway::proto::inventory::v1::receive_stock_line::Cost;
use posars_gateway::proto::inventory::v1::{
    AdjustStockRequest, AdjustmentReason, DefineProductRequest, DefineStockPolicyRequest,
    GetStockItemRequest, ListStockItemsRequest, ListStockMovementsRequest, ListStockPoliciesRequest,
    ReceiveStockLine, ReceiveStockRequest, StockItem, StockMovementKind,
};
use tonic::Code;
use uuid::Uuid;

const COFFEE: &str = "companies/acme/stores/sp01/stockItems/cafe_500g";

fn received(sku: &str, quantity: &str, unit_cost: &str) -> ReceiveStockLine {
    ReceiveStockLine {
        sku: sku.into(),
        quantity: decimal(quantity),
        cost: decimal(unit_cost).map(Cost::UnitCost),
        ..Default::default()
    }
}

fn receipt(lines: Vec<ReceiveStockLine>) -> ReceiveStockRequest {
    ReceiveStockRequest {
        parent: STORE.into(),
        receipt_id: Uuid::now_v7().to_string(),
        occur_time: occurred_at(),
        supplier: "Torrefação Central".into(),
        lines,
        ..Default::default()
    }
}

fn adjustment(delta: &str) -> AdjustStockRequest {
    AdjustStockRequest {
        name: COFFEE.into(),
        adjustment_id: Uuid::now_v7().to_string(),
        occur_time: occurred_at(),
        delta: decimal(delta),
        reason: AdjustmentReason::Count.into(),
        ..Default::default()
    }
}

fn item_figures(item: &StockItem) -> (String, i64, String) {
    let quantity = item.quantity.clone().unwrap().value;
    (
        quantity,
        item.value.clone().unwrap().amount_minor,
        item.etag.clone(),
    )
}

#[tokio::test]
async fn receives_all_lines_as_one() {
    let shop = Shop::open().await;
    let mut stock = shop.stock();
    let mut request = receipt(vec![
        received("cafe_500g", "10", "12.345"),
        received("a/b", "1.5", "2"),
    ]);
    request.lines[1].landed = brl(50);
    request.lines[1].cost = brl(300).map(Cost::TotalCost);
    let answer = stock.receive_stock(request.clone()).await.unwrap().into_inner();
    assert_eq!(answer.stock_items.len(), 2);
    assert_eq!(
        item_figures(&answer.stock_items[0]),
        ("10".into(), 12345, "1".into())
    );
    assert_eq!(answer.stock_items[0].average_cost, decimal("12.345"));
    assert_eq!(
        item_figures(&answer.stock_items[1]),
        ("1.5".into(), 350, "1".into())
    );
    assert_eq!(
        answer.stock_items[1].name,
        "companies/acme/stores/sp01/stockItems/a%2Fb"
    );
    let recorded = answer.recorded.unwrap();
    assert_eq!(recorded.event_ids.len(), 2);

    let again = stock
        .receive_stock(request.clone())
        .await
        .unwrap()
        .into_inner()
        .recorded
        .unwrap();
    assert_eq!((again.replayed, again.event_ids), (true, recorded.event_ids));
    request.lines[0].quantity = decimal("11");
    refused(
        stock.receive_stock(request).await,
        Code::AlreadyExists,
        "IDEMPOTENCY_MISMATCH",
    );
}

#[tokio::test]
async fn a_receipt_is_told_all_that_is_wrong() {
    let shop = Shop::open().await;
    let mut request = receipt(vec![received("cafe_500g", "dez", "1"), received("", "1", "-1")]);
    request.lines.push(ReceiveStockLine {
        sku: "x".into(),
        quantity: decimal("1"),
        ..Default::default()
    });
    request.access_key = "123".into();
    request.receipt_id = "1".into();
    let details = refused(
        shop.stock().receive_stock(request).await,
        Code::InvalidArgument,
        "INVALID_REQUEST",
    );
    assert_eq!(
        fields(&details),
        [
            "receipt_id",
            "access_key",
            "lines[0].quantity",
            "lines[1].sku",
            "lines[1].unit_cost",
            "lines[2].cost"
        ]
    );
    let details = refused(
        shop.stock().receive_stock(receipt(Vec::new())).await,
        Code::InvalidArgument,
        "FIELD_REQUIRED",
    );
    assert_eq!(fields(&details), ["lines"]);

    let none = receipt(vec![received("x", "1", "1"), received("cafe_500g", "0", "1")]);
    let details = refused(
        shop.stock().receive_stock(none).await,
        Code::InvalidArgument,
        "QUANTITY_NOT_POSITIVE",
    );
    assert_eq!(fields(&details), ["lines[1].quantity"]);

    let mut nowhere = receipt(vec![received("x", "1", "1")]);
    nowhere.parent = "companies/acme/stores/rj99".into();
    refused(
        shop.stock().receive_stock(nowhere).await,
        Code::NotFound,
        "UNKNOWN_STORE",
    );

    let mut dollars = receipt(vec![received("x", "1", "1")]);
    dollars.lines[0].landed = brl(1);
    dollars.lines[0].landed.as_mut().unwrap().currency_code = "USD".into();
    let details = refused(
        shop.stock().receive_stock(dollars).await,
        Code::InvalidArgument,
        "CURRENCY_MISMATCH",
    );
    assert_eq!(fields(&details), ["lines[0].landed.currency_code"]);
}

#[tokio::test]
async fn one_invoice_is_received_once() {
    let shop = Shop::open().await;
    let mut first = receipt(vec![received("x", "1", "1")]);
    first.access_key = "3".repeat(44);
    shop.stock().receive_stock(first.clone()).await.unwrap();
    let second = ReceiveStockRequest {
        receipt_id: Uuid::now_v7().to_string(),
        ..first
    };
    refused(
        shop.stock().receive_stock(second).await,
        Code::AlreadyExists,
        "DUPLICATE_FISCAL_KEY",
    );
}

#[tokio::test]
async fn adjusts_on_the_version_that_was_seen() {
    let shop = Shop::open().await;
    let mut stock = shop.stock();
    stock
        .receive_stock(receipt(vec![received("cafe_500g", "10", "12")]))
        .await
        .unwrap();

    let dry = AdjustStockRequest {
        etag: "1".into(),
        validate_only: true,
        ..adjustment("-3")
    };
    let answer = stock.adjust_stock(dry).await.unwrap().into_inner();
    assert_eq!(answer.recorded.unwrap().preview[0].event_type, "StockAdjusted");

    let seen = AdjustStockRequest {
        etag: "1".into(),
        ..adjustment("-3")
    };
    let answer = stock.adjust_stock(seen.clone()).await.unwrap().into_inner();
    assert_eq!(
        item_figures(&answer.stock_item.unwrap()),
        ("7".into(), 8400, "2".into())
    );
    let again = stock.adjust_stock(seen).await.unwrap().into_inner();
    assert!(again.recorded.unwrap().replayed);

    let stale = AdjustStockRequest {
        etag: "1".into(),
        ..adjustment("-1")
    };
    let details = refused(stock.adjust_stock(stale).await, Code::Aborted, "ETAG_MISMATCH");
    assert_eq!(
        (value(&details, "actual"), value(&details, "field")),
        ("2", "etag")
    );

    refused(
        stock.adjust_stock(adjustment("-8")).await,
        Code::FailedPrecondition,
        "STOCK_WOULD_GO_NEGATIVE",
    );
    let allowed = AdjustStockRequest {
        allow_negative: true,
        ..adjustment("-8")
    };
    let item = stock
        .adjust_stock(allowed)
        .await
        .unwrap()
        .into_inner()
        .stock_item
        .unwrap();
    assert_eq!(
        (item.quantity, item.short, item.average_cost),
        (decimal("-1"), true, None)
    );
}

#[tokio::test]
async fn an_adjustment_says_why() {
    let shop = Shop::open().await;
    let mut stock = shop.stock();
    let silent = AdjustStockRequest {
        reason: 0,
        ..adjustment("1")
    };
    let details = refused(
        stock.adjust_stock(silent).await,
        Code::InvalidArgument,
        "REASON_REQUIRED",
    );
    assert_eq!(fields(&details), ["reason"]);
    let newer = AdjustStockRequest {
        reason: 99,
        etag: "v1".into(),
        ..adjustment("1")
    };
    let details = refused(
        stock.adjust_stock(newer).await,
        Code::InvalidArgument,
        "INVALID_REQUEST",
    );
    assert_eq!(fields(&details), ["reason", "etag"]);
}

#[tokio::test]
async fn a_sale_leaves_the_stock_and_the_card_tells_how() {
    let shop = Shop::open().await;
    let _work = shop.work();
    let product = DefineProductRequest {
        parent: COMPANY.into(),
        sku: "cafe_500g".into(),
        display_name: "Café 500 g".into(),
        ..Default::default()
    };
    shop.products().define_product(product).await.unwrap();
    let mut stock = shop.stock();
    stock
        .receive_stock(receipt(vec![received("cafe_500g", "10", "12")]))
        .await
        .unwrap();
    let sale_id = Uuid::now_v7();
    let sold = shop
        .sales()
        .record_sale(sale(sale_id))
        .await
        .unwrap()
        .into_inner()
        .recorded
        .unwrap();

    let position = shop.wait_past(sold.position).await;
    let request = GetStockItemRequest {
        name: COFFEE.into(),
        min_position: position,
    };
    let answer = stock.get_stock_item(request).await.unwrap().into_inner();
    let item = answer.stock_item.unwrap();
    assert!(answer.position >= position);
    assert_eq!(item_figures(&item), ("8".into(), 9600, "2".into()));
    assert_eq!(
        (item.product_name.as_str(), item.average_cost),
        ("Café 500 g", decimal("12"))
    );

    let request = ListStockMovementsRequest {
        parent: COFFEE.into(),
        min_position: position,
        ..Default::default()
    };
    let card = stock
        .list_stock_movements(request)
        .await
        .unwrap()
        .into_inner()
        .stock_movements;
    let kinds: Vec<_> = card.iter().map(|movement| movement.kind()).collect();
    assert_eq!(kinds, [StockMovementKind::Received, StockMovementKind::Issued]);
    assert_eq!(
        (card[1].quantity_change.clone(), card[1].value_change.clone()),
        (decimal("-2"), brl(-2400))
    );
    assert_eq!(
        (card[1].balance_quantity.clone(), card[1].document.clone()),
        (decimal("8"), sale_id.to_string())
    );

    let unknown = GetStockItemRequest {
        name: format!("{STORE}/stockItems/nada"),
        min_position: 0,
    };
    refused(
        stock.get_stock_item(unknown).await,
        Code::NotFound,
        "STOCK_ITEM_NOT_FOUND",
    );
}

#[tokio::test]
async fn lists_stock_page_by_page() {
    let shop = Shop::open().await;
    let _work = shop.work();
    let mut stock = shop.stock();
    let lines = ["a", "b", "c", "d", "e"]
        .map(|sku| received(sku, "1", "1"))
        .to_vec();
    let recorded = stock
        .receive_stock(receipt(lines))
        .await
        .unwrap()
        .into_inner()
        .recorded
        .unwrap();
    let list = ListStockItemsRequest {
        parent: STORE.into(),
        page_size: 2,
        min_position: recorded.position,
        ..Default::default()
    };
    let mut skus = Vec::new();
    let mut request = list.clone();
    for _page in 0..3 {
        let page = stock
            .list_stock_items(request.clone())
            .await
            .unwrap()
            .into_inner();
        skus.extend(page.stock_items.into_iter().map(|item| item.sku));
        request.page_token = page.next_page_token;
    }
    assert_eq!(skus, ["a", "b", "c", "d", "e"]);
    assert_eq!(request.page_token, "", "the third page is the last");

    let first = stock.list_stock_items(list.clone()).await.unwrap().into_inner();
    let other = ListStockItemsRequest {
        page_token: first.next_page_token,
        short_only: true,
        ..list.clone()
    };
    let details = refused(
        stock.list_stock_items(other).await,
        Code::InvalidArgument,
        "PAGE_TOKEN_INVALID",
    );
    assert_eq!(fields(&details), ["page_token"]);
    let huge = ListStockItemsRequest {
        page_size: 1001,
        ..list.clone()
    };
    refused(
        stock.list_stock_items(huge).await,
        Code::InvalidArgument,
        "PAGE_SIZE_INVALID",
    );
    let everywhere = ListStockItemsRequest {
        parent: "companies/acme/stores/-".into(),
        page_size: 0,
        ..list
    };
    let all = stock.list_stock_items(everywhere).await.unwrap().into_inner();
    assert_eq!((all.stock_items.len(), all.next_page_token.as_str()), (5, ""));
}

fn policy(reorder_point: Option<&str>) -> DefineStockPolicyRequest {
    DefineStockPolicyRequest {
        name: COFFEE.into(),
        reorder_point: reorder_point.and_then(decimal),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_policy_holds_until_it_is_defined_anew() {
    let shop = Shop::open().await;
    let mut stock = shop.stock();
    let dry = DefineStockPolicyRequest {
        validate_only: true,
        ..policy(Some("6"))
    };
    let answer = stock.define_stock_policy(dry).await.unwrap().into_inner();
    assert_eq!(answer.recorded.unwrap().position, 0);
    let answer = stock
        .define_stock_policy(policy(Some("6.50")))
        .await
        .unwrap()
        .into_inner();
    let defined = answer.stock_policy.unwrap();
    assert_eq!(
        (
            defined.name.as_str(),
            defined.store_id.as_str(),
            defined.sku.as_str()
        ),
        (COFFEE, "sp01", "cafe_500g")
    );
    assert_eq!(defined.reorder_point, decimal("6.5"));
    let first = answer.recorded.unwrap();
    assert_eq!((first.event_ids.len(), first.replayed), (1, false));
    let again = stock
        .define_stock_policy(policy(Some("6.5")))
        .await
        .unwrap()
        .into_inner();
    let again = again.recorded.unwrap();
    assert_eq!(
        (again.event_ids, again.position),
        (first.event_ids, first.position)
    );

    let off = stock
        .define_stock_policy(policy(None))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(off.stock_policy.unwrap().reorder_point, None);
    assert!(off.recorded.unwrap().position > first.position);
}

#[tokio::test]
async fn a_policy_is_told_what_is_wrong_with_it() {
    let shop = Shop::open().await;
    let mut stock = shop.stock();
    for (reorder_point, reason) in [("-1", "REORDER_POINT_NEGATIVE"), ("seis", "QUANTITY_INVALID")] {
        let details = refused(
            stock.define_stock_policy(policy(Some(reorder_point))).await,
            Code::InvalidArgument,
            reason,
        );
        assert_eq!(fields(&details), ["reorder_point"]);
    }
    let product = DefineProductRequest {
        parent: COMPANY.into(),
        sku: "cafe_500g".into(),
        display_name: "Café".into(),
        ..Default::default()
    };
    shop.products().define_product(product).await.unwrap();
    let details = refused(
        stock.define_stock_policy(policy(Some("0.5"))).await,
        Code::InvalidArgument,
        "UNIT_DECIMALS",
    );
    assert_eq!(fields(&details), ["reorder_point"]);
    let elsewhere = DefineStockPolicyRequest {
        name: COFFEE.replace("sp01", "sp02"),
        ..policy(Some("1"))
    };
    refused(
        stock.define_stock_policy(elsewhere).await,
        Code::NotFound,
        "UNKNOWN_STORE",
    );
}

#[tokio::test]
async fn policies_are_listed_with_what_is_low_now() {
    let shop = Shop::open().await;
    let _work = shop.work();
    let mut stock = shop.stock();
    let lines = vec![received("cafe_500g", "9", "1"), received("a/b", "9", "1")];
    stock.receive_stock(receipt(lines)).await.unwrap();
    stock.define_stock_policy(policy(Some("6"))).await.unwrap();
    let other = DefineStockPolicyRequest {
        name: COFFEE.replace("cafe_500g", "a%2Fb"),
        ..policy(Some("2"))
    };
    stock.define_stock_policy(other).await.unwrap();
    stock.adjust_stock(adjustment("-3")).await.unwrap();
    let log = shop.commands.log().clone();
    let head = log.head().await.unwrap().position;
    let mut watch = ReactorRunner::<LowStockReactor>::new(log.clone(), "test");
    watch.catch_up_to(head).await.unwrap();
    let min_position = log.head().await.unwrap().position.get();
    assert!(min_position > head.get(), "an alarm");

    let mut list = async |parent: &str, low_only, page_token: String| {
        let request = ListStockPoliciesRequest {
            parent: parent.into(),
            page_size: 1,
            page_token,
            min_position,
            low_only,
            ..Default::default()
        };
        stock.list_stock_policies(request).await.unwrap().into_inner()
    };
    let first = list(STORE, false, String::new()).await;
    let fine = &first.stock_policies[0];
    assert_eq!(fine.name, COFFEE.replace("cafe_500g", "a%2Fb"));
    assert_eq!((fine.low, fine.low_start_time), (false, None));
    let second = list(STORE, false, first.next_page_token).await;
    let low = &second.stock_policies[0];
    assert_eq!(
        (low.store_id.as_str(), low.sku.as_str(), low.product_name.as_str()),
        ("sp01", "cafe_500g", "cafe_500g")
    );
    assert_eq!(
        (&low.reorder_point, &low.quantity),
        (&decimal("6"), &decimal("6"))
    );
    assert_eq!((low.low, low.low_start_time), (true, occurred_at()));
    assert!(second.next_page_token.is_empty());
    let low_only = list("companies/acme/stores/-", true, String::new()).await;
    assert_eq!(low_only.stock_policies, second.stock_policies);

    let request = ListStockPoliciesRequest {
        parent: STORE.into(),
        sku: "a/b".into(),
        min_position,
        ..Default::default()
    };
    let one = stock.list_stock_policies(request).await.unwrap().into_inner();
    assert_eq!(one.stock_policies, first.stock_policies);
}
