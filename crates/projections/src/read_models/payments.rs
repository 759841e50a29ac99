//! The payments of a sale as several read models need them: what each method came to, and which one was the main.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, SeqAccess, Visitor};

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

    /// Takes change off, out of cash first and of the last payment first: the rule of
    /// `SaleRecorded::received`, with which a test compares it.
    pub(super) fn less_change(mut self, mut change: i64) -> Self {
        if change == 0 {
            return self;
        }
        for cash_only in [true, false] {
            for payment in self.more.iter_mut().rev().chain(&mut self.first) {
                if cash_only && payment.method != CASH {
                    continue;
                }
                let taken = change.min(payment.amount);
                payment.amount -= taken;
                change -= taken;
            }
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

/// Reads a quantity as events have it, `12` or `-0.125`, without the detour over a decimal type.
pub(super) fn ten_thousandths(text: &str) -> Option<i64> {
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

    #[test]
    fn change_comes_out_of_cash_first() {
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
        assert_eq!(left, [0, 65, 0]);
        assert_eq!(payments.main_method(), "pix");
        assert_eq!(Payments::default().main_method(), "none");
    }
}
