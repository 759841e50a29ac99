//! `SaleService` on a real socket: every kind of answer.

use crate::shop::{Shop, brl, date, decimal, fields, line, occurred_at, payment, refused, sale, value};
use posars_gateway::proto::sales::v1::{
    Disposition, GetSaleRequest, GetSaleReturnRequest, ListSaleReturnsRequest, ListSaleVoidsRequest,
    MethodAmount, RecordReturnRequest, ReturnLineInput, SaleState, VoidSaleRequest,
};
use tonic::Code;
use uuid::Uuid;

fn name(sale_id: Uuid) -> String {
    format!("companies/acme/sales/{sale_id}")
}

fn void(sale_id: Uuid) -> VoidSaleRequest {
    VoidSaleRequest {
        name: name(sale_id),
        occur_time: occurred_at(),
        reason: "cliente desistiu".into(),
        ..Default::default()
    }
}

fn return_one_coffee(sale_id: Uuid) -> RecordReturnRequest {
    RecordReturnRequest {
        name: name(sale_id),
        return_id: Uuid::from_u128(77).to_string(),
        occur_time: occurred_at(),
        lines: vec![ReturnLineInput {
            line_id: 1,
            quantity: decimal("1"),
            disposition: Disposition::Restock.into(),
        }],
        refunds: vec![MethodAmount {
            method: "cash".into(),
            amount: brl(1891),
        }],
        ..Default::default()
    }
}

#[tokio::test]
async fn records_a_sale_and_reads_it_back() {
    let shop = Shop::open().await;
    let sale_id = Uuid::now_v7();
    let answer = shop
        .sales()
        .record_sale(sale(sale_id))
        .await
        .unwrap()
        .into_inner();
    let (recorded, told) = (answer.recorded.unwrap(), answer.sale.unwrap());
    let copy = told.clone();
    assert!(recorded.position > 0 && !recorded.replayed && recorded.record_time.is_some());
    assert_eq!(
        (
            recorded.event_ids.len(),
            recorded.etag.as_str(),
            recorded.preview.len()
        ),
        (1, "1", 0)
    );
    assert_eq!(told.name, name(sale_id));
    assert_eq!((told.business_date, told.local_hour), (date(2026, 11, 22), 12));
    assert_eq!(
        (told.gross_total, told.discount_total, told.total),
        (brl(6080), brl(300), brl(5780))
    );
    let discounts: Vec<_> = told
        .lines
        .iter()
        .map(|line| line.order_discount.clone())
        .collect();
    assert_eq!(
        discounts,
        [brl(196), brl(104)],
        "largest remainder of R$ 3.00 over 39.80 and 21.00"
    );
    assert_eq!(told.payments[1].code, "17");

    let request = GetSaleRequest {
        name: name(sale_id),
        min_position: recorded.position,
    };
    let read = shop.sales().get_sale(request).await.unwrap().into_inner();
    assert_eq!(read.sale.unwrap(), copy);
    assert!(read.position >= recorded.position);
}

#[tokio::test]
async fn a_retry_gets_the_first_answer_and_other_content_is_refused() {
    let shop = Shop::open().await;
    let sale_id = Uuid::now_v7();
    let first = shop
        .sales()
        .record_sale(sale(sale_id))
        .await
        .unwrap()
        .into_inner();
    let again = shop
        .sales()
        .record_sale(sale(sale_id))
        .await
        .unwrap()
        .into_inner();
    let (first_log, again_log) = (first.recorded.unwrap(), again.recorded.unwrap());
    assert!(again_log.replayed);
    assert_eq!(again_log.event_ids, first_log.event_ids);
    assert_eq!(again_log.position, first_log.position);
    assert_eq!(again.sale, first.sale);

    let mut other = sale(sale_id);
    other.seller = "Bia".into();
    refused(
        shop.sales().record_sale(other).await,
        Code::AlreadyExists,
        "IDEMPOTENCY_MISMATCH",
    );
}

