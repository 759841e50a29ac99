//! What the gateway lets nobody bring in or get back: times that were not set, and people's numbers.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod shop;

use posars_gateway::proto::inventory::v1::{ListStockMovementsRequest, ReceiveStockRequest};
use posars_gateway::proto::reporting::v1::ListDailySalesRequest;
use posars_gateway::proto::sales::v1::{Customer, ListSalesRequest};
use serde_json::{Value, json};
use shop::{COMPANY, STORE, Shop, date, fields, refused, sale};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tonic::{Code, Request};
use uuid::Uuid;

const CPF: &str = "529.982.247-25";
const BARE: &str = "52998224725";

/// An answer over HTTP/1.1: its status, and all that is in it.
async fn ask(shop: &Shop, first_line: &str, headers: &[String], body: &str) -> (u16, String) {
    let mut stream = tokio::net::TcpStream::connect(shop.address).await.unwrap();
    let mut text = format!("{first_line} HTTP/1.1\r\nhost: posars\r\nconnection: close\r\n");
    for header in headers {
        text.push_str(&format!("{header}\r\n"));
    }
    text.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
}

fn reason(answer: &str) -> String {
    let body: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert!(body["details"].is_array(), "{answer}");
    let details = body["details"].as_array().unwrap();
    let info = details
        .iter()
        .find(|detail| detail["@type"].as_str().unwrap().ends_with("ErrorInfo"));
    info.unwrap()["reason"].as_str().unwrap().to_owned()
}

fn money(minor: i64) -> Value {
    json!({"currencyCode": "BRL", "amountMinor": minor.to_string()})
}

/// A sale of 10.00 as a REST client sends it.
fn rest_sale(changed: &[(&str, Value)]) -> String {
    let mut sale = json!({
        "saleId": Uuid::now_v7().to_string(), "storeId": "sp01", "occurTime": "2026-11-20T15:00:00Z",
        "lines": [{"sku": "cafe", "quantity": {"value": "1"}, "unitPrice": {"value": "10"}}],
        "payments": [{"method": "cash", "amount": money(1000)}], "total": money(1000),
    });
    for (field, value) in changed {
        sale[*field] = value.clone();
    }
    sale.to_string()
}

const SALES: &str = "POST /v1/companies/acme/sales";

#[tokio::test]
async fn a_time_that_was_not_set_is_told_in_every_protocol() {
    let shop = Shop::open().await;
    let json = ["content-type: application/json".to_owned()];
    let (status, answer) = ask(&shop, SALES, &json, &rest_sale(&[])).await;
    assert_eq!(status, 200, "{answer}");
    for unset in [
        "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "1999-12-31T23:59:59-02:00",
    ] {
        let (status, answer) = ask(&shop, SALES, &json, &rest_sale(&[("occurTime", unset.into())])).await;
        assert_eq!(
            (status, reason(&answer).as_str()),
            (400, "DATE_OUT_OF_RANGE"),
            "{unset}"
        );
        assert!(
            answer.contains("occur_time") || answer.contains("occurTime"),
            "{answer}"
        );
    }
    let paid_late =
        json!([{"method": "boleto", "amount": money(1000), "dueDate": {"year": 1, "month": 1, "day": 1}}]);
    let (status, answer) = ask(&shop, SALES, &json, &rest_sale(&[("payments", paid_late)])).await;
    assert_eq!(
        (status, reason(&answer).as_str()),
        (400, "DATE_OUT_OF_RANGE"),
        "{answer}"
    );

    // .NET's and Go's zero times, and the one of whoever leaves a message empty.
    for seconds in [-62_135_596_800, 0] {
        let unset = Some(prost_types::Timestamp { seconds, nanos: 0 });
        let mut request = sale(Uuid::now_v7());
        request.occur_time = unset;
        let answer = shop.sales().record_sale(request).await;
        let details = refused(answer, Code::InvalidArgument, "DATE_OUT_OF_RANGE");
        assert_eq!(fields(&details), ["occur_time"]);
        let goods = ReceiveStockRequest {
            parent: STORE.into(),
            receipt_id: Uuid::now_v7().to_string(),
            occur_time: unset,
            lines: vec![posars_gateway::proto::inventory::v1::ReceiveStockLine {
                sku: "cafe".into(),
                quantity: shop::decimal("1"),
                cost: Some(
                    posars_gateway::proto::inventory::v1::receive_stock_line::Cost::TotalCost(
                        shop::brl(100).unwrap(),
                    ),
                ),
                ..Default::default()
            }],
            ..Default::default()
        };
        let answer = shop.stock().receive_stock(goods).await;
        refused(answer, Code::InvalidArgument, "DATE_OUT_OF_RANGE");
    }
}

