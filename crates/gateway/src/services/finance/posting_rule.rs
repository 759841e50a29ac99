use std::collections::BTreeMap;

use jiff::civil::Date;
use posars_domain::posting_rules::{PostedEvent, PostingRule};
use posars_projections::Freshness;
use tonic::{Request, Response, Status};

use super::whole_list::{after_key, whole_list};
use super::{Answered, posting_rule_commands};
use crate::call::Call;
use crate::page::page_asked;
use crate::proto::finance::v1 as pb;
use crate::proto::finance::v1::posting_rule_service_server::PostingRuleService;
use crate::wire::finance::write_posting_rule;
use crate::wire::{CompanyName, Reader, read_optional_date};

/// Says to which role each part of an event's value is posted.
pub(crate) struct PostingRuleApi;

#[tonic::async_trait]
impl PostingRuleService for PostingRuleApi {
    async fn define_posting_rule(
        &self,
        request: Request<pb::DefinePostingRuleRequest>,
    ) -> Answered<pb::DefinePostingRuleResponse> {
        posting_rule_commands::define_posting_rule(request).await
    }

    async fn list_posting_rules(
        &self,
        request: Request<pb::ListPostingRulesRequest>,
    ) -> Answered<pb::ListPostingRulesResponse> {
        let (call, mut request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        call.whole_company()?;
        let freshness = call.freshness(request.min_position);
        let mut reader = Reader::new();
        let page = page_asked!(&mut reader, request);
        let event = reader.optional::<PostedEvent>("event_type", &request.event_type);
        let on = read_optional_date(&mut reader, "date", request.date);
        let ((event, on), page) = reader.finish(event.zip(on).zip(page))?;
        let (mut rules, position) = rules_with_ends(&call, freshness).await?;
        rules.retain(|(rule, until)| {
            event.is_none_or(|event| event == rule.event)
                && on.is_none_or(|on| rule.valid_from <= on && until.is_none_or(|until| on <= until))
        });
        let rest = after_key(&rules, page.after_key(), |(rule, _)| key_of(rule));
        let (rows, next_page_token) = page.of_one_more(rest, |(rule, _)| key_of(rule));
        Ok(Response::new(pb::ListPostingRulesResponse {
            posting_rules: rows
                .iter()
                .map(|(rule, until)| write_posting_rule(rule, *until))
                .collect(),
            next_page_token,
            position,
        }))
    }
}

/// What tells a rule from all others, in the order of the list.
fn key_of(rule: &PostingRule) -> String {
    let qualifier = rule.qualifier.as_deref().unwrap_or_default();
    format!("{}/{}/{qualifier}/{}", rule.event, rule.part, rule.valid_from)
}

/// Every rule that ever held, or will, in order, with the last day that it holds for.
async fn rules_with_ends(
    call: &Call,
    freshness: Freshness,
) -> Result<(Vec<(PostingRule, Option<Date>)>, u64), Status> {
    let projections = call.tenant().projections();
    let list = |page| async move { projections.list_posting_rules(&page, freshness).await };
    let (rules, position) = whole_list(list).await?;
    // By what a rule is for: the rules that followed each other.
    let mut followed: BTreeMap<_, Vec<Date>> = BTreeMap::new();
    for setting in &rules {
        let rule = &setting.content;
        let same = (rule.event, rule.part, rule.qualifier.clone());
        followed.entry(same).or_default().push(rule.valid_from);
    }
    let with_end = rules.into_iter().map(|setting| {
        let rule = setting.content;
        let dates = followed.get(&(rule.event, rule.part, rule.qualifier.clone()));
        let next = dates
            .into_iter()
            .flatten()
            .filter(|date| **date > rule.valid_from)
            .min();
        let until = next.and_then(|next| next.yesterday().ok());
        (rule, until)
    });
    let mut rules: Vec<_> = with_end.collect();
    rules.sort_by_cached_key(|(rule, _)| key_of(rule));
    Ok((rules, position.get()))
}
