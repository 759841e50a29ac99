//! The commands of statements.

use posars_bookkeeping::{Bookkeeping, BookkeepingError, Ready};
use posars_commands::{CommandError, Commands, Offered};
use tonic::{Request, Response, Status};

use super::Answered;
use crate::call::Call;
use crate::proto::finance::v1 as pb;
use crate::status::{self, FieldNames};
use crate::wire::finance::settlement_command::{
    MATCH_FIELDS, STATEMENT_FIELDS, WRITE_OFF_FIELDS, read_match, read_statement, read_write_off_line,
    write_line_answer,
};
use crate::wire::finance::{ReceivableName, StatementLineName};
use crate::wire::{CompanyName, write_recorded};

pub(super) async fn record_settlements(
    request: Request<pb::RecordSettlementsRequest>,
) -> Answered<pb::RecordSettlementsResponse> {
    let (call, request) = Call::of(request)?;
    let CompanyName = call.name("parent", &request.parent)?;
    call.whole_company()?;
    let (envelope, commands) = (call.envelope("")?, commands(&call, request.validate_only));
    let bookkeeping = Bookkeeping::new(commands, call.tenant().projections().clone());
    let lines = read_statement(request)?.into_iter();
    let lines: Vec<_> = lines.map(|line| Offered::new(line, envelope.clone())).collect();
    let recorded = bookkeeping
        .record_settlements(&lines, &envelope, Ready::Within(call.patience()))
        .await;
    let recorded = recorded.map_err(|error| match error {
        BookkeepingError::Command(error) => refused(&call, STATEMENT_FIELDS, error),
        BookkeepingError::Query(error) => status::from_query(&error),
    })?;
    Ok(Response::new(pb::RecordSettlementsResponse {
        recorded_count: count(recorded.lines.len()),
        repeated_count: count(recorded.repeated()),
        matched_count: count(recorded.matched()),
        unmatched_count: count(recorded.unmatched()),
        position: recorded.position().get(),
        statement_lines: recorded
            .lines
            .iter()
            .filter_map(|line| write_line_answer(call.company(), line))
            .collect(),
    }))
}

pub(super) async fn match_statement_line(
    request: Request<pb::MatchStatementLineRequest>,
) -> Answered<pb::MatchStatementLineResponse> {
    let (call, request) = Call::of(request)?;
    let line: StatementLineName = call.name("name", &request.name)?;
    call.whole_company()?;
    let receivable: ReceivableName = call.name("receivable", &request.receivable)?;
    let envelope = call.envelope(&request.request_id)?;
    let commands = commands(&call, request.validate_only);
    let command = read_match(&line, &receivable, request.installment);
    let answer = commands.match_line(&command, &envelope).await;
    let answer = answer.map_err(|error| refused(&call, MATCH_FIELDS, error))?;
    Ok(Response::new(pb::MatchStatementLineResponse {
        statement_line: write_line_answer(call.company(), &answer),
        recorded: Some(write_recorded(&answer.completed, request.validate_only)),
    }))
}

pub(super) async fn write_off_statement_line(
    request: Request<pb::WriteOffStatementLineRequest>,
) -> Answered<pb::WriteOffStatementLineResponse> {
    let (call, request) = Call::of(request)?;
    let line: StatementLineName = call.name("name", &request.name)?;
    call.whole_company()?;
    let envelope = call.envelope(&request.request_id)?;
    let commands = commands(&call, request.validate_only);
    let command = read_write_off_line(&line, &request.counter_account_code, request.reason)?;
    let answer = commands.write_off_line(&command, &envelope).await;
    let answer = answer.map_err(|error| refused(&call, WRITE_OFF_FIELDS, error))?;
    Ok(Response::new(pb::WriteOffStatementLineResponse {
        statement_line: write_line_answer(call.company(), &answer),
        recorded: Some(write_recorded(&answer.completed, request.validate_only)),
    }))
}

fn commands(call: &Call, validate_only: bool) -> Commands {
    let commands = call.tenant().commands();
    if validate_only {
        commands.validate_only()
    } else {
        commands.clone()
    }
}

fn refused(call: &Call, names: FieldNames, error: CommandError) -> Status {
    if matches!(error, CommandError::OutOfScope) {
        return status::limited_to_store(call.company());
    }
    status::from_command_of(names, error)
}

fn count(lines: usize) -> u32 {
    u32::try_from(lines).unwrap_or(u32::MAX)
}
