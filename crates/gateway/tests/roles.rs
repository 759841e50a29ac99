//! A process that serves one area, and a gateway that hands calls on, on real sockets.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod front;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use front::{Answer, Front, GET_STOCK, NOTHING, grpc};
use posars_edge::{Limits, Network, Server};
use posars_gateway::{Area, Areas, Authentication, Gateway, Principal, Tenants, Upstreams};
use serde_json::Value;
use tonic::Code;
use tonic_health::ServingStatus;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt as _;

const GRPC: &str = "application/grpc";
const GRPC_WEB: &str = "application/grpc-web";
const GET_SALE: &str = "/posars.sales.v1.SaleService/GetSale";
const STOCK_ITEMS: &str = "/v1/companies/acme/stores/sp01/stockItems";
const SALES: &str = "/v1/companies/acme/sales";

fn ana() -> Authentication {
    Authentication::Trusted(Principal::local("acme".parse().unwrap()))
}

/// A server whose tests tell it where its callers come from.
fn behind_a_proxy() -> Server {
    Server {
        trusted_proxies: vec!["127.0.0.0/8".parse::<Network>().unwrap()],
        ..Server::default()
    }
}

fn with(limits: Limits) -> Server {
    Server {
        limits,
        ..Server::default()
    }
}

/// A process that serves these areas, and no company.
async fn role(areas: Areas) -> Front {
    let gateway = Gateway::of_areas(areas, Tenants::default(), ana(), &Limits::default()).await;
    let gateway = gateway.unwrap();
    gateway.readiness().start_serving().await;
    Front::serve(behind_a_proxy(), gateway.into_router()).await
}

/// A gateway before these processes.
async fn gateway(of: impl Fn(Area) -> std::net::SocketAddr) -> Front {
    let all = Area::ALL.map(|area| (area, format!("http://{}", of(area)).parse().unwrap()));
    let upstreams = Upstreams::new(all).unwrap();
    let gateway = Gateway::forwarding(upstreams, &Limits::default()).await.unwrap();
    Front::serve(Server::default(), gateway.into_router()).await
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

/// The reason in an error of REST.
fn reason(answer: &Answer) -> String {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("{answer:?}"));
    let mut details = body["details"].as_array().unwrap().iter();
    let told = details.find_map(|detail| detail["reason"].as_str());
    told.unwrap_or_default().to_owned()
}

#[tokio::test]
async fn what_another_process_serves_is_refused_and_said_where() {
    let front = role(Areas::Only(Area::Sales)).await;
    let own = front.ask_http2(grpc(GET_SALE, GRPC, NOTHING)).await;
    assert_eq!(own.refusal(), (Code::NotFound, "UNKNOWN_COMPANY".to_owned()));
    for content_type in [GRPC, GRPC_WEB] {
        let answer = front.ask_http2(grpc(GET_STOCK, content_type, NOTHING)).await;
        let refusal = (Code::Unimplemented, "SERVICE_ELSEWHERE".to_owned());
        assert_eq!(answer.refusal(), refusal, "{content_type}");
        let status = answer.status();
        assert!(status.message().contains("posars serve inventory"), "{status}");
        let info = status.get_error_details().error_info().unwrap().clone();
        assert_eq!(info.metadata["area"], "inventory");
        assert_eq!(info.metadata["service"], "posars.inventory.v1.StockService");
    }
    // REST has nothing at that path, in either language.
    let answer = front.ask_http1(get(STOCK_ITEMS)).await;
    assert_eq!(
        (answer.http, reason(&answer).as_str()),
        (StatusCode::NOT_FOUND, "SERVICE_ELSEWHERE")
    );
    let mut em_portugues = get(STOCK_ITEMS);
    let pt = "pt-BR".parse().unwrap();
    em_portugues.headers_mut().insert("accept-language", pt);
    let answer = front.ask_http1(em_portugues).await;
    let told = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(told.contains("Este processo não atende"), "{told}");
    let own = front.ask_http1(get(SALES)).await;
    assert_eq!(reason(&own), "UNKNOWN_COMPANY");
    let nothing = front.ask_http1(get("/v1/nothing")).await;
    assert_eq!(
        (nothing.http, reason(&nothing).as_str()),
        (StatusCode::NOT_FOUND, "ROUTE_NOT_FOUND")
    );
}

