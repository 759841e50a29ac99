//! What is owed for a delivery: registered with its first line that cost something, increased by the others.

use std::marker::PhantomData;

use jiff::civil::Date;

use super::derived_ids::payable_of_delivery;
use super::schedule::{Schedule, after_days, equal_parts};
use super::{
    Increased, InstallmentPart, InstallmentState, ItemKind, ItemOrigin, ItemRef, ItemState, MatchKeys,
    Payable, Registered,
};
use crate::apportion::in_proportion;
use crate::stock::StockReceived;
use crate::{AccountCode, Amount, Cnpj, PartyId};

/// A line of a delivery that has to be paid for.
#[derive(Debug, Clone, Copy)]
pub struct OwedForDelivery<'a> {
    /// The line.
    pub received: &'a StockReceived,
    /// Its log position.
    pub position: u64,
    /// The account that holds what is owed, of a delivery that has nothing registered yet.
    pub account: &'a AccountCode,
    /// Days from the delivery to each instalment, by the supplier's terms.
    pub due_days: &'a [u16],
}

impl OwedForDelivery<'_> {
    /// The payable of a delivery whose first line this is; `None` when it cost nothing.
    #[must_use]
    pub fn registered(&self) -> Option<Registered<Payable>> {
        let line = self.received;
        if line.value <= Amount::ZERO {
            return None;
        }
        let due = |days: &u16| after_days(line.business_date, i32::from(*days));
        let due_dates: Vec<Date> = self.due_days.iter().map(due).collect();
        let schedule = Schedule {
            amount: line.value,
            due_dates: &due_dates,
            fee_ppm: 0,
        };
        Some(Registered {
            item: ItemRef {
                item_id: payable_of_delivery(line.receipt_id),
                kind: ItemKind::Supplier,
                account: self.account.clone(),
                store_id: Some(line.store_id.clone()),
                party: issuer(line),
                currency: line.currency,
            },
            business_date: line.business_date,
            amount: line.value,
            installments: schedule.installments(),
            origin: ItemOrigin::Delivery {
                receipt_id: line.receipt_id,
                position: self.position,
            },
            party_name: line.supplier.clone(),
            document: line.access_key.as_ref().map(ToString::to_string),
            keys: MatchKeys::default(),
            memo: None,
            side: PhantomData,
        })
    }

    /// By how much more a delivery's payable is with this line; `None` when it cost nothing, or nothing is registered.
    #[must_use]
    pub fn increased(&self, state: &ItemState<Payable>) -> Option<Increased<Payable>> {
        let line = self.received;
        let registered = state.registered.as_deref()?;
        if line.value <= Amount::ZERO {
            return None;
        }
        Some(Increased {
            item: registered.item.clone(),
            business_date: line.business_date,
            amount: line.value,
            parts: more_of_each(state, line.value),
            position: self.position,
            side: PhantomData,
        })
    }
}

/// Shares more over the instalments that are not replaced. As long as they are parts as equal as can be, they stay so.
fn more_of_each(state: &ItemState<Payable>, more: Amount) -> Vec<InstallmentPart> {
    let current = state
        .installments
        .iter()
        .filter(|installment| !installment.is_replaced);
    let current: Vec<&InstallmentState> = current.collect();
    let before = Amount::checked_sum(current.iter().map(|installment| installment.amount));
    let after = before.and_then(|before| before.checked_add(more));
    let equal = after
        .map(|after| equal_parts(after, current.len()))
        .unwrap_or_default();
    let rise = |(installment, after): (&&InstallmentState, &Amount)| after.checked_sub(installment.amount);
    let rises: Option<Vec<Amount>> = current.iter().zip(&equal).map(rise).collect();
    let parts = rises
        .filter(|rises| rises.len() == current.len() && rises.iter().all(|rise| !rise.is_negative()))
        .or_else(|| in_proportion(more, &vec![1; current.len()]))
        .unwrap_or_default();
    let part = |(installment, amount): (&&InstallmentState, Amount)| InstallmentPart {
        number: installment.number,
        amount,
    };
    let parts = current.iter().zip(parts).map(part);
    parts.filter(|part| !part.amount.is_zero()).collect()
}

/// The company that issued the NF-e of a delivery, whose number is in its access key.
///
/// # Source
/// Manual de Orientação do Contribuinte, 2.2.6: characters 7 to 20 of the access key.
fn issuer(line: &StockReceived) -> Option<PartyId> {
    let cnpj = line.access_key.as_ref()?.as_str().get(6..20)?;
    let cnpj: Cnpj = cnpj.parse().ok()?;
    cnpj.as_str().parse().ok()
}
