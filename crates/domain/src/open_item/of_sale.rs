//! What is owed for a payment of a sale.

use jiff::civil::Date;

use super::derived_ids::receivable_of_sale;
use super::schedule::{Schedule, after_days, days_from};
use super::{ItemKind, ItemOrigin, ItemRef, MatchKeys, Receivable, Registered};
use crate::sale::SaleRecorded;
use crate::terms::PayOut;
use crate::text::CODE_CHARS_MAX;
use crate::{AccountCode, Amount, PartyId, Payment};

/// A payment of a sale that somebody still has to make good.
#[derive(Debug, Clone, Copy)]
pub struct OwedForSale<'a> {
    /// The sale.
    pub sale: &'a SaleRecorded,
    /// Its log position.
    pub position: u64,
    /// Which of its payments, from 0.
    pub payment: u16,
    /// What it came to, change taken off.
    pub amount: Amount,
    /// What it is owed for.
    pub kind: ItemKind,
    /// The account that holds it.
    pub account: &'a AccountCode,
    /// How its method is paid out.
    pub terms: PayOut,
}

impl OwedForSale<'_> {
    /// The receivable; `None` when nothing is owed or the sale has no such payment.
    #[must_use]
    pub fn registered(&self) -> Option<Registered<Receivable>> {
        let payment = self.sale.payments.get(usize::from(self.payment))?;
        if self.amount <= Amount::ZERO {
            return None;
        }
        let due_dates = self.due_dates(payment);
        let schedule = Schedule {
            amount: self.amount,
            due_dates: &due_dates,
            fee_ppm: self.terms.fee_ppm,
        };
        Some(Registered {
            item: ItemRef {
                item_id: receivable_of_sale(self.sale.sale_id, self.payment),
                kind: self.kind,
                account: self.account.clone(),
                store_id: Some(self.sale.store_id.clone()),
                party: self.party(payment),
                currency: self.sale.currency,
            },
            business_date: self.sale.business_date,
            amount: self.amount,
            installments: schedule.installments(),
            origin: ItemOrigin::Sale {
                sale_id: self.sale.sale_id,
                payment: self.payment,
                position: self.position,
            },
            party_name: None,
            document: self.document(),
            keys: keys(payment),
            memo: None,
            side: std::marker::PhantomData,
        })
    }

    /// A payment that names its day, such as a bank slip, falls due then; the terms tell of the others.
    fn due_dates(&self, payment: &Payment) -> Vec<Date> {
        let count = usize::from(payment.installments.unwrap_or(1));
        let told = payment.due_date.filter(|_| has_day_of_its_own(self.kind));
        let first =
            told.unwrap_or_else(|| after_days(self.sale.business_date, i32::from(self.terms.first_days)));
        days_from(first, self.terms.every_days, count)
    }

    /// The acquirer of a card, the customer of what a customer owes.
    fn party(&self, payment: &Payment) -> Option<PartyId> {
        match self.kind {
            ItemKind::Card | ItemKind::Voucher => payment.acquirer_cnpj.as_ref()?.as_str().parse().ok(),
            ItemKind::Pix => None,
            ItemKind::Boleto
            | ItemKind::Customer
            | ItemKind::Check
            | ItemKind::OtherReceivable
            | ItemKind::Supplier
            | ItemKind::Salary
            | ItemKind::Tax
            | ItemKind::Refund
            | ItemKind::OtherPayable => self.sale.customer.as_ref()?.as_str().parse().ok(),
        }
    }

    fn document(&self) -> Option<String> {
        let receipt = self.sale.receipt.as_ref()?.to_string();
        Some(receipt.chars().take(CODE_CHARS_MAX).collect())
    }
}

/// Whether the day of a payment is the day on which it reaches the company, and not the one of a card's bill.
const fn has_day_of_its_own(kind: ItemKind) -> bool {
    !matches!(kind, ItemKind::Card | ItemKind::Voucher | ItemKind::Pix)
}

fn keys(payment: &Payment) -> MatchKeys {
    MatchKeys {
        acquirer_cnpj: payment.acquirer_cnpj.clone(),
        nsu: payment.nsu.clone(),
        authorization: payment.authorization.clone(),
        pix_e2e_id: payment.pix_e2e_id.clone(),
        boleto_number: payment.boleto_number.clone(),
    }
}
