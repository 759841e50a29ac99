use posars_event_store::Position;
use tonic::{Request, Response, Status};

use crate::call::Call;
use crate::page::PageAsked;
use crate::proto::operations::v1 as pb;
use crate::proto::operations::v1::projection_service_server::ProjectionService;
use crate::status;
use crate::wire::{Reader, write_projection};

/// Tells how far the projections of the company are.
pub(crate) struct ProjectionApi;

#[tonic::async_trait]
impl ProjectionService for ProjectionApi {
    async fn list_projections(
        &self,
        request: Request<pb::ListProjectionsRequest>,
    ) -> Result<Response<pb::ListProjectionsResponse>, Status> {
        let (call, mut request) = Call::of(request)?;
        let company = call.whole_company_of("parent", &request.parent)?;
        let mut reader = Reader::new();
        let page_token = std::mem::take(&mut request.page_token);
        let page_size = std::mem::take(&mut request.page_size);
        let page = PageAsked::read(&mut reader, page_size, &page_token, &request);
        let page = reader.finish(page)?;
        let answer = call.tenant().projections().status().await;
        let all = answer.map_err(|error| status::from_query(&error))?;
        // All were asked for at once, so each has the same head.
        let head = all.first().map_or(Position::START, |projection| projection.head);
        let (projections, next_page_token) = page.of_whole(&all, head);
        Ok(Response::new(pb::ListProjectionsResponse {
            projections: projections
                .iter()
                .map(|projection| write_projection(company, projection))
                .collect(),
            next_page_token,
            position: head.get(),
        }))
    }
}