#[tokio::test]
async fn a_request_id_is_a_key_of_its_own() {
    let shop = Shop::open().await;
    let mut request = sale(Uuid::now_v7());
    request.request_id = Uuid::now_v7().to_string();
    let first = shop
        .sales()
        .record_sale(request.clone())
        .await
        .unwrap()
        .into_inner()
        .recorded
        .unwrap();
    let again = shop
        .sales()
        .record_sale(request.clone())
        .await
        .unwrap()
        .into_inner()
        .recorded
        .unwrap();
    assert_eq!((again.replayed, again.position), (true, first.position));

    let mut other = sale(Uuid::now_v7());
    other.request_id = request.request_id;
    refused(
        shop.sales().record_sale(other).await,
        Code::AlreadyExists,
        "IDEMPOTENCY_MISMATCH",
    );
}

#[tokio::test]
async fn a_dry_run_shows_the_events_and_writes_nothing() {
    let shop = Shop::open().await;
    let sale_id = Uuid::now_v7();
    let mut request = sale(sale_id);
    request.validate_only = true;
    let answer = shop.sales().record_sale(request).await.unwrap().into_inner();
    let recorded = answer.recorded.unwrap();
    assert_eq!(
        (recorded.position, recorded.event_ids.len(), recorded.replayed),
        (0, 0, false)
    );
    assert_eq!(recorded.preview[0].event_type, "SaleRecorded");
    assert!(recorded.preview[0].payload_json.contains("\"total\":5780"));
    assert_eq!(answer.sale.unwrap().total, brl(5780));
    let read = shop
        .sales()
        .get_sale(GetSaleRequest {
            name: name(sale_id),
            min_position: 0,
        })
        .await;
    refused(read, Code::NotFound, "SALE_NOT_FOUND");

    let mut wrong = sale(sale_id);
    wrong.validate_only = true;
    wrong.total = brl(1);
    let details = refused(
        shop.sales().record_sale(wrong).await,
        Code::InvalidArgument,
        "SALE_TOTAL_MISMATCH",
    );
    assert_eq!(
        (value(&details, "expected"), value(&details, "given")),
        ("5780", "1")
    );
}

#[tokio::test]
async fn every_unreadable_field_is_named_at_once() {
    let shop = Shop::open().await;
    let mut request = sale(Uuid::now_v7());
    request.sale_id = "7".into();
    request.store_id = String::new();
    request.occur_time = None;
    request.lines[1].quantity = decimal("um");
    request.lines[1].unit_price = None;
    request.payments[0].amount.as_mut().unwrap().currency_code = "USD".into();
    request.payments[1].acquirer_cnpj = "11.222.333/0001-82".into();
    let details = refused(
        shop.sales().record_sale(request).await,
        Code::InvalidArgument,
        "INVALID_REQUEST",
    );
    assert_eq!(
        fields(&details),
        [
            "sale_id",
            "store_id",
            "occur_time",
            "lines[1].quantity",
            "lines[1].unit_price",
            "payments[0].amount.currency_code",
            "payments[1].acquirer_cnpj",
        ]
    );
    let reasons = &details.bad_request().unwrap().field_violations;
    assert_eq!(reasons[6].reason, "INVALID_TAX_ID");
}

#[tokio::test]
async fn one_wrong_field_answers_with_its_own_reason() {
    let shop = Shop::open().await;
    let mut request = sale(Uuid::now_v7());
    request.lines[0].quantity = decimal("1.23456");
    let details = refused(
        shop.sales().record_sale(request).await,
        Code::InvalidArgument,
        "QUANTITY_INVALID",
    );
    assert_eq!(fields(&details), ["lines[0].quantity"]);

    let mut request = sale(Uuid::now_v7());
    request.total = None;
    let details = refused(
        shop.sales().record_sale(request).await,
        Code::InvalidArgument,
        "FIELD_REQUIRED",
    );
    assert_eq!(fields(&details), ["total"]);

    let mut request = sale(Uuid::now_v7());
    request.request_id = "once".into();
    let details = refused(
        shop.sales().record_sale(request).await,
        Code::InvalidArgument,
        "FIELD_INVALID",
    );
    assert_eq!(fields(&details), ["request_id"]);
}

