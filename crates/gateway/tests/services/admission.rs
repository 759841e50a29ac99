//! What the gateway lets nobody bring in or get back: times that were not set, and people's numbers.

use crate::shop;
use crate::shop::{COMPANY, STORE, Shop, date, fields, refused, sale};
use posars_gateway::proto::inventory::v1::{ListStockMovementsRequest, ReceiveStockRequest};
use posars_gateway::proto::reporting::v1::ListDailySalesRequest;
use posars_gateway::proto::sales::v1::{Customer, ListSalesRequest};
use serde_json::{Value, json};
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

/// What a REST client may send with a number where none belongs: first line, headers, body.
fn misplaced(number: &str) -> Vec<(String, Vec<String>, String)> {
    let json = "content-type: application/json".to_owned();
    let headed = |name: &str| {
        let headers = vec![json.clone(), format!("{name}: {number}")];
        (SALES.to_owned(), headers, rest_sale(&[]))
    };
    let sent = |body: String| (SALES.to_owned(), vec![json.clone()], body);
    let asked = |path: String| (format!("GET /v1/{path}"), vec![json.clone()], String::new());
    let list = "companies/acme/sales";
    vec![
        headed("idempotency-key"),
        headed("posars-company"),
        headed("grpc-timeout"),
        sent(rest_sale(&[("saleId", number.into())])),
        sent(rest_sale(&[(number, 1.into())])),
        sent(rest_sale(&[("customer", json!({number: 1}))])),
        sent(rest_sale(&[("storeId", number.into())])),
        sent(rest_sale(&[("occurTime", number.into())])),
        sent(rest_sale(&[("total", json!({"currencyCode": number}))])),
        sent(format!("{{\"{number}\": 1, \"{number}\": 2}}")),
        asked(format!("companies/{number}/sales")),
        asked(format!("companies/acme/sales/{number}")),
        asked(format!("companies/acme/products/{number}")),
        asked(format!("companies/acme/stores/{number}/stockItems")),
        asked(number.to_owned()),
        asked(format!("{list}?pageToken={number}")),
        asked(format!("{list}?pageSize={number}")),
        asked(format!("{list}?startDate.{number}=1")),
    ]
}

#[tokio::test]
async fn no_refusal_over_rest_repeats_a_cpf() {
    let shop = Shop::open().await;
    for number in [CPF, BARE] {
        for (first_line, headers, body) in misplaced(number) {
            let (status, answer) = ask(&shop, &first_line, &headers, &body).await;
            // A parameter of no field may be ignored, and a store that nobody defined has nothing in stock.
            let is_answered = first_line.contains("startDate") || first_line.contains("/stores/");
            let is_refused = status >= 400 || is_answered;
            assert!(is_refused, "{first_line} {headers:?} {body}:\n{answer}");
            assert!(
                !answer.contains(CPF) && !answer.contains(BARE),
                "{first_line} {headers:?} {body}:\n{answer}"
            );
        }
    }
}

#[tokio::test]
async fn no_refusal_over_grpc_repeats_a_cpf() {
    let shop = Shop::open().await;
    let long = format!("{}{CPF}", "x".repeat(190));
    for header in ["idempotency-key", "posars-company"] {
        for number in [CPF, BARE, &long] {
            let mut request = Request::new(sale(Uuid::now_v7()));
            request.metadata_mut().insert(header, number.parse().unwrap());
            let status = shop.sales().record_sale(request).await.unwrap_err();
            let details = String::from_utf8_lossy(status.details());
            for told in [status.message(), &details] {
                assert!(!told.contains("529") && told.contains("<CPF>"), "{told}");
            }
        }
    }
}
