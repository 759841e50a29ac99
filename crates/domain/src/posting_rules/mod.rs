//! How the value of events is posted, as data: event and part to account role, from a day on; stream `postingrules-main`.

mod default_rules;
mod define_posting_rule;
mod event;
mod parts;
mod rejection;
mod state;

pub use define_posting_rule::DefinePostingRule;
pub use event::{
    PostedEvent, PostingPart, PostingRule, PostingRuleDefined, PostingRulesDefined, PostingRulesEvent,
    PostingRulesKind,
};
pub use rejection::{POSTING_RULES_MAX, PostingRulesRejection};
pub use state::{PostingRules, PostingRulesState};
