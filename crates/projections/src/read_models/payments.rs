//! The payments of a sale as several read models need them: what each method came to, and which one was the main.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, SeqAccess, Visitor};

use crate::{ApplyError, Event};

/// A payment, as far as it is needed. Methods are plain words, so they can be borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
pub(super) struct Payment<'a> {
    pub(super) method: &'a str,
    pub(super) amount: i64,
}

/// Payments or refunds. Nearly every sale has one, which needs no allocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Payments<'a> {
    first: Option<Payment<'a>>,
    more: Vec<Payment<'a>>,
}

/// The method that a document without any payment counts under.
const NO_METHOD: &str = "none";
const CASH: &str = "cash";

impl<'a> Payments<'a> {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Payment<'a>> {
        self.first.iter().chain(&self.more)
    }

    /// Takes change off, out of cash, of the last such payment first; what is more than all cash is an entry of cash
    /// below zero: the rule of `SaleRecorded::received`, with which a test compares it.
    pub(super) fn less_change(mut self, mut change: i64) -> Self {
        if change == 0 {
            return self;
        }
        let payments = self.more.iter_mut().rev().chain(&mut self.first);
        for payment in payments.filter(|payment| payment.method == CASH) {
            let taken = change.min(payment.amount);
            payment.amount -= taken;
            change -= taken;
        }
        if change != 0 {
            self.more.push(Payment {
                method: CASH,
                amount: -change,
            });
        }
        self
    }

    /// The method of the largest payment, the first of them on a tie. What can only be counted once, such as
    /// the sale itself, is counted under it.
    pub(super) fn main_method(&self) -> &'a str {
        let mut main = self.first;
        for payment in &self.more {
            if main.is_none_or(|main| payment.amount > main.amount) {
                main = Some(*payment);
            }
        }
        main.map_or(NO_METHOD, |main| main.method)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Payments<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Payments<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a list of payments")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut payments = Payments {
                    first: list.next_element()?,
                    more: Vec::new(),
                };
                while let Some(payment) = list.next_element()? {
                    payments.more.push(payment);
                }
                Ok(payments)
            }
        }
        deserializer.deserialize_seq(List)
    }
}

/// The lines of a document, as their number and the sum of their quantities; nothing of them is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lines {
    pub(super) items: i32,
    pub(super) quantity_e4: i64,
}

#[derive(serde::Deserialize)]
struct Line<'a> {
    quantity: &'a str,
}

impl<'de> Deserialize<'de> for Lines {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Lines;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a list of lines with a quantity")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut lines = Lines::default();
                while let Some(line) = list.next_element::<Line<'de>>()? {
                    lines.items += 1;
                    let quantity = ten_thousandths(line.quantity).ok_or_else(|| {
                        serde::de::Error::custom(format_args!("{:?} is no quantity", line.quantity))
                    })?;
                    lines.quantity_e4 = lines.quantity_e4.saturating_add(quantity);
                }
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(lines)
            }
        }
        deserializer.deserialize_seq(List)
    }
}

/// Reads a quantity of an event, which cannot be applied when the text is none.
pub(super) fn quantity_e4(event: &Event<'_>, text: &str) -> Result<i64, ApplyError> {
    ten_thousandths(text).ok_or_else(|| event.bad(&format_args!("{text:?} is no quantity")))
}

/// Reads a quantity as events have it, `12` or `-0.125`, without the detour over a decimal type.
fn ten_thousandths(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || fraction.len() > 4 {
        return None;
    }
    let mut value = 0_i64;
    for digit in whole
        .bytes()
        .chain(fraction.bytes())
        .chain(std::iter::repeat_n(b'0', 4 - fraction.len()))
    {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(i64::from(digit - b'0'))?;
    }
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use posars_domain::Quantity;
    use posars_domain::sale::SaleRecorded;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_that_are_no_quantity_are_refused() {
        for text in ["", "-", ".5", "1.23456", "1e3", "1,5", "99999999999999999999"] {
            assert_eq!(ten_thousandths(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn quantities_read_as_the_domain_writes_them(raw in -9_007_199_254_740_991_i64..9_007_199_254_740_991) {
            let written = Quantity::from_ten_thousandths(raw).to_string();
            prop_assert_eq!(ten_thousandths(&written), Some(raw));
        }
    }

    proptest! {
        #[test]
        fn change_is_taken_off_as_the_domain_does(
            paid in prop::collection::vec((0..3_usize, 0..500_i64), 0..5),
            change in 0..2_500_i64,
        ) {
            let paid = paid.iter().map(|(method, amount)| {
                let method = ["cash", "pix", "credit_card"].get(*method).unwrap();
                serde_json::json!({"method": method, "amount": amount})
            });
            let paid = serde_json::Value::from_iter(paid);
            let sale: SaleRecorded = serde_json::from_value(serde_json::json!({
                "sale_id": "0193a5f0-0000-7000-8000-000000000001", "store_id": "centro",
                "occurred_at": "2026-11-20T15:00:00Z", "business_date": "2026-11-20", "local_hour": 12,
                "channel": "counter", "currency": "BRL", "lines": [], "payments": &paid, "change": change,
                "gross_total": 0, "total": 0,
            })).unwrap();
            let text = paid.to_string();
            let left = serde_json::from_str::<Payments<'_>>(&text).unwrap().less_change(change);
            let left: Vec<(&str, i64)> = left.iter()
                .filter(|payment| payment.amount != 0)
                .map(|payment| (payment.method, payment.amount))
                .collect();
            let received = sale.received();
            let received: Vec<(&str, i64)> =
                received.iter().map(|part| (part.method.as_str(), part.amount.minor())).collect();
            prop_assert_eq!(left, received);
        }
    }

    #[test]
    fn change_comes_out_of_cash() {
        let payments: Payments<'_> = serde_json::from_str(
            r#"[{"method":"cash","amount":50},{"method":"pix","amount":70},{"method":"cash","amount":20}]"#,
        )
        .unwrap();
        let left: Vec<i64> = payments
            .clone()
            .less_change(30)
            .iter()
            .map(|payment| payment.amount)
            .collect();
        assert_eq!(left, [40, 70, 0]);
        let left: Vec<i64> = payments
            .clone()
            .less_change(75)
            .iter()
            .map(|payment| payment.amount)
            .collect();
        assert_eq!(left, [0, 70, 0, -5]);
        assert_eq!(payments.main_method(), "pix");
        assert_eq!(Payments::default().main_method(), "none");
    }
}