#[tokio::test]
async fn rules_of_the_trade_come_with_path_and_values() {
    let shop = Shop::open().await;
    let mut sales = shop.sales();

    let mut request = sale(Uuid::now_v7());
    request.change = None;
    let details = refused(
        sales.record_sale(request).await,
        Code::InvalidArgument,
        "PAYMENT_TOTAL_MISMATCH",
    );
    assert_eq!(
        (fields(&details), value(&details, "paid")),
        (vec!["payments"], "6000")
    );

    let mut request = sale(Uuid::now_v7());
    request.lines[1].net = brl(2102);
    let reason = "LINE_TOTAL_OUT_OF_TOLERANCE";
    let details = refused(sales.record_sale(request).await, Code::InvalidArgument, reason);
    assert_eq!(
        (fields(&details), value(&details, "expected")),
        (vec!["lines[1].net"], "2100")
    );

    let mut request = sale(Uuid::now_v7());
    request.occur_time = Some(prost_types::Timestamp {
        seconds: 4_000_000_000,
        nanos: 0,
    });
    let details = refused(
        sales.record_sale(request).await,
        Code::InvalidArgument,
        "OCCURRED_IN_FUTURE",
    );
    assert_eq!(fields(&details), ["occur_time"]);

    let mut request = sale(Uuid::now_v7());
    for amount in request
        .payments
        .iter_mut()
        .filter_map(|payment| payment.amount.as_mut())
    {
        amount.currency_code = "USD".into();
    }
    request.order_discounts[0].amount.as_mut().unwrap().currency_code = "USD".into();
    request.change.as_mut().unwrap().currency_code = "USD".into();
    request.total.as_mut().unwrap().currency_code = "USD".into();
    let details = refused(
        sales.record_sale(request).await,
        Code::InvalidArgument,
        "CURRENCY_MISMATCH",
    );
    assert_eq!(
        (fields(&details), value(&details, "expected")),
        (vec!["total.currency_code"], "BRL")
    );
}

#[tokio::test]
async fn unknown_things_are_not_found() {
    let shop = Shop::open().await;
    let mut request = sale(Uuid::now_v7());
    request.store_id = "rj99".into();
    let details = refused(
        shop.sales().record_sale(request).await,
        Code::NotFound,
        "UNKNOWN_STORE",
    );
    assert_eq!(
        (value(&details, "store_id"), value(&details, "field")),
        ("rj99", "store_id")
    );

    let mut request = sale(Uuid::now_v7());
    request.parent = "companies/other".into();
    let details = refused(
        shop.sales().record_sale(request).await,
        Code::NotFound,
        "UNKNOWN_COMPANY",
    );
    assert_eq!(value(&details, "company"), "other");

    let unknown = Uuid::now_v7();
    refused(
        shop.sales().void_sale(void(unknown)).await,
        Code::NotFound,
        "SALE_NOT_FOUND",
    );
    refused(
        shop.sales().record_return(return_one_coffee(unknown)).await,
        Code::NotFound,
        "SALE_NOT_FOUND",
    );

    let request = GetSaleRequest {
        name: "companies/acme/sale/1".into(),
        min_position: 0,
    };
    let details = refused(
        shop.sales().get_sale(request).await,
        Code::InvalidArgument,
        "FIELD_INVALID",
    );
    assert_eq!(fields(&details), ["name"]);
}

#[tokio::test]
async fn unique_numbers_are_unique() {
    let shop = Shop::open().await;
    let mut sales = shop.sales();
    let mut first = sale(Uuid::now_v7());
    first.payments[1].pix_e2e_id = "E123".into();
    sales.record_sale(first.clone()).await.unwrap();

    let mut same_receipt = sale(Uuid::now_v7());
    same_receipt.receipt.clone_from(&first.receipt);
    let details = refused(
        sales.record_sale(same_receipt).await,
        Code::AlreadyExists,
        "DUPLICATE_RECEIPT",
    );
    assert_eq!(value(&details, "field"), "receipt");

    let mut same_pix = sale(Uuid::now_v7());
    same_pix.payments[1].pix_e2e_id = "E123".into();
    refused(
        sales.record_sale(same_pix).await,
        Code::AlreadyExists,
        "PIX_ID_ALREADY_USED",
    );
}

