//! `ProjectionService` on a real socket.

use crate::shop::{COMPANY, Shop, refused, store, value};
use posars_event_store::Position;
use posars_gateway::proto::operations::v1::projection_service_client::ProjectionServiceClient;
use posars_gateway::proto::operations::v1::{GetProjectionRequest, ListProjectionsRequest, Projection};
use tonic::Code;

async fn list(shop: &Shop, page_size: i32) -> (Vec<Vec<Projection>>, u64) {
    let mut client = ProjectionServiceClient::new(shop.channel.clone());
    let mut request = ListProjectionsRequest {
        parent: COMPANY.into(),
        page_size,
        ..Default::default()
    };
    let mut pages = Vec::new();
    loop {
        let answer = client
            .list_projections(request.clone())
            .await
            .unwrap()
            .into_inner();
        pages.push(answer.projections);
        if answer.next_page_token.is_empty() {
            return (pages, answer.position);
        }
        request.page_token = answer.next_page_token;
    }
}

#[tokio::test]
async fn projections_tell_how_far_behind_they_are() {
    let shop = Shop::empty().await;
    let mut companies = shop.companies();
    companies.define_store(store("sp01")).await.unwrap();
    companies.define_store(store("sp02")).await.unwrap();
    let (pages, head) = list(&shop, 0).await;
    let all = pages.concat();
    let names: Vec<_> = all
        .iter()
        .map(|projection| projection.projection_id.as_str())
        .collect();
    assert_eq!(names, shop.projections.names());
    for projection in &all {
        assert_eq!(
            projection.name,
            format!("{COMPANY}/projections/{}", projection.projection_id)
        );
        assert_eq!(
            (projection.position, projection.lag_events),
            (0, head),
            "{projection:?}"
        );
        assert_eq!((projection.move_time, projection.holder.as_str()), (None, ""));
    }
    shop.projections
        .catch_up_to(Position::new(head), "test")
        .await
        .unwrap();
    let (pages, _) = list(&shop, 3).await;
    assert!(
        pages.iter().rev().skip(1).all(|page| page.len() == 3),
        "{pages:?}"
    );
    let caught_up = pages.concat();
    assert_eq!(caught_up.len(), all.len());
    for projection in caught_up {
        assert_eq!(
            (projection.position, projection.lag_events),
            (head, 0),
            "{projection:?}"
        );
        assert_eq!((projection.lag_seconds, projection.parked_events), (0, 0));
        assert!(
            projection.move_time.is_some() && projection.build_version > 0,
            "{projection:?}"
        );
    }
}

#[tokio::test]
async fn a_page_of_nothing_sensible_is_refused() {
    let shop = Shop::empty().await;
    let mut client = ProjectionServiceClient::new(shop.channel.clone());
    let request = ListProjectionsRequest {
        parent: COMPANY.into(),
        page_size: -1,
        ..Default::default()
    };
    let answer = client.list_projections(request).await;
    refused(answer, Code::InvalidArgument, "PAGE_SIZE_INVALID");
}

#[tokio::test]
async fn one_projection_is_read_by_its_name() {
    let shop = Shop::open().await;
    let mut client = ProjectionServiceClient::new(shop.channel.clone());
    let (pages, head) = list(&shop, 0).await;
    for listed in pages.concat() {
        let request = GetProjectionRequest {
            name: listed.name.clone(),
        };
        let answer = client.get_projection(request).await.unwrap().into_inner();
        let one = answer.projection.unwrap();
        assert_eq!((one.name, one.lag_events), (listed.name, listed.lag_events));
        assert_eq!(answer.position, head);
    }
    let nobody = format!("{COMPANY}/projections/nobody");
    let request = GetProjectionRequest { name: nobody.clone() };
    let details = refused(
        client.get_projection(request).await,
        Code::NotFound,
        "PROJECTION_NOT_FOUND",
    );
    assert_eq!(value(&details, "name"), nobody);
    // There are so many that a value of an answer does not hold them all: its middle is left out.
    let known = value(&details, "known");
    let names = shop.projections.names().join(", ");
    let (beginning, end) = known.split_once('…').unwrap();
    assert!(names.starts_with(beginning) && names.ends_with(end), "{known}");
}
