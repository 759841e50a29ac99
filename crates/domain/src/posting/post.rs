//! An event becomes an entry, with all that follows from it for what is owed.

use uuid::Uuid;

use super::lines::Lines;
use super::{Part, Place, Source, Waits};
use crate::books::BooksState;
use crate::chart::ChartState;
use crate::journal::{
    EntryLine, EntryRejection, EntrySource, JournalEntryPosted, check_balance, entry_id_of,
};
use crate::open_item::{
    ItemKind, ItemSide as _, ItemState, Payable, PayableEvent, Receivable, ReceivableEvent,
};
use crate::posting_rules::{PostedEvent, PostingPart, PostingRulesState};
use crate::terms::TermsState;
use crate::{AccountCode, AccountRole, Amount, Currency, PartyId, Rejection as _, Side, StoreId, reasons};

/// What posting looks at, as it stands when an event is posted: the append guards its versions.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The chart of accounts.
    pub chart: &'a ChartState,
    /// The posting rules.
    pub rules: &'a PostingRulesState,
    /// The terms of payment.
    pub terms: &'a TermsState,
    /// The months.
    pub months: &'a BooksState,
}

/// Where an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourcePlace {
    /// Its id.
    pub event_id: Uuid,
    /// Its place in the log.
    pub position: u64,
}

/// What is owed already that an event changes.
#[derive(Debug, Clone, Default)]
pub struct Owed<'a> {
    /// Of a void or return: the receivables of its sale, in the order of the payments.
    pub receivables: Vec<&'a ItemState<Receivable>>,
    /// The customer of that sale.
    pub customer: Option<PartyId>,
    /// Of a line of a delivery: what is registered for the delivery.
    pub payable: Option<&'a ItemState<Payable>>,
    /// Of a void of a payroll: what is registered for the payroll.
    pub payables: Vec<&'a ItemState<Payable>>,
}

/// An event's entry, with all that follows from it for what is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// The entry.
    pub entry: JournalEntryPosted,
    /// What happens to what is owed to the company, at most one event of each item.
    pub receivables: Vec<ReceivableEvent>,
    /// What happens to what the company owes, at most one event of each item.
    pub payables: Vec<PayableEvent>,
}

/// Why an event is not posted now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotPosted {
    /// Something is missing, and may come.
    Waits(Waits),
    /// It cannot be posted as it is.
    Impossible {
        /// The stable code of what is wrong.
        reason: &'static str,
        /// What is wrong, and the next step.
        problem: String,
    },
}

impl From<Waits> for NotPosted {
    fn from(waits: Waits) -> Self {
        Self::Waits(waits)
    }
}

impl From<EntryRejection> for NotPosted {
    fn from(rejection: EntryRejection) -> Self {
        Self::Impossible {
            reason: rejection.reason(),
            problem: rejection.to_string(),
        }
    }
}

/// Posts an event by the books as they are; `None` when there is nothing to post: it moves no value, the entry of another
/// event has it, or the opening entry.
///
/// # Errors
/// [`NotPosted`] with what is missing, or what is wrong.
pub fn post(
    source: &Source,
    place: SourcePlace,
    facts: &Facts<'_>,
    owed: &Owed<'_>,
) -> Result<Option<Posted>, NotPosted> {
    let Some(event_type) = source.event_type() else {
        return Ok(None);
    };
    let business_date = source.business_date();
    if facts.months.is_in_opening(place.position, business_date) {
        return Ok(None);
    }
    let parts = source.parts().ok_or_else(out_of_range)?;
    if parts.is_empty() {
        return Ok(None);
    }
    let currency = in_currency(source, facts)?;
    let mut posting = Posting {
        source,
        place,
        facts,
        owed,
        lines: Lines::default(),
        taken_back: Vec::new(),
        overpaid: Amount::ZERO,
        receivables: Vec::new(),
        payables: Vec::new(),
    };
    for part in &parts {
        posting.add(part)?;
    }
    posting.take_back()?;
    posting.add_overpaid()?;
    let lines = posting.lines.into_lines();
    check_balance(&lines)?;
    let day = facts.months.accounting_date(business_date).ok_or_else(no_month)?;
    Ok(Some(Posted {
        entry: JournalEntryPosted {
            entry_id: entry_id_of(place.event_id),
            accounting_date: day.date,
            business_date,
            late_for: day.late_for,
            currency,
            memo: String::new(),
            source: Some(EntrySource {
                event_type: event_type.to_owned(),
                position: place.position,
                event_id: place.event_id,
            }),
            lines,
        },
        receivables: posting.receivables,
        payables: posting.payables,
    }))
}