#[tokio::test]
async fn a_list_of_days_of_no_document_is_refused_and_not_empty() {
    let shop = Shop::open().await;
    let range = "DATE_RANGE_INVALID";
    // The last day that was not set, days that are swapped, and a first day after all.
    for (start_date, end_date, field) in [
        (None, date(1, 1, 1), "end_date"),
        (date(1, 1, 1), date(1970, 1, 1), "end_date"),
        (date(2026, 12, 1), date(2026, 11, 1), "end_date"),
        (date(9999, 12, 31), None, "start_date"),
    ] {
        let sales = ListSalesRequest {
            parent: COMPANY.into(),
            start_date,
            end_date,
            ..Default::default()
        };
        let details = refused(shop.sales().list_sales(sales).await, Code::InvalidArgument, range);
        assert_eq!(fields(&details), [field]);
        let movements = ListStockMovementsRequest {
            parent: format!("{STORE}/stockItems/cafe"),
            start_date,
            end_date,
            ..Default::default()
        };
        let answer = shop.stock().list_stock_movements(movements).await;
        assert_eq!(fields(&refused(answer, Code::InvalidArgument, range)), [field]);
        if let (Some(_), Some(_)) = (start_date, end_date) {
            let days = ListDailySalesRequest {
                parent: COMPANY.into(),
                start_date,
                end_date,
                ..Default::default()
            };
            let answer = shop.reports().list_daily_sales(days).await;
            assert_eq!(fields(&refused(answer, Code::InvalidArgument, range)), [field]);
        }
    }
    // From ever until for ever is everything.
    let everything = ListSalesRequest {
        parent: COMPANY.into(),
        start_date: date(1, 1, 1),
        end_date: date(9999, 12, 31),
        ..Default::default()
    };
    shop.sales().list_sales(everything).await.unwrap();
}

#[tokio::test]
async fn a_tax_number_in_another_field_is_refused_and_not_repeated() {
    let shop = Shop::open().await;
    let json = ["content-type: application/json".to_owned()];
    for (field, value, path) in [
        ("seller", json!(CPF), "seller"),
        ("customer", json!({"subjectId": BARE}), "customer.subject_id"),
        ("registerNo", json!("11222333000181"), "register_no"),
    ] {
        let (status, answer) = ask(&shop, SALES, &json, &rest_sale(&[(field, value)])).await;
        assert_eq!(
            (status, reason(&answer).as_str()),
            (400, "TAX_ID_MISPLACED"),
            "{answer}"
        );
        assert!(answer.contains(path) && !answer.contains("982"), "{answer}");
    }
    let mut request = sale(Uuid::now_v7());
    request.customer = Some(Customer {
        subject_id: CPF.into(),
        ..Default::default()
    });
    let answer = shop.sales().record_sale(request).await;
    let details = refused(answer, Code::InvalidArgument, "TAX_ID_MISPLACED");
    assert_eq!(fields(&details), ["customer.subject_id"]);
}

#[tokio::test]
async fn no_refusal_repeats_a_cpf() {
    let shop = Shop::open().await;
    let long = format!("{}{CPF}", "x".repeat(190));
    for number in [CPF, BARE] {
        let header = |name: &str| {
            vec![
                "content-type: application/json".to_owned(),
                format!("{name}: {number}"),
            ]
        };
        let plain = || vec!["content-type: application/json".to_owned()];
        let extra = |key: &str| json!({key: {number: 1}}).to_string();
        let asked = [
            (SALES.to_owned(), header("idempotency-key"), rest_sale(&[])),
            (SALES.to_owned(), header("posars-company"), rest_sale(&[])),
            (SALES.to_owned(), header("grpc-timeout"), rest_sale(&[])),
            (
                SALES.to_owned(),
                header("accept-language"),
                rest_sale(&[("saleId", number.into())]),
            ),
            (SALES.to_owned(), plain(), rest_sale(&[(number, 1.into())])),
            (SALES.to_owned(), plain(), extra("customer")),
            (
                SALES.to_owned(),
                plain(),
                format!("{{\"{number}\": 1, \"{number}\": 2}}"),
            ),
            (
                SALES.to_owned(),
                plain(),
                rest_sale(&[("storeId", number.into())]),
            ),
            (
                SALES.to_owned(),
                plain(),
                rest_sale(&[("occurTime", number.into())]),
            ),
            (
                SALES.to_owned(),
                plain(),
                rest_sale(&[("total", json!({"currencyCode": number}))]),
            ),
            (
                format!("GET /v1/companies/{number}/sales"),
                plain(),
                String::new(),
            ),
            (
                format!("GET /v1/companies/acme/sales/{number}"),
                plain(),
                String::new(),
            ),
            (
                format!("GET /v1/companies/acme/products/{number}"),
                plain(),
                String::new(),
            ),
            (
                format!("GET /v1/companies/acme/stores/{number}/stockItems"),
                plain(),
                String::new(),
            ),
            (format!("GET /v1/{number}"), plain(), String::new()),
            (
                format!("GET /v1/companies/acme/sales?pageToken={number}"),
                plain(),
                String::new(),
            ),
            (
                format!("GET /v1/companies/acme/sales?pageSize={number}"),
                plain(),
                String::new(),
            ),
            (
                format!("GET /v1/companies/acme/sales?startDate.{number}=1"),
                plain(),
                String::new(),
            ),
        ];
        for (first_line, headers, body) in asked {
            let (_, answer) = ask(&shop, &first_line, &headers, &body).await;
            assert!(
                !answer.contains(number) && !answer.contains(BARE),
                "{first_line} {headers:?} {body}:\n{answer}"
            );
        }
    }
    // By gRPC, in the message as in every detail.
    for key in [CPF, BARE, &long] {
        let mut request = Request::new(sale(Uuid::now_v7()));
        request
            .metadata_mut()
            .insert("idempotency-key", key.parse().unwrap());
        let status = shop.sales().record_sale(request).await.unwrap_err();
        let mut request = Request::new(sale(Uuid::now_v7()));
        request
            .metadata_mut()
            .insert("posars-company", key.parse().unwrap());
        let other = shop.sales().record_sale(request).await.unwrap_err();
        for status in [status, other] {
            let details = String::from_utf8_lossy(status.details());
            for told in [status.message(), &details] {
                assert!(!told.contains("529") && told.contains("<CPF>"), "{told}");
            }
        }
    }
}
