//! Refusals in the language of whoever asks, over real sockets.

use crate::shop;
use crate::shop::{Shop, sale};
use posars_gateway::proto::sales::v1::GetSaleRequest;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tonic::{Code, Request, Status};
use tonic_types::StatusExt as _;
use uuid::Uuid;

const SALE: &str = "0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f60";
const NOT_RECORDED: &str = "sale_id: A venda 0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f60 não está registrada. Registre-a antes ou corrija o id.";

/// An answer over HTTP/1.1.
struct Answer {
    status: u16,
    head: String,
    body: Value,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    fn reason(&self) -> &str {
        self.detail("ErrorInfo")["reason"].as_str().unwrap()
    }

    fn detail(&self, name: &str) -> &Value {
        let details = self.body["details"].as_array().unwrap();
        let is_it = |detail: &&Value| detail["@type"].as_str().unwrap().ends_with(name);
        details.iter().find(is_it).unwrap_or(&Value::Null)
    }
}

async fn ask(shop: &Shop, first_line: &str, headers: &[&str], body: &str) -> Answer {
    let mut stream = tokio::net::TcpStream::connect(shop.address).await.unwrap();
    let mut text = format!("{first_line} HTTP/1.1\r\nhost: posars\r\nconnection: close\r\n");
    for header in headers {
        text.push_str(&format!("{header}\r\n"));
    }
    text.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_ascii_lowercase(),
        body: serde_json::from_str(body).unwrap(),
    }
}

async fn get_sale(shop: &Shop, language: Option<&'static str>) -> Status {
    let mut request = Request::new(GetSaleRequest {
        name: format!("companies/acme/sales/{SALE}"),
        ..Default::default()
    });
    if let Some(language) = language {
        let language = language.parse().unwrap();
        request.metadata_mut().insert("accept-language", language);
    }
    shop.sales().get_sale(request).await.unwrap_err()
}

#[tokio::test]
async fn grpc_keeps_its_message_and_carries_the_text() {
    let shop = Shop::open().await;
    let english = get_sale(&shop, None).await;
    let portuguese = get_sale(&shop, Some("fr,pt;q=0.8,en;q=0.3")).await;
    assert_eq!(english.code(), Code::NotFound);
    assert_eq!(
        portuguese.message(),
        english.message(),
        "for developers, in English"
    );
    assert!(english.message().starts_with("sale 0192d3b4"), "{english:?}");
    let details = english.get_error_details();
    assert_eq!(details.localized_message().unwrap().locale, "en");
    let details = portuguese.get_error_details();
    let told = details.localized_message().unwrap();
    assert_eq!(
        (told.locale.as_str(), told.message.as_str()),
        ("pt-BR", NOT_RECORDED)
    );
    assert_eq!(details.error_info().unwrap().reason, "SALE_NOT_FOUND");
}

#[tokio::test]
async fn rest_tells_a_services_refusal() {
    let shop = Shop::open().await;
    let line = format!("GET /v1/companies/acme/sales/{SALE}");
    // A browser asks for compression too, and gets the text all the same.
    let headers = [
        "accept-language: pt-BR,pt;q=0.9,en;q=0.8",
        "accept-encoding: gzip, br",
    ];
    let answer = ask(&shop, &line, &headers, "").await;
    assert_eq!((answer.status, answer.reason()), (404, "SALE_NOT_FOUND"));
    assert_eq!(answer.body["message"], NOT_RECORDED);
    assert_eq!(answer.header("content-language"), Some("pt-br"));
    assert_eq!(answer.detail("LocalizedMessage")["message"], NOT_RECORDED);

    let answer = ask(&shop, &line, &[], "").await;
    assert_eq!(answer.header("content-language"), Some("en"));
    let message = answer.body["message"].as_str().unwrap();
    assert!(message.starts_with("sale 0192d3b4"), "{message}");
}

#[tokio::test]
async fn rest_tells_its_own_refusals() {
    let shop = Shop::empty().await;
    let portuguese = ["accept-language: pt", "content-type: application/json"];
    let answer = ask(&shop, "GET /v1/nothing", &portuguese, "").await;
    assert_eq!((answer.status, answer.reason()), (404, "ROUTE_NOT_FOUND"));
    assert_eq!(
        answer.body["message"],
        "Não há nada neste caminho. Veja os caminhos da API em /docs."
    );
    let answer = ask(
        &shop,
        "POST /v1/companies/acme/sales",
        &portuguese,
        "{\"totl\":1}",
    )
    .await;
    assert_eq!((answer.status, answer.reason()), (400, "BODY_FIELD_UNKNOWN"));
    let message = answer.body["message"].as_str().unwrap();
    assert!(
        message.contains("O corpo tem um campo que a requisição não tem"),
        "{message}"
    );
    let field = &answer.detail("BadRequest")["fieldViolations"][0];
    assert_eq!(field["localizedMessage"]["locale"], "pt-BR");
}

#[tokio::test]
async fn every_wrong_field_is_told() {
    let shop = Shop::open().await;
    let mut wrong = sale(Uuid::nil());
    wrong.register_no = "not a number".into();
    wrong.lines[0].quantity = None;
    let mut request = Request::new(wrong);
    request
        .metadata_mut()
        .insert("accept-language", "pt".parse().unwrap());
    let refused = shop.sales().record_sale(request).await.unwrap_err();
    let details = refused.get_error_details();
    assert_eq!(details.error_info().unwrap().reason, "INVALID_REQUEST");
    let told: Vec<_> = details
        .bad_request()
        .unwrap()
        .field_violations
        .iter()
        .map(|violation| violation.localized_message.as_ref().unwrap().message.as_str())
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told.contains(&"lines[0].quantity: Falta um campo obrigatório ou ele está vazio. Preencha o campo.")
    );
}

#[tokio::test]
async fn what_tonic_refuses_itself_has_a_reason() {
    let shop = Shop::open().await;
    let mut grpc = tonic::client::Grpc::new(shop.channel.clone());
    grpc.ready().await.unwrap();
    let codec =
        tonic_prost::ProstCodec::<posars_gateway::proto::google::r#type::Date, GetSaleRequest>::default();
    let path = "/posars.sales.v1.SaleService/GetSale".parse().unwrap();
    let date = shop::date(2026, 11, 22).unwrap();
    let refused = grpc.unary(Request::new(date), path, codec).await.unwrap_err();
    let details = refused.get_error_details();
    assert_eq!(refused.code(), Code::InvalidArgument, "{refused:?}");
    assert_eq!(details.error_info().unwrap().reason, "REQUEST_UNREADABLE");
}

#[tokio::test]
async fn a_field_is_told_with_the_values_of_its_refusal() {
    let shop = Shop::open().await;
    let mut wrong = sale(Uuid::nil());
    wrong.total = shop::brl(5781);
    let mut request = Request::new(wrong);
    request
        .metadata_mut()
        .insert("accept-language", "pt".parse().unwrap());
    let refused = shop.sales().record_sale(request).await.unwrap_err();
    let details = refused.get_error_details();
    let expected =
        "total: As linhas somam 5780 centavos, o total da chamada é 5781. Corrija as linhas ou o total.";
    let violation = &details.bad_request().unwrap().field_violations[0];
    assert_eq!(violation.localized_message.as_ref().unwrap().message, expected);
    assert_eq!(details.localized_message().unwrap().message, expected);
}