fn in_currency(source: &Source, facts: &Facts<'_>) -> Result<Currency, NotPosted> {
    let begun = facts.months.begun.as_ref().ok_or_else(no_month)?;
    let given = source.currency();
    if given == begun.currency {
        return Ok(given);
    }
    let books = begun.currency;
    Err(Waits::ForCurrency { given, books }.into())
}

pub(super) fn out_of_range() -> NotPosted {
    NotPosted::Impossible {
        reason: reasons::AMOUNT_OUT_OF_RANGE,
        problem: format!("{}; correct what it was made of", Amount::RANGE_RULE),
    }
}

fn no_month() -> NotPosted {
    NotPosted::Impossible {
        reason: "NO_OPEN_MONTH",
        problem: "no month of the books is open for it; begin the books, or reopen the last month".to_owned(),
    }
}

/// An entry that is being made.
pub(super) struct Posting<'a> {
    pub(super) source: &'a Source,
    pub(super) place: SourcePlace,
    pub(super) facts: &'a Facts<'a>,
    pub(super) owed: &'a Owed<'a>,
    pub(super) lines: Lines,
    /// What a void or return gives back by means that are owed to the company, by their kind.
    pub(super) taken_back: Vec<(ItemKind, Amount)>,
    /// What was paid already for a payroll that is voided.
    pub(super) overpaid: Amount,
    pub(super) receivables: Vec<ReceivableEvent>,
    pub(super) payables: Vec<PayableEvent>,
}

impl<'a> Posting<'a> {
    fn add(&mut self, part: &Part) -> Result<(), NotPosted> {
        match &part.place {
            Place::Account {
                account,
                role,
                cost_center,
            } => {
                let line = EntryLine {
                    cost_center: cost_center.clone(),
                    ..self.line_by_name(account, role.as_ref())
                };
                self.add_line(line, part.side, part.amount)
            }
            Place::Role { role, store_id } => {
                let store_id = Some(store_id);
                let account = self.account_in(role, store_id)?.clone();
                let line = EntryLine {
                    store_id: store_id.cloned(),
                    ..self.line(account, Some(role.clone()))
                };
                self.add_line(line, part.side, part.amount)
            }
            Place::Rule {
                part: posting_part,
                qualifier,
            } => self.add_by_rule(part, *posting_part, qualifier.as_deref()),
            Place::RuleIn {
                part: posting_part,
                store_id,
                cost_center,
            } => {
                let Some((event, role)) = self.role_by_rule(*posting_part, None)? else {
                    return Ok(());
                };
                if role.is_controlled() {
                    return Err(unfit(event, *posting_part, None, role).into());
                }
                let account = self.account_in(role, Some(store_id))?.clone();
                let line = EntryLine {
                    store_id: Some(store_id.clone()),
                    cost_center: cost_center.clone(),
                    ..self.line(account, Some(role.clone()))
                };
                self.add_line(line, part.side, part.amount)
            }
        }
    }

