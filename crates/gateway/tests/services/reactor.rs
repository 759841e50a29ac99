//! `ReactorService` on a real socket: how reactors stand, what they set aside, tried again.

use crate::door::{House, Wire};
use crate::shop;
use crate::shop::{COMPANY, STORE, Shop, fields, refused, value};
use posars_commands::reactors::ReactorRunner;
use posars_event_store::Position;
use posars_gateway::proto::inventory::v1::{DefineProductRequest, GetStockItemRequest};
use posars_gateway::proto::operations::v1::reactor_service_client::ReactorServiceClient;
use posars_gateway::proto::operations::v1::{
    GetReactorRequest, ListParkedEventsRequest, ListReactorsRequest, ParkedEvent, Reactor, RetryOutcome,
    RetryParkedEventsRequest, RetryParkedEventsResponse,
};
use tonic::Code;
use tonic::transport::Channel;
use uuid::Uuid;

const STOCK: &str = "companies/acme/reactors/reactor.stock";

impl Shop {
    fn reactors(&self) -> ReactorServiceClient<Channel> {
        ReactorServiceClient::new(self.channel.clone())
    }

    async fn reactor(&self) -> (Reactor, u64) {
        let request = GetReactorRequest { name: STOCK.into() };
        let answer = self.reactors().get_reactor(request).await.unwrap().into_inner();
        (answer.reactor.unwrap(), answer.position)
    }

    /// What is set aside, in pages of this size.
    async fn parked(&self, page_size: i32, stream: &str) -> Vec<Vec<ParkedEvent>> {
        let mut request = ListParkedEventsRequest {
            parent: STOCK.into(),
            stream: stream.into(),
            page_size,
            ..Default::default()
        };
        let mut pages = Vec::new();
        loop {
            let answer = self.reactors().list_parked_events(request.clone()).await;
            let answer = answer.unwrap().into_inner();
            pages.push(answer.parked_events);
            if answer.next_page_token.is_empty() {
                return pages;
            }
            request.page_token = answer.next_page_token;
        }
    }

    async fn retry(&self, max_events: i32, stream: &str) -> RetryParkedEventsResponse {
        let request = RetryParkedEventsRequest {
            parent: STOCK.into(),
            stream: stream.into(),
            max_events,
        };
        let answer = self.reactors().retry_parked_events(request).await;
        answer.unwrap().into_inner()
    }

    /// Lets the reactor deal with everything there is.
    async fn catch_up(&self) {
        let log = self.commands.log().clone();
        let head = log.head().await.unwrap().position;
        let mut reactor = ReactorRunner::stock(log, "test");
        assert!(reactor.catch_up_to(head).await.unwrap() >= head);
    }

    async fn on_hand(&self, sku: &str, min_position: u64) -> String {
        let position = Position::new(min_position);
        self.projections.catch_up_to(position, "test").await.unwrap();
        let request = GetStockItemRequest {
            name: format!("{STORE}/stockItems/{sku}"),
            min_position,
        };
        let answer = self.stock().get_stock_item(request).await.unwrap().into_inner();
        answer.stock_item.unwrap().quantity.unwrap().value
    }

