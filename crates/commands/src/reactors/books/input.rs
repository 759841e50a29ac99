//! The events that the books reactor follows, read as far as it needs them.

use posars_domain::Aggregate as _;
use posars_domain::books::{Books, BooksEvent, BooksKind};
use posars_domain::chart::{Chart, ChartEvent};
use posars_domain::open_item::{ItemSide as _, Payable, PayableKind, Receivable, ReceivableKind};
use posars_domain::payroll::{Payroll, PayrollEvent};
use posars_domain::posting::{Source, SourcePlace, key_of_role, key_of_rule};
use posars_domain::posting_rules::{PostingRules, PostingRulesEvent};
use posars_domain::sale::{Sale, SaleEvent};
use posars_domain::statement_line::{StatementLineEvent, StatementLineKind};
use posars_domain::stock::{Stock, StockEvent, StockKind};
use posars_domain::terms::Terms;
use posars_event_store::{RecordedEvent, StreamName, Version};

use super::BooksReactor;
use crate::CommandError;
use crate::event_encoder::EventEncoder;
use crate::load::{decode, kind_of};
use crate::reactors::Reactor as _;
use crate::reactors::cause::Cause;
use crate::reactors::intake::Sources;

const STATEMENT_LINE: &str = "statementline";

/// What moves value, and what it is posted by. Nearly all of a living log is, so it is read in one go.
pub(super) const SOURCES: Sources = Sources {
    usual: &[
        Sale::CATEGORY,
        Stock::CATEGORY,
        Receivable::CATEGORY,
        Payable::CATEGORY,
        STATEMENT_LINE,
        Payroll::CATEGORY,
        Chart::CATEGORY,
        PostingRules::CATEGORY,
        Terms::CATEGORY,
        Books::CATEGORY,
    ],
    rare: &[],
};

/// An event that is followed.
pub(super) struct Input {
    pub(super) cause: Cause,
    pub(super) stream: StreamName,
    pub(super) version: Version,
    pub(super) what: What,
}

/// What an event is to the books.
pub(super) enum What {
    /// It moves value.
    Value(Source),
    /// Something that events may have waited for has come.
    Came(Came),
    /// Nothing that leads to anything.
    Nothing,
    /// It cannot be read: why.
    Unreadable(CommandError),
}

/// What events may have waited for: the key that they wait under, and whether also every key that begins with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Came {
    pub(super) key: String,
    pub(super) with_sorts: bool,
}

impl Input {
    pub(super) fn of(event: &RecordedEvent, encoder: &mut EventEncoder) -> Result<Self, CommandError> {
        let what = match read(event) {
            Err(error @ CommandError::Unreadable { .. }) => What::Unreadable(error),
            what => what?,
        };
        Ok(Self {
            cause: Cause::of(event, BooksReactor::NAME, encoder)?,
            stream: event.stream.clone(),
            version: event.version,
            what,
        })
    }

    pub(super) fn place(&self) -> SourcePlace {
        place_of(&self.cause)
    }

    pub(super) fn value(&self) -> Option<&Source> {
        match &self.what {
            What::Value(source) => Some(source),
            What::Came(_) | What::Nothing | What::Unreadable(_) => None,
        }
    }
}

pub(super) fn place_of(cause: &Cause) -> SourcePlace {
    SourcePlace {
        event_id: cause.event_id,
        position: cause.position.get(),
    }
}

fn read(event: &RecordedEvent) -> Result<What, CommandError> {
    let category = event.stream.category();
    let source = match category {
        category if category == Sale::CATEGORY => Some(read_sale(event)?),
        category if category == Stock::CATEGORY => read_stock(event)?,
        category if category == Receivable::CATEGORY => read_receivable(event)?,
        category if category == Payable::CATEGORY => read_payable(event)?,
        STATEMENT_LINE => read_statement_line(event)?,
        category if category == Payroll::CATEGORY => Some(read_payroll(event)?),
        category if category == Books::CATEGORY => read_beginning(event)?,
        category if category == Chart::CATEGORY => return Ok(of_chart(&decode(event)?)),
        category if category == PostingRules::CATEGORY => return Ok(of_rules(&decode(event)?)),
        _ => None,
    };
    // What follows from another event stands in the entry of that.
    let source = source.filter(|source| source.event_type().is_some());
    Ok(source.map_or(What::Nothing, What::Value))
}

fn read_sale(event: &RecordedEvent) -> Result<Source, CommandError> {
    Ok(match decode(event)? {
        SaleEvent::SaleRecorded(sale) => Source::SaleRecorded(Box::new(sale)),
        SaleEvent::SaleVoided(void) => Source::SaleVoided(Box::new(void)),
        SaleEvent::SaleReturned(back) => Source::SaleReturned(Box::new(back)),
    })
}

