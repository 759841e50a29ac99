//! Books that began before a build knew an event: the rules and accounts of it are added when a server of this build starts.

use posars_domain::chart::{AssignAccountRole, ChartDefined, ChartState, RoleAccount};
use posars_domain::posting_rules::{
    DefinePostingRule, PostedEvent, PostingRule, PostingRules, PostingRulesDefined, PostingRulesState,
};
use posars_domain::{AccountRole, AccountType};

use crate::keys::stream_of;
use crate::{CommandError, Commands, Envelope, Written};

/// The events that books may have begun without a rule for.
const LATER_EVENTS: [PostedEvent; 2] = [PostedEvent::PayrollRecorded, PostedEvent::PayrollVoided];

/// The roles that books may have begun without an account for.
const LATER_ROLES: [AccountRole; 1] = [AccountRole::PAYROLL_CHARGES];

impl Commands {
    /// Adds the usual rules of events that came after the books began, and the usual accounts of roles that did; what
    /// waited for them is posted then. An event that somebody made a rule for stays with what they made, and a role without
    /// an account stays so where the usual account is used for something else.
    ///
    /// # Errors
    /// As [`Commands::carry_out`], but for rejections: whoever changes the books at this moment knows better.
    pub async fn add_later_posting(&self, envelope: &Envelope) -> Result<Written, CommandError> {
        let stream = stream_of::<PostingRules>(PostingRules::stream_id())?;
        let rules = self.load::<PostingRules>(&stream, |_| false).await?.state;
        if !rules.is_begun {
            return Ok(Written::Before);
        }
        let mut written = Written::Before;
        for assigned in missing_roles(&self.chart().await?) {
            let assign = AssignAccountRole {
                role: assigned.role,
                store_id: None,
                code: assigned.code,
            };
            written = or_now(written, self.carry_out(&assign, envelope).await)?;
        }
        for rule in missing_rules(&rules) {
            let define = DefinePostingRule {
                event: rule.event,
                part: rule.part,
                qualifier: rule.qualifier,
                role: rule.role,
                valid_from: rule.valid_from,
            };
            written = or_now(written, self.carry_out(&define, envelope).await)?;
        }
        Ok(written)
    }
}

fn or_now<E>(
    written: Written,
    done: Result<crate::Completed<E>, CommandError>,
) -> Result<Written, CommandError> {
    match done {
        Ok(completed) if completed.written() == Written::Now => Ok(Written::Now),
        Ok(_) | Err(CommandError::Rejected(_)) => Ok(written),
        Err(error) => Err(error),
    }
}

fn missing_rules(rules: &PostingRulesState) -> Vec<PostingRule> {
    let is_missing = |event: &PostedEvent| {
        let parts = event.parts().iter();
        parts
            .map(|part| rules.versions(*event, *part, None))
            .all(<[PostingRule]>::is_empty)
    };
    let missing: Vec<PostedEvent> = LATER_EVENTS.into_iter().filter(is_missing).collect();
    let mut usual = PostingRulesDefined::brazilian_retail().rules;
    usual.retain(|rule| missing.contains(&rule.event));
    usual
}

fn missing_roles(chart: &ChartState) -> Vec<RoleAccount> {
    let mut usual = ChartDefined::brazilian_retail().roles;
    usual.retain(|usual| {
        let account = chart.account(&usual.code);
        LATER_ROLES.contains(&usual.role)
            && chart.assigned(&usual.role, None).is_none()
            && chart.is_postable(&usual.code)
            && chart.roles_of(&usual.code).is_empty()
            && account.is_some_and(|account| account.account_type == AccountType::Expense)
    });
    usual
}
