//! Health, reflection, deadlines and limits of the server itself.

use crate::shop;
use std::time::Duration;

use crate::shop::{COMPANY, STORE, Shop, date, refused, sale, store, value};
use posars_edge::Limits;
use posars_event_store::{Direction, StreamName, Version};
use posars_gateway::Principal;
use posars_gateway::proto::inventory::v1::{
    GetStockItemRequest, ListStockItemsRequest, ListStockMovementsRequest,
};
use posars_gateway::proto::reporting::v1::ListDailySalesRequest;
use posars_gateway::proto::sales::v1::{GetSaleRequest, ListSalesRequest, RecordSaleRequest};
use posars_testkit::TestServer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_stream::StreamExt as _;
use tonic::{Code, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_reflection::pb::{v1, v1alpha};
use tonic_types::StatusExt as _;
use uuid::Uuid;

const SALES: &str = "posars.sales.v1.SaleService";
const REPORTS: &str = "posars.reporting.v1.SalesReportService";

async fn health(shop: &Shop, service: &str) -> ServingStatus {
    let request = HealthCheckRequest {
        service: service.into(),
    };
    let answer: HealthCheckResponse = HealthClient::new(shop.channel.clone())
        .check(request)
        .await
        .unwrap()
        .into_inner();
    answer.status()
}

#[tokio::test]
async fn health_follows_the_readiness_handle() {
    let shop = Shop::empty().await;
    assert_eq!(health(&shop, "").await, ServingStatus::NotServing);
    assert_eq!(health(&shop, REPORTS).await, ServingStatus::NotServing);

    shop.readiness.start_serving().await;
    assert!(shop.readiness.is_serving());
    assert_eq!(health(&shop, "").await, ServingStatus::Serving);
    assert_eq!(health(&shop, SALES).await, ServingStatus::Serving);

    shop.readiness.stop_serving().await;
    assert!(!shop.readiness.is_serving());
    for name in [REPORTS, SALES, ""] {
        assert_eq!(health(&shop, name).await, ServingStatus::NotServing, "{name}");
    }
}

#[tokio::test]
async fn reflection_lists_and_describes_the_services() {
    let shop = Shop::empty().await;
    let mut client = ServerReflectionClient::new(shop.channel.clone());
    let list = v1::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let describe = v1::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::FileContainingSymbol(SALES.into())),
    };
    let mut answers = client
        .server_reflection_info(tokio_stream::iter([list, describe]))
        .await
        .unwrap()
        .into_inner();
    let Some(MessageResponse::ListServicesResponse(listed)) =
        answers.next().await.unwrap().unwrap().message_response
    else {
        panic!("no list")
    };
    let names: Vec<_> = listed
        .service
        .iter()
        .map(|service| service.name.as_str())
        .collect();
    for expected in [SALES, REPORTS, "grpc.health.v1.Health"] {
        assert!(names.contains(&expected), "{expected} in {names:?}");
    }
    let described = answers.next().await.unwrap().unwrap().message_response;
    assert!(
        matches!(described, Some(MessageResponse::FileDescriptorResponse(files)) if !files.file_descriptor_proto.is_empty())
    );
}

#[tokio::test]
async fn older_clients_find_reflection_too() {
    let shop = Shop::empty().await;
    let mut client = v1alpha::server_reflection_client::ServerReflectionClient::new(shop.channel.clone());
    let list = v1alpha::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(v1alpha::server_reflection_request::MessageRequest::ListServices(
            String::new(),
        )),
    };
    let mut answers = client
        .server_reflection_info(tokio_stream::iter([list]))
        .await
        .unwrap()
        .into_inner();
    assert!(answers.next().await.unwrap().unwrap().message_response.is_some());
}

#[tokio::test]
async fn a_read_model_that_stays_behind_ends_at_the_deadline() {
    let limits = Limits {
        deadline_max: Duration::from_millis(400),
        ..Limits::default()
    };
    // Nothing works on the read models of this shop.
    let shop = Shop::with_limits(limits).await;
    let defined = shop.companies().define_store(store("sp01")).await.unwrap();
    let position = defined.into_inner().recorded.unwrap().position;
    let request = GetStockItemRequest {
        name: format!("{STORE}/stockItems/a"),
        min_position: position,
    };
    let details = refused(
        shop.stock().get_stock_item(request).await,
        Code::DeadlineExceeded,
        "READ_MODEL_BEHIND",
    );
    assert_eq!(
        (value(&details, "min_position"), value(&details, "position")),
        (position.to_string().as_str(), "0")
    );
    assert!(details.retry_info().is_some());
}

