//! What the events of the terms of payment add up to.

use std::collections::HashMap;

use jiff::civil::Date;

use super::{ReceiptTerms, SupplierTerms, TermsEvent, TermsRejection};
use crate::{Aggregate, Cnpj, PaymentMethod};

/// Days until a supplier is paid where no terms say so: the usual 30.
const SUPPLIER_DAYS: [u16; 1] = [30];

/// What the terms of payment are.
#[derive(Debug, Clone, Copy)]
pub struct Terms;

impl Terms {
    /// The id part of the stream's name: a company has one set of terms.
    #[must_use]
    pub const fn stream_id() -> &'static str {
        "main"
    }
}

impl Aggregate for Terms {
    const CATEGORY: &'static str = "terms";
    type Event = TermsEvent;
    type State = TermsState;
    type Rejection = TermsRejection;

    fn evolve(mut state: TermsState, event: &TermsEvent) -> TermsState {
        match event {
            TermsEvent::ReceiptTermsDefined(event) => state.put_receipt(&event.terms),
            TermsEvent::SupplierTermsDefined(event) => state.put_supplier(&event.terms),
        }
        state
    }
}

/// The terms as they stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TermsState {
    receipts: HashMap<PaymentMethod, Vec<ReceiptTerms>>,
    suppliers: HashMap<Option<String>, Vec<SupplierTerms>>,
    count: usize,
}

/// When, and less which fee, the payments of a sale reach the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PayOut {
    /// What is kept, in millionths of the amount.
    pub fee_ppm: u32,
    /// Days from the sale to the first instalment.
    pub first_days: u16,
    /// Days from one instalment to the next.
    pub every_days: u16,
}

impl PayOut {
    /// After so many days and every 30 from then on, without a fee.
    const fn after(first_days: u16) -> Self {
        Self {
            fee_ppm: 0,
            first_days,
            every_days: 30,
        }
    }

    /// How a method is paid out where no terms say so.
    #[must_use]
    pub fn usual(method: &PaymentMethod) -> Self {
        const AT_ONCE: [PaymentMethod; 5] = [
            PaymentMethod::CASH,
            PaymentMethod::PIX,
            PaymentMethod::PIX_STATIC,
            PaymentMethod::TRANSFER,
            PaymentMethod::DEPOSIT,
        ];
        if *method == PaymentMethod::DEBIT_CARD {
            Self::after(1)
        } else if AT_ONCE.contains(method) {
            Self::after(0)
        } else {
            Self::after(30)
        }
    }
}

impl TermsState {
    /// How a payment of a sale of a business day is paid out, in so many instalments. Terms of the acquirer and the brand
    /// go before terms of the acquirer, those before terms of the brand, and those before terms of the method; of several
    /// the newest that hold on the day. Where there are none, [`PayOut::usual`].
    #[must_use]
    pub fn receipt_terms(
        &self,
        method: &PaymentMethod,
        acquirer_cnpj: Option<&Cnpj>,
        brand: Option<&str>,
        installments: u16,
        date: Date,
    ) -> PayOut {
        let brand = brand.map(plain);
        let fits = |terms: &&ReceiptTerms| {
            let own = terms.acquirer_cnpj.as_ref();
            terms.valid_from <= date
                && (terms.installments_from..=terms.installments_to).contains(&installments)
                && own.is_none_or(|own| acquirer_cnpj == Some(own))
                && terms
                    .brand
                    .as_deref()
                    .is_none_or(|own| brand.as_deref() == Some(&*plain(own)))
        };
        let known = self.receipts_of(method).iter().filter(fits);
        let best = known.max_by_key(|terms| {
            let of_acquirer = terms.acquirer_cnpj.is_some();
            (of_acquirer, terms.brand.is_some(), terms.valid_from)
        });
        best.map_or_else(|| PayOut::usual(method), PayOut::from)
    }

    /// Days from a delivery of a business day to each of its instalments: the supplier's terms, else those of all
    /// suppliers, else 30 days.
    #[must_use]
    pub fn supplier_terms(&self, supplier: Option<&str>, date: Date) -> &[u16] {
        let holding = |supplier: Option<&str>| {
            let versions = self.suppliers_of(supplier);
            versions.iter().rev().find(|terms| terms.valid_from <= date)
        };
        let own = supplier.and_then(|supplier| holding(Some(supplier)));
        own.or_else(|| holding(None))
            .map_or(&SUPPLIER_DAYS, |terms| &terms.due_days)
    }

    /// All terms of receipts by a method, the oldest first.
    #[must_use]
    pub fn receipts_of(&self, method: &PaymentMethod) -> &[ReceiptTerms] {
        self.receipts.get(method).map_or(&[], Vec::as_slice)
    }

    /// All terms of a supplier, or of those without terms of their own; the oldest first. A name is the same in capitals
    /// and with spaces around it.
    #[must_use]
    pub fn suppliers_of(&self, supplier: Option<&str>) -> &[SupplierTerms] {
        let versions = self.suppliers.get(&supplier.map(plain));
        versions.map_or(&[], Vec::as_slice)
    }

    /// How many terms there are, with all their versions.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn put_receipt(&mut self, terms: &ReceiptTerms) {
        let versions = self.receipts.entry(terms.method.clone()).or_default();
        let place = versions.partition_point(|other| other.valid_from <= terms.valid_from);
        versions.insert(place, terms.clone());
        self.count += 1;
    }

    fn put_supplier(&mut self, terms: &SupplierTerms) {
        let supplier = terms.supplier.as_deref().map(plain);
        let versions = self.suppliers.entry(supplier).or_default();
        let place = versions.partition_point(|other| other.valid_from <= terms.valid_from);
        versions.insert(place, terms.clone());
        self.count += 1;
    }
}

impl From<&ReceiptTerms> for PayOut {
    fn from(terms: &ReceiptTerms) -> Self {
        Self {
            fee_ppm: terms.fee_ppm,
            first_days: terms.first_days,
            every_days: terms.every_days,
        }
    }
}

/// A name as names are compared: the same in capitals and with spaces around it.
pub(super) fn plain(name: &str) -> String {
    name.trim().to_lowercase()
}