fn read_stock(event: &RecordedEvent) -> Result<Option<Source>, CommandError> {
    if matches!(
        kind_of(event)?,
        StockKind::ShortageDetected | StockKind::ShortageResolved
    ) {
        return Ok(None);
    }
    Ok(match decode(event)? {
        StockEvent::StockReceived(received) => Some(Source::StockReceived(Box::new(received))),
        StockEvent::StockIssued(issued) => Some(Source::StockIssued(Box::new(issued))),
        StockEvent::StockReturned(returned) => Some(Source::StockReturned(Box::new(returned))),
        StockEvent::StockAdjusted(adjusted) => Some(Source::StockAdjusted(Box::new(adjusted))),
        StockEvent::ShortageDetected(_) | StockEvent::ShortageResolved(_) => None,
    })
}

fn read_receivable(event: &RecordedEvent) -> Result<Option<Source>, CommandError> {
    if matches!(
        kind_of(event)?,
        ReceivableKind::ReceivableIncreased | ReceivableKind::ReceivableRescheduled
    ) {
        return Ok(None);
    }
    Ok(Some(Source::Receivable(Box::new(decode(event)?))))
}

fn read_payable(event: &RecordedEvent) -> Result<Option<Source>, CommandError> {
    if matches!(
        kind_of(event)?,
        PayableKind::PayableIncreased | PayableKind::PayableRescheduled
    ) {
        return Ok(None);
    }
    Ok(Some(Source::Payable(Box::new(decode(event)?))))
}

fn read_statement_line(event: &RecordedEvent) -> Result<Option<Source>, CommandError> {
    if kind_of::<StatementLineKind>(event)? != StatementLineKind::StatementLineWrittenOff {
        return Ok(None);
    }
    Ok(match decode(event)? {
        StatementLineEvent::StatementLineWrittenOff(line) => {
            Some(Source::StatementLineWrittenOff(Box::new(line)))
        }
        StatementLineEvent::StatementLineRecorded(_)
        | StatementLineEvent::StatementLineMatched(_)
        | StatementLineEvent::StatementLineUnmatched(_) => None,
    })
}

fn read_payroll(event: &RecordedEvent) -> Result<Source, CommandError> {
    Ok(match decode(event)? {
        PayrollEvent::PayrollRecorded(payroll) => Source::PayrollRecorded(Box::new(payroll)),
        PayrollEvent::PayrollVoided(void) => Source::PayrollVoided(Box::new(void)),
    })
}

fn read_beginning(event: &RecordedEvent) -> Result<Option<Source>, CommandError> {
    if kind_of::<BooksKind>(event)? != BooksKind::BooksBegun {
        return Ok(None);
    }
    Ok(match decode(event)? {
        BooksEvent::BooksBegun(begun) => Some(Source::BooksBegun(Box::new(begun))),
        BooksEvent::PeriodCloseBegun(_)
        | BooksEvent::PeriodClosed(_)
        | BooksEvent::PeriodReopened(_)
        | BooksEvent::PeriodLocked(_) => None,
    })
}

fn of_chart(event: &ChartEvent) -> What {
    match event {
        ChartEvent::AccountRoleAssigned(event) => {
            let assigned = &event.assigned;
            What::Came(Came {
                key: key_of_role(&assigned.role, assigned.store_id.as_ref()),
                // An account for all stores is one for each that has none of its own.
                with_sorts: assigned.store_id.is_none(),
            })
        }
        ChartEvent::ChartDefined(_) => all_of("role"),
        ChartEvent::AccountDefined(_)
        | ChartEvent::AccountChanged(_)
        | ChartEvent::AccountRetired(_)
        | ChartEvent::CostCenterDefined(_)
        | ChartEvent::CostCenterChanged(_)
        | ChartEvent::CostCenterRetired(_) => What::Nothing,
    }
}

fn of_rules(event: &PostingRulesEvent) -> What {
    match event {
        PostingRulesEvent::PostingRuleDefined(event) => {
            let rule = &event.rule;
            What::Came(Came {
                key: key_of_rule(rule.event, rule.part, rule.qualifier.as_deref()),
                with_sorts: rule.qualifier.is_none(),
            })
        }
        PostingRulesEvent::PostingRulesDefined(_) => all_of("rule"),
    }
}

fn all_of(first: &str) -> What {
    What::Came(Came {
        key: first.to_owned(),
        with_sorts: true,
    })
}