#[tokio::test]
async fn a_void_gives_all_of_it_back_once() {
    let shop = Shop::open().await;
    let mut sales = shop.sales();
    let sale_id = Uuid::now_v7();
    sales.record_sale(sale(sale_id)).await.unwrap();
    let first = sales.void_sale(void(sale_id)).await.unwrap().into_inner();
    let told = first.sale_void.unwrap();
    assert_eq!(
        (told.sale.as_str(), told.total),
        (name(sale_id).as_str(), brl(5780))
    );
    let refunds: Vec<_> = told
        .refunds
        .into_iter()
        .map(|refund| (refund.method, refund.amount))
        .collect();
    assert_eq!(
        refunds,
        [("cash".to_owned(), brl(4780)), ("pix".to_owned(), brl(1000))]
    );

    let again = sales
        .void_sale(void(sale_id))
        .await
        .unwrap()
        .into_inner()
        .recorded
        .unwrap();
    assert!(again.replayed);
    assert_eq!(again.event_ids, first.recorded.unwrap().event_ids);

    let read = sales
        .get_sale(GetSaleRequest {
            name: name(sale_id),
            min_position: 0,
        })
        .await
        .unwrap();
    let read = read.into_inner().sale.unwrap();
    assert_eq!(
        (read.state(), read.void_reason.as_str()),
        (SaleState::Voided, "cliente desistiu")
    );
    let details = refused(
        sales.record_return(return_one_coffee(sale_id)).await,
        Code::FailedPrecondition,
        "SALE_VOIDED",
    );
    assert_eq!(
        fields(&details),
        Vec::<&str>::new(),
        "the request is not at fault"
    );
}

#[tokio::test]
async fn a_refund_is_in_the_currency_of_its_sale() {
    let shop = Shop::open().await;
    let mut sales = shop.sales();
    let sale_id = Uuid::now_v7();
    sales.record_sale(sale(sale_id)).await.unwrap();
    // Only the sale knows what its currency is.
    let mut foreign = return_one_coffee(sale_id);
    foreign.return_id = Uuid::now_v7().to_string();
    foreign.refunds[0].amount.as_mut().unwrap().currency_code = "USD".into();
    refused(
        sales.record_return(foreign).await,
        Code::InvalidArgument,
        "CURRENCY_MISMATCH",
    );
}

#[tokio::test]
async fn returns_come_with_their_share() {
    let shop = Shop::open().await;
    let mut sales = shop.sales();
    let sale_id = Uuid::now_v7();
    sales.record_sale(sale(sale_id)).await.unwrap();
    let told = sales
        .record_return(return_one_coffee(sale_id))
        .await
        .unwrap()
        .into_inner();
    let told = told.sale_return.unwrap();
    assert_eq!(
        (told.lines[0].refund.clone(), told.total_refund),
        (brl(1892), brl(1891))
    );
    assert_eq!(told.lines[0].disposition(), Disposition::Restock);

    let read = sales
        .get_sale(GetSaleRequest {
            name: name(sale_id),
            min_position: 0,
        })
        .await
        .unwrap();
    let read = read.into_inner().sale.unwrap();
    assert_eq!(
        (read.state(), read.refunded_total),
        (SaleState::PartlyReturned, brl(1891))
    );
    assert_eq!(read.lines[0].returned_quantity, decimal("1"));

    let mut too_much = return_one_coffee(sale_id);
    too_much.return_id = Uuid::from_u128(78).to_string();
    too_much.lines[0].quantity = decimal("2");
    let details = refused(
        sales.record_return(too_much).await,
        Code::FailedPrecondition,
        "RETURN_EXCEEDS_SOLD",
    );
    assert_eq!(
        (value(&details, "sold"), value(&details, "field")),
        ("2", "lines[0].quantity")
    );

    let mut unclear = return_one_coffee(sale_id);
    unclear.return_id = Uuid::from_u128(79).to_string();
    unclear.lines[0].line_id = 0;
    unclear.lines[0].disposition = 9;
    unclear.refunds.push(unclear.refunds[0].clone());
    unclear.refunds[1].amount.as_mut().unwrap().currency_code = "USD".into();
    let details = refused(
        sales.record_return(unclear).await,
        Code::InvalidArgument,
        "INVALID_REQUEST",
    );
    assert_eq!(
        fields(&details),
        [
            "lines[0].line_id",
            "lines[0].disposition",
            "refunds[1].amount.currency_code"
        ]
    );
    refused(
        sales.void_sale(void(sale_id)).await,
        Code::FailedPrecondition,
        "SALE_HAS_RETURNS",
    );
}

