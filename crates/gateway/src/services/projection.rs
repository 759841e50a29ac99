use posars_event_store::Position;
use posars_projections::ProjectionStatus;
use tonic::{Request, Response, Status};

use crate::call::Call;
use crate::page::page_asked;
use crate::proto::operations::v1 as pb;
use crate::proto::operations::v1::projection_service_server::ProjectionService;
use crate::status;
use crate::wire::{CompanyName, ProjectionName, write_projection};

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
        let (all, head) = all_statuses(&call).await?;
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

    async fn get_projection(
        &self,
        request: Request<pb::GetProjectionRequest>,
    ) -> Result<Response<pb::GetProjectionResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let ProjectionName { projection_id } = call.name("name", &request.name)?;
        call.whole_company()?;
        let (all, head) = all_statuses(&call).await?;
        let mut all = all.iter();
        let projection = all
            .find(|one| one.projection == projection_id)
            .ok_or_else(|| status::unknown_projection(&request.name, &call.tenant().projections().names()))?;
        Ok(Response::new(pb::GetProjectionResponse {
            projection: Some(write_projection(call.company(), projection)),
            position: head.get(),
        }))
    }
}

/// How all projections of the company stand, with the head that each was compared with: all were asked for at once.
async fn all_statuses(call: &Call) -> Result<(Vec<ProjectionStatus>, Position), Status> {
    let answer = call.tenant().projections().status().await;
    let all = answer.map_err(|error| status::from_query(&error))?;
    let head = all.first().map_or(Position::START, |projection| projection.head);
    Ok((all, head))
}
