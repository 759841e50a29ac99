//! The commands of the posting rules, from the wire.

use posars_domain::posting_rules::DefinePostingRule;
use tonic::Status;

use crate::proto::finance::v1 as pb;
use crate::status::FieldNames;
use crate::wire::from_request::FromRequest;
use crate::wire::value::given;
use crate::wire::{Reader, read_date};

impl FromRequest for DefinePostingRule {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[("event", "event_type"), ("valid_from", "start_date")]);
}

/// Reads the command of a `DefinePostingRuleRequest`.
pub(crate) fn read_define_posting_rule(
    request: pb::DefinePostingRuleRequest,
) -> Result<DefinePostingRule, Status> {
    let mut reader = Reader::new();
    let event = reader.text("event_type", &request.event_type);
    let part = reader.text("part", &request.part);
    let role = reader.text("role", &request.role);
    let valid_from = read_date(&mut reader, "start_date", request.start_date);
    let command = (|| {
        Some(DefinePostingRule {
            event: event?,
            part: part?,
            qualifier: given(request.qualifier),
            role: role?,
            valid_from: valid_from?,
        })
    })();
    reader.finish(command)
}