#[tokio::test]
async fn a_call_is_cut_off_at_its_deadline() {
    let limits = Limits {
        deadline_max: Duration::from_nanos(1),
        ..Limits::default()
    };
    let shop = Shop::with_limits(limits).await;
    let answer = shop.sales().record_sale(sale(Uuid::now_v7())).await;
    let details = refused(answer, Code::DeadlineExceeded, "DEADLINE_EXCEEDED");
    assert_eq!(value(&details, "timeout_ms"), "0");
}

#[tokio::test]
async fn an_rpc_with_a_time_of_its_own_keeps_to_that() {
    let limits = Limits {
        deadline_max: Duration::from_nanos(1),
        ..Limits::default()
    };
    let shop = Shop::with_limits(limits).await;
    // Reports take longer than the rest: their proto says how long.
    let request = ListDailySalesRequest {
        parent: COMPANY.into(),
        start_date: date(2026, 11, 1),
        end_date: date(2026, 11, 2),
        ..Default::default()
    };
    shop.reports().list_daily_sales(request).await.unwrap();
}

#[tokio::test]
async fn a_command_may_bring_its_key_in_a_header() {
    let shop = Shop::open().await;
    let with_key = |message: RecordSaleRequest, key: &str| {
        let mut request = tonic::Request::new(message);
        request
            .metadata_mut()
            .insert("idempotency-key", key.parse().unwrap());
        request
    };
    let key = Uuid::now_v7().to_string();
    let first = sale(Uuid::now_v7());
    shop.sales()
        .record_sale(with_key(first.clone(), &key))
        .await
        .unwrap();
    let again = shop.sales().record_sale(with_key(first, &key)).await.unwrap();
    assert!(again.into_inner().recorded.unwrap().replayed);
    refused(
        shop.sales()
            .record_sale(with_key(sale(Uuid::now_v7()), &key))
            .await,
        Code::AlreadyExists,
        "IDEMPOTENCY_MISMATCH",
    );
    let mut own = sale(Uuid::now_v7());
    own.request_id = Uuid::now_v7().to_string();
    shop.sales().record_sale(with_key(own, &key)).await.unwrap();
    let details = refused(
        shop.sales()
            .record_sale(with_key(sale(Uuid::now_v7()), "42"))
            .await,
        Code::InvalidArgument,
        "FIELD_INVALID",
    );
    assert_eq!(shop::fields(&details), ["idempotency-key"]);
}

#[tokio::test]
async fn a_timeout_that_cannot_be_read_is_refused() {
    let shop = Shop::empty().await;
    let mut request = tonic::Request::new(sale(Uuid::now_v7()));
    request
        .metadata_mut()
        .insert("grpc-timeout", "soon".parse().unwrap());
    let details = refused(
        shop.sales().record_sale(request).await,
        Code::InvalidArgument,
        "TIMEOUT_INVALID",
    );
    assert_eq!(value(&details, "timeout"), "soon");
}

#[tokio::test]
async fn a_message_over_the_limit_is_refused() {
    let limits = Limits {
        request_bytes_max: 1000,
        ..Limits::default()
    };
    let shop = Shop::with_limits(limits).await;
    let mut request = sale(Uuid::now_v7());
    request.seller = "x".repeat(2000);
    let details = refused(
        shop.sales().record_sale(request).await,
        Code::ResourceExhausted,
        "REQUEST_TOO_LARGE",
    );
    assert_eq!(value(&details, "request_bytes_max"), "1000");
}

#[tokio::test]
async fn unknown_paths_answer_in_the_callers_protocol() {
    let shop = Shop::empty().await;
    let mut socket = tokio::net::TcpStream::connect(shop.address).await.unwrap();
    let request = b"GET /nothing HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n";
    socket.write_all(request).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");

    let path = "/posars.sales.v1.SaleService/Nothing".parse().unwrap();
    let mut client = tonic::client::Grpc::new(shop.channel.clone());
    client.ready().await.unwrap();
    let codec: tonic_prost::ProstCodec<HealthCheckRequest, HealthCheckResponse> = Default::default();
    let request = tonic::Request::new(HealthCheckRequest::default());
    let status = client.unary(request, path, codec).await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
}

#[tokio::test]
async fn a_database_that_is_away_is_said_to_be() {
    let mut server = TestServer::private().await.unwrap();
    let url = server.create_database().await.unwrap();
    let shop = Shop::on(&url, Limits::default(), None).await;
    shop.companies().define_store(store("sp01")).await.unwrap();
    let request = sale(Uuid::now_v7());
    shop.sales().record_sale(request.clone()).await.unwrap();

    server.kill9().await.unwrap();
    let status = shop.sales().record_sale(sale(Uuid::now_v7())).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable, "{status:?}");
    assert!(status.get_error_details().retry_info().is_some(), "{status:?}");
    assert!(
        !status.message().contains("socket"),
        "the driver's own words stay here: {}",
        status.message()
    );
    let read = GetStockItemRequest {
        name: format!("{STORE}/stockItems/a"),
        min_position: 0,
    };
    let details = refused(
        shop.stock().get_stock_item(read).await,
        Code::Unavailable,
        "DATABASE_AWAY",
    );
    assert!(details.retry_info().is_some());

    server.restart().await.unwrap();
    let again = async {
        loop {
            match shop.sales().record_sale(request.clone()).await {
                Ok(answer) => break answer.into_inner().recorded.unwrap(),
                Err(status) => assert_eq!(status.code(), Code::Unavailable, "{status:?}"),
            }
        }
    };
    let again = tokio::time::timeout(Duration::from_secs(30), again)
        .await
        .unwrap();
    assert!(
        again.replayed,
        "what was recorded before the crash is still there, once"
    );
}

