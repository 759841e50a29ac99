use posars_commands::reactors::{
    AnyReactor, REACTORS, ReactorStanding, Retried, list_parked, reactor_named, standings,
};
use posars_event_store::{Log, Position, Version};
use tonic::{Request, Response, Status};

use crate::call::Call;
use crate::page::page_asked;
use crate::proto::operations::v1 as pb;
use crate::proto::operations::v1::reactor_service_server::ReactorService;
use crate::status;
use crate::wire::{
    CompanyName, ReactorName, ResourceName as _, read_retry_parked, write_parked_event, write_reactor,
    write_unretried,
};

/// Tells how the reactors of the company stand and what they set aside, and tries that again.
pub(crate) struct ReactorApi;

#[tonic::async_trait]
impl ReactorService for ReactorApi {
    async fn list_reactors(
        &self,
        request: Request<pb::ListReactorsRequest>,
    ) -> Result<Response<pb::ListReactorsResponse>, Status> {
        let (call, mut request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        call.whole_company()?;
        let page = page_asked!(now request)?;
        let (all, head) = all_standings(&call).await?;
        let (reactors, next_page_token) = page.of_whole(&all, head);
        Ok(Response::new(pb::ListReactorsResponse {
            reactors: reactors
                .iter()
                .map(|reactor| write_reactor(call.company(), reactor))
                .collect(),
            next_page_token,
            position: head.get(),
        }))
    }

    async fn get_reactor(
        &self,
        request: Request<pb::GetReactorRequest>,
    ) -> Result<Response<pb::GetReactorResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let ReactorName { reactor_id } = call.name("name", &request.name)?;
        call.whole_company()?;
        let (all, head) = all_standings(&call).await?;
        let mut all = all.iter();
        let reactor = all
            .find(|one| one.name == reactor_id)
            .ok_or_else(|| unknown(&request.name))?;
        Ok(Response::new(pb::GetReactorResponse {
            reactor: Some(write_reactor(call.company(), reactor)),
            position: head.get(),
        }))
    }

    async fn list_parked_events(
        &self,
        request: Request<pb::ListParkedEventsRequest>,
    ) -> Result<Response<pb::ListParkedEventsResponse>, Status> {
        let (call, mut request) = Call::of(request)?;
        let reactor = known(&call, &request.parent)?;
        let page = page_asked!(now request)?;
        let after = page.after_number()?.map_or(Version::START, Version::new);
        let log = log_of(&call);
        let head = head_of(log).await?;
        let limit = usize::try_from(page.rows_max).unwrap_or(usize::MAX);
        let stream = Some(request.stream.as_str()).filter(|stream| !stream.is_empty());
        let parked = list_parked(log, reactor.name(), stream, after, limit).await;
        let parked = parked.map_err(status::from_command)?;
        let next = parked.next.map(|version| vec![version.to_string()]);
        Ok(Response::new(pb::ListParkedEventsResponse {
            parked_events: parked.events.iter().map(write_parked_event).collect(),
            next_page_token: page.next_token(head, next),
            position: head.get(),
        }))
    }

    async fn retry_parked_events(
        &self,
        request: Request<pb::RetryParkedEventsRequest>,
    ) -> Result<Response<pb::RetryParkedEventsResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let reactor = known(&call, &request.parent)?;
        let (stream, limit) = read_retry_parked(request)?;
        let log = log_of(&call);
        let tried = reactor.retry_parked(log, stream.as_deref(), limit).await;
        let tried = tried.map_err(status::from_reactor)?;
        let done = tried.iter().filter(|(_, outcome)| *outcome == Retried::Done);
        let retried_events = u32::try_from(done.count()).unwrap_or(u32::MAX);
        let unretried = tried.iter();
        Ok(Response::new(pb::RetryParkedEventsResponse {
            retried_events,
            unretried_events: unretried
                .filter_map(|(parked, outcome)| write_unretried(parked, outcome))
                .collect(),
            position: head_of(log).await?.get(),
        }))
    }
}

fn log_of(call: &Call) -> &Log {
    call.tenant().log()
}

/// How all reactors of the company stand, with the head that each was compared with.
async fn all_standings(call: &Call) -> Result<(Vec<ReactorStanding>, Position), Status> {
    let all = standings(log_of(call)).await.map_err(status::from_command)?;
    let head = all.first().map_or(Position::START, |reactor| reactor.head);
    Ok((all, head))
}

async fn head_of(log: &Log) -> Result<Position, Status> {
    let head = log.head().await;
    head.map(|head| head.position)
        .map_err(|error| status::from_command(error.into()))
}

/// A reactor of this program, named by a caller who may look after it.
fn known(call: &Call, name: &str) -> Result<&'static dyn AnyReactor, Status> {
    let reactor: ReactorName = call.name("parent", name)?;
    call.whole_company()?;
    reactor_named(&reactor.reactor_id).ok_or_else(|| unknown(&reactor.of(call.company())))
}

fn unknown(name: &str) -> Status {
    let known: Vec<&str> = REACTORS.iter().map(|known| known.name()).collect();
    status::unknown_reactor(name, &known)
}
