//! The commands of the posting rules.

use tonic::{Request, Response};

use super::Answered;
use crate::call::Call;
use crate::proto::finance::v1 as pb;
use crate::wire::CompanyName;
use crate::wire::finance::posting_rule_command::read_define_posting_rule;
use crate::wire::finance::write_posting_rule;

pub(super) async fn define_posting_rule(
    request: Request<pb::DefinePostingRuleRequest>,
) -> Answered<pb::DefinePostingRuleResponse> {
    let (call, request) = Call::of(request)?;
    let CompanyName = call.name("parent", &request.parent)?;
    call.whole_company()?;
    let ask = call.ask(&request.request_id, request.validate_only)?;
    let command = read_define_posting_rule(request)?;
    let done = ask.carry_out(&command).await?;
    Ok(Response::new(pb::DefinePostingRuleResponse {
        // Also of a rule that was there from the beginning, about which there is no event of its own.
        posting_rule: Some(write_posting_rule(&command.rule(), None)),
        recorded: done.recorded(),
    }))
}
