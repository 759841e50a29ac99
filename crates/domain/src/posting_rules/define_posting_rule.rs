//! Adding a posting rule, or giving one a successor.

use std::fmt::Display;

use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::rejection::POSTING_RULES_MAX;
use super::{
    PostedEvent, PostingPart, PostingRule, PostingRuleDefined, PostingRules, PostingRulesEvent,
    PostingRulesRejection, PostingRulesState,
};
use crate::books::BooksCircumstance;
use crate::dates::business_day;
use crate::{AccountRole, Command, Decided, Decision, Given, InvalidValue};

/// How far behind UTC the westernmost clocks of Brazil are: their day is the last to end.
const BEHIND_UTC: SignedDuration = SignedDuration::from_hours(5);

/// Says to which role a part of an event's value is posted from a day on; the same rule again changes nothing.
///
/// Rules are never retroactive: what is posted stays, and an event of a day that has passed must be posted as all of
/// that day were. A day for which there was no rule at all may still get one, and what waited for it is posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinePostingRule {
    /// The event.
    pub event: PostedEvent,
    /// The part of it.
    pub part: PostingPart,
    /// Only where the part is of this sort; `None` for all that have no rule of their own.
    pub qualifier: Option<String>,
    /// Where it is posted.
    pub role: AccountRole,
    /// The first business day that it holds for, 2000 to 2099.
    pub valid_from: Date,
}

impl Command for DefinePostingRule {
    type Of = PostingRules;
    type Answer = PostingRuleDefined;

    const NAME: &'static str = "DefinePostingRule";

    fn stream_id(&self) -> impl Display + Send {
        PostingRules::stream_id()
    }

    fn is_answer(&self, event: &PostingRulesEvent) -> bool {
        matches!(event, PostingRulesEvent::PostingRuleDefined(event) if event.rule == self.rule())
    }

    fn decide(&self, state: &PostingRulesState, given: &Given<'_>) -> Decided<PostingRules> {
        self.check_content()?;
        if !state.is_begun {
            return Err(BooksCircumstance::BooksNotBegun.into());
        }
        let versions = state.versions(self.event, self.part, self.qualifier.as_deref());
        if let Some(same_day) = versions.iter().find(|rule| rule.valid_from == self.valid_from) {
            return if same_day.role == self.role {
                Ok(Decision::nothing())
            } else {
                Err(PostingRulesRejection::Overlap {
                    role: same_day.role.clone(),
                    valid_from: self.valid_from,
                })
            };
        }
        let today = TimeZone::UTC.to_datetime(given.recorded_at - BEHIND_UTC).date();
        if let Some(replaced) = self.replaced_before(today, state) {
            return Err(PostingRulesRejection::Retroactive {
                role: replaced.role.clone(),
                valid_from: self.valid_from,
                today,
            });
        }
        if state.len() >= POSTING_RULES_MAX {
            return Err(PostingRulesRejection::Full);
        }
        Ok(Decision::event(PostingRuleDefined { rule: self.rule() }))
    }
}

impl DefinePostingRule {
    /// The rule as it is to be.
    #[must_use]
    pub fn rule(&self) -> PostingRule {
        PostingRule {
            event: self.event,
            part: self.part,
            qualifier: self.qualifier.clone(),
            role: self.role.clone(),
            valid_from: self.valid_from,
        }
    }

    fn check_content(&self) -> Result<(), InvalidValue> {
        business_day("valid_from", self.valid_from)?;
        if !self.event.parts().contains(&self.part) {
            let rule = format!("{} has other parts: {}", self.event, words(self.event.parts()));
            return Err(InvalidValue::new("POSTING_PART_NOT_OF_EVENT", self.part, rule).at("part"));
        }
        if let Some(qualifier) = &self.qualifier
            && !self.event.has_sort(self.part, qualifier)
        {
            let rule = "a qualifier is a payment method, the reason of an adjustment or the kind of what is owed, where \
                        the part has such sorts; leave it out for all";
            return Err(InvalidValue::new("POSTING_QUALIFIER_INVALID", qualifier, rule).at("qualifier"));
        }
        if !self.part.may_go_to(&self.role) {
            let rule = "an account with a ledger of its own takes only what that ledger takes: payments become \
                        receivables, what is supplied becomes a payable, and goods are in stock";
            return Err(InvalidValue::new("POSTING_ROLE_NOT_ALLOWED", &self.role, rule).at("role"));
        }
        Ok(())
    }

    /// A rule by which events of days before today were posted that this one would be for. Nothing was posted by one whose
    /// role cannot take the part: what it is about waits for another.
    fn replaced_before<'s>(&self, today: Date, state: &'s PostingRulesState) -> Option<&'s PostingRule> {
        let versions = state.versions(self.event, self.part, self.qualifier.as_deref());
        let next = versions.iter().find(|rule| rule.valid_from > self.valid_from);
        let end = next.map_or(today, |next| next.valid_from.min(today));
        let last = end.yesterday().ok().filter(|last| *last >= self.valid_from)?;
        let before = state.rule_for(self.event, self.part, self.qualifier.as_deref(), last);
        before.filter(|rule| rule.part.may_go_to(&rule.role))
    }
}

fn words(parts: &[PostingPart]) -> String {
    if parts.is_empty() {
        return "none, because it names its accounts itself".to_owned();
    }
    let words: Vec<_> = parts.iter().map(|part| part.as_str()).collect();
    words.join(", ")
}
