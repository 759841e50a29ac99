//! What an entry changes of what is owed, and the lines of that.

use super::post::{NotPosted, Posting, out_of_range};
use super::{Part, Source};
use crate::journal::EntryLine;
use crate::open_item::{
    ItemEvent, ItemKind, ItemRef, ItemSide, ItemState, MoneyBack, OwedForDelivery, OwedForPayroll,
    OwedForSale, Payable, PayrollBack, Receivable, Registered, payable_of_payroll,
};
use crate::payroll::PayrollVoided;
use crate::posting_rules::PostingPart;
use crate::{AccountCode, AccountRole, Amount, Side};

impl<'a> Posting<'a> {
    /// A payment of a sale that somebody else has to make good, or money of such a payment that is given back.
    pub(super) fn add_owed_payment(&mut self, part: &Part, kind: ItemKind) -> Result<(), NotPosted> {
        let (Source::SaleRecorded(sale), Some(index)) = (self.source, part.payment) else {
            return self.remember_taken_back(kind, part.amount);
        };
        let Some((payment, number)) = sale.payments.get(index).zip(u16::try_from(index).ok()) else {
            return Err(out_of_range());
        };
        let terms = self.facts.terms.receipt_terms(
            &payment.method,
            payment.acquirer_cnpj.as_ref(),
            payment.brand.as_deref(),
            payment.installments.unwrap_or(1),
            sale.business_date,
        );
        let account = self.account_of(&kind.role())?;
        let owed = OwedForSale {
            sale,
            position: self.place.position,
            payment: number,
            amount: part.amount,
            kind,
            account,
            terms,
        };
        let Some(registered) = owed.registered() else {
            return Err(out_of_range());
        };
        let line = with_registered(self.line_of(&registered.item), &registered);
        self.receivables.push(registered.into());
        self.add_line(line, part.side, part.amount)
    }

