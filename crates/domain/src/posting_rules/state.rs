//! What the events of the posting rules add up to.

use std::collections::HashMap;

use jiff::civil::Date;

use super::{PostedEvent, PostingPart, PostingRule, PostingRulesEvent, PostingRulesRejection};
use crate::Aggregate;

/// What the posting rules are.
#[derive(Debug, Clone, Copy)]
pub struct PostingRules;

impl PostingRules {
    /// The id part of the stream's name: a company has one set of rules.
    #[must_use]
    pub const fn stream_id() -> &'static str {
        "main"
    }
}

impl Aggregate for PostingRules {
    const CATEGORY: &'static str = "postingrules";
    type Event = PostingRulesEvent;
    type State = PostingRulesState;
    type Rejection = PostingRulesRejection;

    fn evolve(mut state: PostingRulesState, event: &PostingRulesEvent) -> PostingRulesState {
        match event {
            PostingRulesEvent::PostingRulesDefined(event) => {
                state.is_begun = true;
                event.rules.iter().for_each(|rule| state.put(rule));
            }
            PostingRulesEvent::PostingRuleDefined(event) => state.put(&event.rule),
        }
        state
    }
}

/// The rules as they stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PostingRulesState {
    /// Whether there are any.
    pub is_begun: bool,
    parts: HashMap<(PostedEvent, PostingPart), PartRules>,
    count: usize,
}

/// The rules of one part of one event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct PartRules {
    general: Vec<PostingRule>,
    qualified: HashMap<String, Vec<PostingRule>>,
}

impl PostingRulesState {
    /// The rule for a part of an event of a business day: that of its sort, else that of all sorts. Of several the newest
    /// that holds on the day.
    #[must_use]
    pub fn rule_for(
        &self,
        event: PostedEvent,
        part: PostingPart,
        qualifier: Option<&str>,
        date: Date,
    ) -> Option<&PostingRule> {
        let own = qualifier.and_then(|qualifier| holding(self.versions(event, part, Some(qualifier)), date));
        own.or_else(|| holding(self.versions(event, part, None), date))
    }

    /// Every version of the rule for just this, the oldest first.
    #[must_use]
    pub fn versions(&self, event: PostedEvent, part: PostingPart, qualifier: Option<&str>) -> &[PostingRule] {
        let Some(rules) = self.parts.get(&(event, part)) else {
            return &[];
        };
        match qualifier {
            Some(qualifier) => rules.qualified.get(qualifier).map_or(&[], Vec::as_slice),
            None => &rules.general,
        }
    }

    /// How many rules there are, with all their versions.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn put(&mut self, rule: &PostingRule) {
        let rules = self.parts.entry((rule.event, rule.part)).or_default();
        let versions = match &rule.qualifier {
            Some(qualifier) => rules.qualified.entry(qualifier.clone()).or_default(),
            None => &mut rules.general,
        };
        let place = versions.partition_point(|other| other.valid_from <= rule.valid_from);
        versions.insert(place, rule.clone());
        self.count += 1;
    }
}

/// The newest of the versions that holds on a day.
pub(super) fn holding(versions: &[PostingRule], date: Date) -> Option<&PostingRule> {
    versions.iter().rev().find(|rule| rule.valid_from <= date)
}