    /// The role that a part is posted to, and the event as the rules know it; `None` for an event that no rule is about. It
    /// has no such part; left out, it would leave the entry unbalanced, which is refused.
    fn role_by_rule(
        &self,
        posting_part: PostingPart,
        qualifier: Option<&str>,
    ) -> Result<Option<(PostedEvent, &'a AccountRole)>, Waits> {
        let Some(event) = self.source.event() else {
            return Ok(None);
        };
        let date = self.source.business_date();
        let rule = self.facts.rules.rule_for(event, posting_part, qualifier, date);
        let rule = rule.ok_or_else(|| Waits::ForRule {
            event,
            part: posting_part,
            qualifier: qualifier.map(str::to_owned),
        })?;
        Ok(Some((event, &rule.role)))
    }

    fn add_by_rule(
        &mut self,
        part: &Part,
        posting_part: PostingPart,
        qualifier: Option<&str>,
    ) -> Result<(), NotPosted> {
        let Some((event, role)) = self.role_by_rule(posting_part, qualifier)? else {
            return Ok(());
        };
        let unfit = || unfit(event, posting_part, qualifier, role);
        let kind = ItemKind::of_role(role);
        match (posting_part, kind) {
            // Nothing below zero is owed, as when more change was given than cash was handed over.
            (PostingPart::Payment, Some(kind)) if is_receivable(kind) && part.amount.is_negative() => {
                self.add_to_role(&AccountRole::UNIDENTIFIED_RECEIPTS, part.side, part.amount)
            }
            (PostingPart::Payment, Some(kind)) if is_receivable(kind) => self.add_owed_payment(part, kind),
            (PostingPart::Supplied, Some(ItemKind::Supplier)) => self.add_owed_delivery(part),
            (PostingPart::NetWages | PostingPart::Levies, Some(kind)) if is_payable(kind) => {
                self.add_owed_payroll(part, posting_part, kind)
            }
            (PostingPart::Inventory, None) if *role == AccountRole::INVENTORY => {
                self.add_to_role(role, part.side, part.amount)
            }
            (PostingPart::Inventory, _) => Err(unfit().into()),
            _ if role.is_controlled() => Err(unfit().into()),
            _ => self.add_to_role(role, part.side, part.amount),
        }
    }

    pub(super) fn add_to_role(
        &mut self,
        role: &AccountRole,
        side: Side,
        amount: Amount,
    ) -> Result<(), NotPosted> {
        let account = self.account_of(role)?.clone();
        let line = self.line(account, Some(role.clone()));
        self.add_line(line, side, amount)
    }

    pub(super) fn add_line(&mut self, line: EntryLine, side: Side, amount: Amount) -> Result<(), NotPosted> {
        self.lines.add(line, side, amount).ok_or_else(out_of_range)
    }

    pub(super) fn account_of(&self, role: &AccountRole) -> Result<&'a AccountCode, Waits> {
        self.account_in(role, self.source.store_id())
    }

    fn account_in(&self, role: &AccountRole, store_id: Option<&StoreId>) -> Result<&'a AccountCode, Waits> {
        let account = self.facts.chart.account_of(role, store_id);
        account.ok_or_else(|| Waits::ForAccount {
            role: role.clone(),
            store_id: store_id.cloned(),
        })
    }

    pub(super) fn line(&self, account: AccountCode, role: Option<AccountRole>) -> EntryLine {
        EntryLine {
            account,
            role,
            debit: Amount::ZERO,
            credit: Amount::ZERO,
            store_id: self.source.store_id().cloned(),
            cost_center: None,
            party: None,
            document: None,
            due_date: None,
        }
    }
}

fn unfit(event: PostedEvent, part: PostingPart, qualifier: Option<&str>, role: &AccountRole) -> Waits {
    Waits::ForOtherRule {
        event,
        part,
        qualifier: qualifier.map(str::to_owned),
        role: role.clone(),
    }
}

fn is_payable(kind: ItemKind) -> bool {
    Payable::KINDS.contains(&kind)
}

fn is_receivable(kind: ItemKind) -> bool {
    Receivable::KINDS.contains(&kind)
}
