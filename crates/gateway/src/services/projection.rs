use posars_event_store::Position;
use tonic::{Request, Response, Status};

use crate::call::Call;
use crate::page::page_asked;
use crate::proto::operations::v1 as pb;
use crate::proto::operations::v1::projection_service_server::ProjectionService;
use crate::status;
use crate::wire::{CompanyName, write_projection};

/// Tells how far the projections of the company are.
pub(crate) struct ProjectionApi;

#[tonic::async_trait]
impl ProjectionService for ProjectionApi {
    async fn list_projections(
        &self,
        request: Request<pb::ListProjectionsRequest>,
    ) -> Result<Response<pb::ListProjectionsResponse>, Status> {
        let (call, mut request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        call.whole_company()?;
        let page = page_asked!(now request)?;
        let answer = call.tenant().projections().status().await;
        let all = answer.map_err(|error| status::from_query(&error))?;
        // All were asked for at once, so each has the same head.
        let head = all.first().map_or(Position::START, |projection| projection.head);
        let (projections, next_page_token) = page.of_whole(&all, head);
        Ok(Response::new(pb::ListProjectionsResponse {
            projections: projections
                .iter()
                .map(|projection| write_projection(call.company(), projection))
                .collect(),
            next_page_token,
            position: head.get(),
        }))
    }
}