#[tokio::test]
async fn health_tells_of_the_services_of_the_area_alone() {
    let front = role(Areas::Only(Area::Hr)).await;
    let channel = tonic::transport::Endpoint::from_shared(format!("http://{}", front.address))
        .unwrap()
        .connect()
        .await
        .unwrap();
    let mut client = HealthClient::new(channel);
    for (service, expected) in [
        ("", Ok(ServingStatus::Serving)),
        ("posars.hr.v1.EmployeeService", Ok(ServingStatus::Serving)),
        ("posars.identity.v1.UserService", Ok(ServingStatus::Serving)),
        ("posars.sales.v1.SaleService", Err(Code::NotFound)),
    ] {
        let service_name = service.to_owned();
        let checked = client
            .check(HealthCheckRequest {
                service: service_name,
            })
            .await;
        let status = checked
            .map(|answer| answer.into_inner().status)
            .map_err(|status| status.code());
        let expected = expected.map(|status| match status {
            ServingStatus::Serving => 1,
            ServingStatus::NotServing => 2,
            ServingStatus::Unknown => 0,
        });
        assert_eq!(status, expected, "{service:?}");
    }
}

#[tokio::test]
async fn a_gateway_hands_each_call_to_the_process_of_its_area_in_every_protocol() {
    let mut roles = Vec::new();
    for area in Area::ALL {
        roles.push((area, role(Areas::Only(area)).await));
    }
    let address_of = |wanted: Area| {
        let found = roles.iter().find(|(area, _)| *area == wanted);
        found.unwrap().1.address
    };
    let front = gateway(address_of).await;
    // Each role refuses the calls of others, so whatever arrives at a company's door has been handed to its own.
    let passed = (Code::NotFound, "UNKNOWN_COMPANY".to_owned());
    for path in [
        GET_SALE,
        GET_STOCK,
        "/posars.finance.v1.ChartService/ListAccounts",
        "/posars.hr.v1.EmployeeService/GetEmployee",
        "/posars.reporting.v1.SalesReportService/ListDailySales",
        "/posars.operations.v1.ProjectionService/ListProjections",
    ] {
        for content_type in [GRPC, GRPC_WEB] {
            let answer = front.ask_http2(grpc(path, content_type, NOTHING)).await;
            assert_eq!(answer.refusal(), passed, "{path} {content_type}");
        }
    }
    let web = front.ask_http1(grpc(GET_STOCK, GRPC_WEB, NOTHING)).await;
    assert_eq!(web.refusal(), passed);
    for path in [
        SALES,
        STOCK_ITEMS,
        "/v1/companies/acme/employees",
        "/v1/companies/acme/accounts",
    ] {
        for answer in [
            front.ask_http1(get(path)).await,
            front.ask_http2(get(&format!("http://x{path}"))).await,
        ] {
            assert_eq!(answer.http, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(reason(&answer), "UNKNOWN_COMPANY", "{path}");
        }
    }
    // What no area has is answered as everywhere.
    let nothing = front.ask_http1(get("/v1/nothing")).await;
    assert_eq!(reason(&nothing), "ROUTE_NOT_FOUND");
    let put = Request::put(SALES).body(Body::empty()).unwrap();
    assert_eq!(front.ask_http1(put).await.http, StatusCode::METHOD_NOT_ALLOWED);
    let unknown = grpc("/posars.sales.v1.SaleService/Nothing", GRPC, NOTHING);
    let unknown = front.ask_http2(unknown).await.refusal();
    assert_eq!(unknown, (Code::Unimplemented, "UNKNOWN_METHOD".to_owned()));
}

#[tokio::test]
async fn a_process_that_is_away_takes_no_other_with_it() {
    let alive = role(Areas::All).await;
    // Bound and never accepted from would be slow; a closed one refuses at once.
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let away = closed.local_addr().unwrap();
    drop(closed);
    let front = gateway(|area| {
        if area == Area::Inventory {
            away
        } else {
            alive.address
        }
    })
    .await;
    let answer = front.ask_http2(grpc(GET_STOCK, GRPC, NOTHING)).await;
    assert_eq!(
        answer.refusal(),
        (Code::Unavailable, "UPSTREAM_UNAVAILABLE".to_owned())
    );
    let details = answer.status().get_error_details();
    assert!(details.retry_info().unwrap().retry_delay.is_some());
    let web = front.ask_http1(grpc(GET_STOCK, GRPC_WEB, NOTHING)).await;
    assert_eq!(web.refusal().0, Code::Unavailable);
    let rest = front.ask_http1(get(STOCK_ITEMS)).await;
    assert_eq!(rest.http, StatusCode::SERVICE_UNAVAILABLE, "{rest:?}");
    assert_eq!(reason(&rest), "UPSTREAM_UNAVAILABLE");
    assert_eq!(rest.header("retry-after"), "1");
    // With a body, which nobody takes.
    let body = Body::from(r#"{"storeId": "sp01"}"#);
    let post = Request::post("/v1/companies/acme/stores/sp01/stockReceipts")
        .header("content-type", "application/json")
        .header("accept-language", "pt")
        .body(body)
        .unwrap();
    let rest = front.ask_http1(post).await;
    assert_eq!(rest.http, StatusCode::SERVICE_UNAVAILABLE, "{rest:?}");
    let told = String::from_utf8_lossy(&rest.body).into_owned();
    assert!(told.contains("não responde"), "{told}");
    let others = front.ask_http2(grpc(GET_SALE, GRPC, NOTHING)).await;
    assert_eq!(others.refusal().1, "UNKNOWN_COMPANY");
}

#[tokio::test]
async fn an_area_that_hangs_leaves_seats_to_the_others() {
    let alive = role(Areas::All).await;
    // Takes connections and says nothing.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hanging = silent.local_addr().unwrap();
    let limits = Limits {
        in_flight_calls_max: 8,
        deadline_max: std::time::Duration::from_secs(300),
        ..Limits::default()
    };
    let all = Area::ALL.map(|area| {
        let address = if area == Area::Inventory {
            hanging
        } else {
            alive.address
        };
        (area, format!("http://{address}").parse().unwrap())
    });
    let forwarding = Gateway::forwarding(Upstreams::new(all).unwrap(), &limits).await;
    let front = Front::serve(with(limits), forwarding.unwrap().into_router()).await;
    let mut client = front.http2().await;
    // The four that it may have under way get no answer; when all have arrived, a further one is refused.
    let mut waiting = Vec::new();
    let refused = loop {
        let mut call = Box::pin(client.send_request(grpc(GET_STOCK, GRPC, NOTHING)));
        match tokio::time::timeout(std::time::Duration::from_millis(500), call.as_mut()).await {
            Ok(answer) => break Answer::of(answer.unwrap().map(Body::new)).await,
            Err(_) => waiting.push(call),
        }
        assert!(waiting.len() <= 4, "no share is kept");
    };
    assert_eq!(refused.refusal(), (Code::Unavailable, "OVERLOADED".to_owned()));
    assert_eq!(waiting.len(), 4);
    let sale = front.ask_http2(grpc(GET_SALE, GRPC, NOTHING)).await;
    assert_eq!(sale.refusal().1, "UNKNOWN_COMPANY");
}

#[tokio::test]
async fn strangers_are_counted_by_their_own_address_behind_the_gateway() {
    let limits = Limits {
        stranger_rate: Some(posars_edge::Rate {
            calls_per_s: std::num::NonZeroU32::MIN,
            burst_calls_max: std::num::NonZeroU32::new(2).unwrap(),
        }),
        ..Limits::default()
    };
    let folder = tempfile::tempdir().unwrap();
    let issuer = posars_identity::LocalIssuer::open(&folder.path().join("keys")).unwrap();
    let verifier = posars_identity::Verifier::new(issuer.verifier_config())
        .await
        .unwrap();
    let gateway_of_role = Gateway::new(Tenants::default(), Authentication::Tokens(verifier), &limits).await;
    let behind = Front::serve(
        Server {
            limits,
            ..behind_a_proxy()
        },
        gateway_of_role.unwrap().into_router(),
    )
    .await;
    let address = behind.address;
    let all = Area::ALL.map(|area| (area, format!("http://{address}").parse().unwrap()));
    let forwarding = Gateway::forwarding(Upstreams::new(all).unwrap(), &Limits::default()).await;
    let front = Front::serve(behind_a_proxy(), forwarding.unwrap().into_router()).await;
    let ask = async |from: &str| {
        let mut request = get(SALES);
        let from = from.parse().unwrap();
        request.headers_mut().insert("x-forwarded-for", from);
        reason(&front.ask_http1(request).await)
    };
    for _ in 0..2 {
        assert_eq!(ask("192.0.2.1").await, "TOKEN_MISSING");
    }
    assert_eq!(ask("192.0.2.1").await, "RATE_LIMITED");
    assert_eq!(
        ask("192.0.2.2").await,
        "TOKEN_MISSING",
        "another address has its own"
    );
}

#[tokio::test]
async fn every_area_needs_a_process() {
    let one = [(Area::Sales, "http://127.0.0.1:1".parse().unwrap())];
    let missing = Upstreams::new(one).unwrap_err();
    assert!(missing.to_string().contains("inventory"), "{missing}");
}