    /// Records a sale of two coffees that the reactor will not be able to read; answers its stream and what it was.
    async fn spoilt_sale(&self) -> (String, String) {
        let sale_id = Uuid::now_v7();
        self.sales().record_sale(shop::sale(sale_id)).await.unwrap();
        let stream = format!("sale-{sale_id}");
        let client = self.store.pool().get().await.unwrap();
        let select = "select data from events where stream = $1";
        let data = client.query_one(select, &[&stream]).await.unwrap().get(0);
        self.put(&stream, r#"{"spoilt":true}"#).await;
        (stream, data)
    }

    async fn put(&self, stream: &str, data: &str) {
        let client = self.store.pool().get().await.unwrap();
        let update = "update events set data = $2 where stream = $1";
        assert_eq!(client.execute(update, &[&stream, &data]).await.unwrap(), 1);
    }
}

/// A shop that sells the coffee of [`shop::sale`] and keeps stock of it.
async fn open() -> Shop {
    let shop = Shop::open().await;
    let coffee = DefineProductRequest {
        parent: COMPANY.into(),
        sku: "cafe_500g".into(),
        display_name: "Café".into(),
        ..Default::default()
    };
    shop.products().define_product(coffee).await.unwrap();
    shop
}

#[tokio::test]
async fn reactors_tell_how_far_behind_they_are() {
    let shop = open().await;
    let (reactor, head) = shop.reactor().await;
    assert_eq!(
        (reactor.name.as_str(), reactor.reactor_id.as_str()),
        (STOCK, "reactor.stock")
    );
    assert!(head > 0);
    assert_eq!(
        (reactor.position, reactor.lag_events, reactor.holder.as_str()),
        (0, head, "")
    );
    shop.catch_up().await;
    let (reactor, head) = shop.reactor().await;
    assert_eq!((reactor.position, reactor.lag_events), (head, 0));
    assert_eq!((reactor.lag_seconds, reactor.parked_events), (0, 0));
    let listed = shop
        .reactors()
        .list_reactors(ListReactorsRequest {
            parent: COMPANY.into(),
            page_size: 1,
            ..Default::default()
        })
        .await
        .unwrap()
        .into_inner();
    assert_eq!((listed.reactors, listed.position), (vec![reactor], head));
    let mut rest = Vec::new();
    let mut page_token = listed.next_page_token;
    while !page_token.is_empty() {
        let request = ListReactorsRequest {
            parent: COMPANY.into(),
            page_token,
            page_size: 1,
        };
        let page = shop.reactors().list_reactors(request).await.unwrap().into_inner();
        rest.extend(page.reactors.into_iter().map(|reactor| reactor.reactor_id));
        page_token = page.next_page_token;
    }
    assert_eq!(rest, ["reactor.low_stock", "reactor.books"]);
}

#[tokio::test]
async fn what_was_set_aside_is_told_and_moves_stock_once_it_can() {
    let shop = open().await;
    let (stream, data) = shop.spoilt_sale().await;
    shop.catch_up().await;
    assert_eq!(shop.reactor().await.0.parked_events, 1);
    let parked = shop.parked(0, "").await.concat();
    let told = (
        parked[0].stream.as_str(),
        parked[0].reason.as_str(),
        parked[0].version,
    );
    assert_eq!(told, (stream.as_str(), "EVENT_UNREADABLE", 1));
    assert!(!parked[0].problem.is_empty() && parked[0].park_time.is_some());
    let head = shop.commands.log().head().await.unwrap().position.get();

    let failed = shop.retry(0, "").await;
    assert_eq!(
        (failed.retried_events, failed.position),
        (0, head),
        "nothing is written"
    );
    let left = &failed.unretried_events[0];
    assert_eq!(left.parked_event.as_ref(), parked.first());
    assert_eq!(
        (left.outcome(), left.reason.as_str()),
        (RetryOutcome::Failed, "EVENT_UNREADABLE")
    );

    shop.put(&stream, &data).await;
    let done = shop.retry(0, "").await;
    assert_eq!((done.retried_events, done.unretried_events.len()), (1, 0));
    assert_eq!(shop.on_hand("cafe_500g", done.position).await, "-2");
    assert_eq!(shop.parked(0, "").await.concat(), []);
    assert_eq!(shop.reactor().await.0.parked_events, 0);
    let again = shop.retry(0, "").await;
    assert_eq!(
        (again.retried_events, again.unretried_events.len(), again.position),
        (0, 0, done.position),
        "what is done is not done twice"
    );
}

#[tokio::test]
async fn what_was_set_aside_comes_in_pages_and_by_stream() {
    let shop = open().await;
    let mut streams = Vec::new();
    for _ in 0..5 {
        streams.push(shop.spoilt_sale().await);
    }
    shop.catch_up().await;
    let pages = shop.parked(2, "").await;
    let sizes: Vec<usize> = pages.iter().map(Vec::len).collect();
    assert_eq!(sizes, [2, 2, 1]);
    let told = pages.concat();
    let told: Vec<&str> = told.iter().map(|parked| parked.stream.as_str()).collect();
    let expected: Vec<&str> = streams.iter().map(|(stream, _)| stream.as_str()).collect();
    assert_eq!(told, expected);

    let (third, data) = &streams[2];
    assert_eq!(shop.parked(0, third).await.concat().len(), 1);
    shop.put(third, data).await;
    let one = shop.retry(1, "").await;
    assert_eq!(
        (one.retried_events, one.unretried_events.len()),
        (0, 1),
        "the first of all, which is spoilt still"
    );
    assert_eq!(shop.retry(0, third).await.retried_events, 1);
    // Coffee has gone on since the first two, which have to be counted now.
    for (stream, data) in &streams {
        shop.put(stream, data).await;
    }
    let rest = shop.retry(0, "").await;
    let outcomes: Vec<_> = rest.unretried_events.iter().map(|left| left.outcome()).collect();
    assert_eq!(
        (rest.retried_events, outcomes),
        (2, vec![RetryOutcome::TooLate, RetryOutcome::TooLate])
    );
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused() {
    let shop = Shop::empty().await;
    let mut reactors = shop.reactors();
    let nobody = format!("{COMPANY}/reactors/reactor.nobody");
    let answer = reactors
        .get_reactor(GetReactorRequest { name: nobody.clone() })
        .await;
    let details = refused(answer, Code::NotFound, "REACTOR_NOT_FOUND");
    assert_eq!(
        (value(&details, "name"), value(&details, "known")),
        (nobody.as_str(), "reactor.stock, reactor.low_stock, reactor.books")
    );
    let list = ListParkedEventsRequest {
        parent: nobody.clone(),
        ..Default::default()
    };
    let answer = reactors.list_parked_events(list).await;
    refused(answer, Code::NotFound, "REACTOR_NOT_FOUND");
    let retry = RetryParkedEventsRequest {
        parent: nobody,
        ..Default::default()
    };
    let answer = reactors.retry_parked_events(retry).await;
    refused(answer, Code::NotFound, "REACTOR_NOT_FOUND");
    for max_events in [-1, 1_001] {
        let retry = RetryParkedEventsRequest {
            parent: STOCK.into(),
            max_events,
            ..Default::default()
        };
        let answer = reactors.retry_parked_events(retry).await;
        let details = refused(answer, Code::InvalidArgument, "FIELD_INVALID");
        assert_eq!(fields(&details), ["max_events"]);
    }
    let foreign = ListParkedEventsRequest {
        parent: STOCK.into(),
        page_token: "ff".into(),
        ..Default::default()
    };
    let answer = reactors.list_parked_events(foreign).await;
    refused(answer, Code::InvalidArgument, "PAGE_TOKEN_INVALID");
    let elsewhere = ListReactorsRequest {
        parent: "companies/beta".into(),
        ..Default::default()
    };
    let answer = reactors.list_reactors(elsewhere).await;
    refused(answer, Code::NotFound, "UNKNOWN_COMPANY");
}

#[tokio::test]
async fn an_operator_sees_the_same_over_grpc_and_rest() {
    let house = House::open().await;
    let operator = house.caller(&["acme/operator"]);
    for wire in [Wire::Grpc, Wire::Rest] {
        let list = house
            .call(wire, &house.rpc("ListReactors"), &operator, None)
            .await;
        let reactors = list.body()["reactors"].as_array().unwrap();
        assert_eq!(reactors.len(), 3, "{wire:?}: {list:?}");
        assert_eq!(reactors[0]["name"], STOCK);
        // The house has let them deal with all; a nought is not there over gRPC.
        assert_eq!(reactors[0]["lagEvents"].as_str().unwrap_or("0"), "0");
        let one = house.call(wire, &house.rpc("GetReactor"), &operator, None).await;
        assert_eq!(one.body()["reactor"], reactors[0]);
        let tried = house
            .call(wire, &house.rpc("RetryParkedEvents"), &operator, None)
            .await;
        assert_eq!(
            tried.body()["position"],
            house.heads().await[0].to_string(),
            "{tried:?}"
        );
    }
}