    /// Means of one kind are taken off together, so that each receivable is lowered once.
    fn remember_taken_back(&mut self, kind: ItemKind, amount: Amount) -> Result<(), NotPosted> {
        match self.taken_back.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, sum)) => *sum = sum.checked_add(amount).ok_or_else(out_of_range)?,
            None => self.taken_back.push((kind, amount)),
        }
        Ok(())
    }

    /// Takes what a void or return gives back off what is open of the sale; what is more is owed to the customer.
    pub(super) fn take_back(&mut self) -> Result<(), NotPosted> {
        let Some(back) = self.money_back() else {
            return Ok(());
        };
        let mut left = Amount::ZERO;
        for (kind, amount) in std::mem::take(&mut self.taken_back) {
            let is_of_kind = |state: &&ItemState<Receivable>| {
                let registered = state.registered.as_deref();
                registered.is_some_and(|registered| registered.item.kind == kind)
            };
            let states = self.owed.receivables.iter().copied().filter(is_of_kind);
            let taken = back.take_off(states, amount);
            for credit in taken.credits {
                let line = self.line_of(&credit.item);
                self.add_line(line, Side::Credit, credit.amount)?;
                self.receivables.push(credit.into());
            }
            left = left.checked_add(taken.left).ok_or_else(out_of_range)?;
        }
        if left.is_zero() {
            return Ok(());
        }
        let account = self.account_of(&AccountRole::REFUNDS_PAYABLE)?;
        if let Some(refund) = back.refund(0, left, account) {
            let line = with_registered(self.line_of(&refund.item), &refund);
            self.add_line(line, Side::Credit, left)?;
            self.payables.push(refund.into());
        }
        Ok(())
    }

    fn money_back(&self) -> Option<MoneyBack<'a>> {
        let (sale_id, return_id, store_id, currency, reason) = match self.source {
            Source::SaleVoided(void) => (
                void.sale_id,
                None,
                &void.store_id,
                void.currency,
                Some(&void.reason),
            ),
            Source::SaleReturned(back) => (
                back.sale_id,
                Some(back.return_id),
                &back.store_id,
                back.currency,
                back.reason.as_ref(),
            ),
            Source::SaleRecorded(_)
            | Source::StockReceived(_)
            | Source::StockIssued(_)
            | Source::StockReturned(_)
            | Source::StockAdjusted(_)
            | Source::Receivable(_)
            | Source::Payable(_)
            | Source::StatementLineWrittenOff(_)
            | Source::PayrollRecorded(_)
            | Source::PayrollVoided(_)
            | Source::BooksBegun(_) => return None,
        };
        Some(MoneyBack {
            event_id: self.place.event_id,
            position: self.place.position,
            sale_id,
            return_id,
            store_id,
            business_date: self.source.business_date(),
            currency,
            party: self.owed.customer.as_ref(),
            reason: reason.map(String::as_str),
        })
    }

    /// What a line of a delivery costs is owed to the supplier, on the account that holds what was registered for the
    /// delivery before.
    pub(super) fn add_owed_delivery(&mut self, part: &Part) -> Result<(), NotPosted> {
        let Source::StockReceived(received) = self.source else {
            return Err(out_of_range());
        };
        let role = AccountRole::SUPPLIERS;
        let supplier = received.supplier.as_deref();
        let due_days = self.facts.terms.supplier_terms(supplier, received.business_date);
        let owed = |account| OwedForDelivery {
            received,
            position: self.place.position,
            account,
            due_days,
        };
        let known = self
            .owed
            .payable
            .and_then(|state| Some((state, state.registered.as_deref()?)));
        let (event, line) = match known {
            Some((state, registered)) => {
                let account = &registered.item.account;
                let increased = owed(account).increased(state).ok_or_else(out_of_range)?;
                (increased.into(), self.line_of(&registered.item))
            }
            None => {
                let account = self.account_of(&role)?;
                let registered = owed(account).registered().ok_or_else(out_of_range)?;
                let line = with_registered(self.line_of(&registered.item), &registered);
                (registered.into(), line)
            }
        };
        self.payables.push(event);
        self.add_line(line, part.side, part.amount)
    }

    /// What a payroll leaves to be paid, or what its void takes off that.
    pub(super) fn add_owed_payroll(
        &mut self,
        part: &Part,
        posting_part: PostingPart,
        kind: ItemKind,
    ) -> Result<(), NotPosted> {
        match self.source {
            Source::PayrollRecorded(payroll) => {
                let account = self.account_of(&kind.role())?;
                let owed = OwedForPayroll {
                    payroll,
                    position: self.place.position,
                    part: posting_part,
                    amount: part.amount,
                    kind,
                    account,
                };
                let registered = owed.registered().ok_or_else(out_of_range)?;
                let line = with_registered(self.line_of(&registered.item), &registered);
                self.payables.push(registered.into());
                self.add_line(line, part.side, part.amount)
            }
            Source::PayrollVoided(voided) => {
                let back = self.payroll_back(voided);
                let item_id = payable_of_payroll(voided.payroll_id, posting_part);
                let mut payables = self.owed.payables.iter().copied();
                let payable = payables.find(|state| {
                    let registered = state.registered.as_deref();
                    registered.is_some_and(|registered| registered.item.item_id == item_id)
                });
                let taken = back.take_off(payable, part.amount);
                for credit in taken.credits {
                    let line = self.line_of(&credit.item);
                    self.add_line(line, part.side, credit.amount)?;
                    self.payables.push(credit.into());
                }
                self.overpaid = self.overpaid.checked_add(taken.left).ok_or_else(out_of_range)?;
                Ok(())
            }
            Source::SaleRecorded(_)
            | Source::SaleVoided(_)
            | Source::SaleReturned(_)
            | Source::StockReceived(_)
            | Source::StockIssued(_)
            | Source::StockReturned(_)
            | Source::StockAdjusted(_)
            | Source::Receivable(_)
            | Source::Payable(_)
            | Source::StatementLineWrittenOff(_)
            | Source::BooksBegun(_) => Err(out_of_range()),
        }
    }

    /// What was paid for a payroll before it was voided is owed back.
    pub(super) fn add_overpaid(&mut self) -> Result<(), NotPosted> {
        let Source::PayrollVoided(voided) = self.source else {
            return Ok(());
        };
        if self.overpaid.is_zero() {
            return Ok(());
        }
        let account = self.account_of(&AccountRole::OTHER_RECEIVABLE)?;
        if let Some(registered) = self.payroll_back(voided).overpaid(self.overpaid, account) {
            let line = with_registered(self.line_of(&registered.item), &registered);
            self.receivables.push(registered.into());
            self.add_line(line, Side::Debit, self.overpaid)?;
        }
        Ok(())
    }

    const fn payroll_back(&self, voided: &'a PayrollVoided) -> PayrollBack<'a> {
        PayrollBack {
            event_id: self.place.event_id,
            position: self.place.position,
            voided,
        }
    }

    /// A line of an account that an event of something owed names.
    pub(super) fn line_by_name(&self, account: &AccountCode, role: Option<&AccountRole>) -> EntryLine {
        let line = self.line(account.clone(), role.cloned());
        if role.is_none() {
            return line;
        }
        match self.source {
            Source::Receivable(event) => with_item(line, Receivable::of(event)),
            Source::Payable(event) => with_item(line, Payable::of(event)),
            Source::SaleRecorded(_)
            | Source::SaleVoided(_)
            | Source::SaleReturned(_)
            | Source::StockReceived(_)
            | Source::StockIssued(_)
            | Source::StockReturned(_)
            | Source::StockAdjusted(_)
            | Source::StatementLineWrittenOff(_)
            | Source::PayrollRecorded(_)
            | Source::PayrollVoided(_)
            | Source::BooksBegun(_) => line,
        }
    }

    /// A line of the account that holds something owed.
    fn line_of(&self, item: &ItemRef) -> EntryLine {
        EntryLine {
            party: item.party.clone(),
            ..self.line(item.account.clone(), Some(item.kind.role()))
        }
    }
}

fn with_item<S>(line: EntryLine, event: ItemEvent<'_, S>) -> EntryLine {
    let line = EntryLine {
        party: event.item().party.clone(),
        ..line
    };
    match event {
        ItemEvent::Registered(registered) => with_registered(line, registered),
        ItemEvent::Increased(_)
        | ItemEvent::Settled(_)
        | ItemEvent::SettlementReversed(_)
        | ItemEvent::Credited(_)
        | ItemEvent::Cancelled(_)
        | ItemEvent::WrittenOff(_)
        | ItemEvent::Rescheduled(_) => line,
    }
}

fn with_registered<S>(line: EntryLine, registered: &Registered<S>) -> EntryLine {
    let due_date = match registered.installments.as_slice() {
        [only] => Some(only.due_date),
        _ => None,
    };
    EntryLine {
        document: registered.document.clone(),
        due_date,
        ..line
    }
}