#[tokio::test]
async fn whoever_authentication_names_is_who_calls() {
    let ana = |company: &str| {
        let owner = format!("{company}/owner").parse().unwrap();
        Principal::with("ana", "till-7", vec![owner])
    };
    let shop = Shop::called_by(ana("acme")).await;
    let mut define = store("sp01");
    define.validate_only = false;
    let mut request = tonic::Request::new(define);
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    request
        .metadata_mut()
        .insert("traceparent", trace.parse().unwrap());
    shop.companies().define_store(request).await.unwrap();
    let stream = StreamName::parse("store-sp01").unwrap();
    let log = shop.commands.log();
    let events = log
        .read_stream(&stream, Version::new(1), Direction::Forwards, 10)
        .await
        .unwrap();
    let metadata = events[0].metadata.to_string();
    for part in ["\"actor\":\"ana\"", "\"client\":\"till-7\"", trace] {
        assert!(metadata.contains(part), "{part} in {metadata}");
    }

    let shop = Shop::called_by(ana("other")).await;
    refused(
        shop.companies().define_store(store("sp01")).await,
        Code::NotFound,
        "UNKNOWN_COMPANY",
    );
}

/// Every question that takes a position, with this one.
async fn ask_everything(shop: &Shop, sale_id: Uuid, min_position: u64) -> Vec<Status> {
    let day = date(2026, 11, 22);
    let get_sale = GetSaleRequest {
        name: format!("{COMPANY}/sales/{sale_id}"),
        min_position,
    };
    let list_sales = ListSalesRequest {
        parent: COMPANY.into(),
        min_position,
        ..Default::default()
    };
    let list_daily_sales = ListDailySalesRequest {
        parent: COMPANY.into(),
        start_date: day,
        end_date: day,
        min_position,
        ..Default::default()
    };
    let get_stock_item = GetStockItemRequest {
        name: format!("{STORE}/stockItems/a"),
        min_position,
    };
    let list_stock_items = ListStockItemsRequest {
        parent: STORE.into(),
        min_position,
        ..Default::default()
    };
    let list_stock_movements = ListStockMovementsRequest {
        parent: format!("{STORE}/stockItems/a"),
        min_position,
        ..Default::default()
    };
    vec![
        shop.sales().get_sale(get_sale).await.unwrap_err(),
        shop.sales().list_sales(list_sales).await.unwrap_err(),
        shop.reports()
            .list_daily_sales(list_daily_sales)
            .await
            .unwrap_err(),
        shop.stock().get_stock_item(get_stock_item).await.unwrap_err(),
        shop.stock().list_stock_items(list_stock_items).await.unwrap_err(),
        shop.stock()
            .list_stock_movements(list_stock_movements)
            .await
            .unwrap_err(),
    ]
}

#[tokio::test]
async fn a_position_beyond_the_log_is_refused_at_once() {
    // Whether or not the read models keep up with the log; who waited for them would be told that they are behind.
    for is_working in [true, false] {
        let shop = Shop::open().await;
        let _work = is_working.then(|| shop.work());
        let sale_id = Uuid::now_v7();
        shop.sales().record_sale(sale(sale_id)).await.unwrap();
        // The first one beyond, the first that no column holds, and the last there is.
        for min_position in [1_000_000, 1 << 63, u64::MAX] {
            let answers = ask_everything(&shop, sale_id, min_position).await;
            assert_eq!(answers.len(), 6);
            for answer in answers {
                let details = refused(Err::<(), _>(answer), Code::OutOfRange, "POSITION_BEYOND_LOG");
                assert_eq!(value(&details, "min_position"), min_position.to_string());
                let position: u64 = value(&details, "position").parse().unwrap();
                assert!((2..1_000_000).contains(&position), "{position}");
                assert!(details.retry_info().is_none(), "asking again does not help");
            }
        }
    }
}

#[tokio::test]
async fn the_server_ends_when_it_is_told_to() {
    let shop = Shop::open().await;
    shop.stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(5), shop.server)
        .await
        .unwrap()
        .unwrap();
    assert!(tokio::net::TcpStream::connect(shop.address).await.is_err());
}