#[tokio::test]
async fn a_sale_of_what_nobody_knows_or_has_is_recorded() {
    let shop = Shop::open().await;
    let mut request = sale(Uuid::now_v7());
    request.lines = vec![line("never-heard-of-it", "1000", "0.01")];
    request.order_discounts.clear();
    request.payments = vec![payment("not_informed", 1000)];
    request.change = None;
    request.total = brl(1000);
    let told = shop
        .sales()
        .record_sale(request)
        .await
        .unwrap()
        .into_inner()
        .sale
        .unwrap();
    assert_eq!(
        (told.payments[0].code.as_str(), told.channel.as_str()),
        ("", "counter")
    );
}

#[tokio::test]
async fn the_returns_of_a_sale_are_read_back() {
    let shop = Shop::open().await;
    let sale_id = Uuid::now_v7();
    let mut sales = shop.sales();
    sales.record_sale(sale(sale_id)).await.unwrap();
    let (mut told, mut min_position) = (Vec::new(), 0);
    for (number, amount) in [(77, 1891), (78, 1200)] {
        let mut request = return_one_coffee(sale_id);
        request.return_id = Uuid::from_u128(number).to_string();
        request.refunds[0].amount = brl(amount);
        request.reason = format!("devolução {number}");
        let answer = sales.record_return(request).await.unwrap().into_inner();
        told.extend(answer.sale_return);
        min_position = answer.recorded.unwrap().position;
    }
    let mut request = ListSaleReturnsRequest {
        parent: name(sale_id),
        page_size: 1,
        min_position,
        ..Default::default()
    };
    let page = sales
        .list_sale_returns(request.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(page.sale_returns, [told[0].clone()]);
    assert!(page.position >= min_position);
    request.page_token = page.next_page_token;
    let page = sales.list_sale_returns(request).await.unwrap().into_inner();
    assert_eq!(
        (page.sale_returns, page.next_page_token),
        (vec![told[1].clone()], String::new())
    );

    let request = GetSaleReturnRequest {
        name: told[1].name.clone(),
        min_position,
    };
    let answer = sales.get_sale_return(request).await.unwrap().into_inner();
    assert_eq!(answer.sale_return.as_ref(), Some(&told[1]));
    let request = GetSaleReturnRequest {
        name: format!("{}/returns/{}", name(sale_id), Uuid::from_u128(79)),
        ..Default::default()
    };
    refused(
        sales.get_sale_return(request).await,
        Code::NotFound,
        "RETURN_NOT_FOUND",
    );

    let request = ListSaleVoidsRequest {
        parent: name(sale_id),
        ..Default::default()
    };
    let page = sales.list_sale_voids(request).await.unwrap().into_inner();
    assert!(page.sale_voids.is_empty());
    let beyond = ListSaleReturnsRequest {
        parent: name(sale_id),
        min_position: min_position + 1000,
        ..Default::default()
    };
    refused(
        sales.list_sale_returns(beyond).await,
        Code::OutOfRange,
        "POSITION_BEYOND_LOG",
    );
}

#[tokio::test]
async fn the_void_of_a_sale_is_read_back() {
    let shop = Shop::open().await;
    let sale_id = Uuid::now_v7();
    let mut sales = shop.sales();
    sales.record_sale(sale(sale_id)).await.unwrap();
    let answer = sales.void_sale(void(sale_id)).await.unwrap().into_inner();
    let request = ListSaleVoidsRequest {
        parent: name(sale_id),
        min_position: answer.recorded.unwrap().position,
        ..Default::default()
    };
    let page = sales.list_sale_voids(request).await.unwrap().into_inner();
    assert_eq!(page.sale_voids, answer.sale_void.into_iter().collect::<Vec<_>>());
    assert_eq!(page.next_page_token, "");
    let unknown = ListSaleVoidsRequest {
        parent: name(Uuid::now_v7()),
        ..Default::default()
    };
    refused(
        sales.list_sale_voids(unknown).await,
        Code::NotFound,
        "SALE_NOT_FOUND",
    );
}
