//! Money as whole minor units.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::rounding::divide_half_up;
use crate::text::serde_as_str;
use crate::{InvalidValue, reasons};

/// An ISO 4217 currency code: three capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The Brazilian real.
    pub const BRL: Self = Self(*b"BRL");

    /// The code, such as `BRL`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only A to Z ever gets in, so this is always text.
        str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// How many decimals the minor unit has: 2 for BRL, 0 for JPY, 3 for KWD.
    ///
    /// # Source
    /// ISO 4217, list one; a code outside it counts as 2.
    #[must_use]
    pub const fn minor_digits(self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF"
            | b"UGX" | b"UYI" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            b"CLF" | b"UYW" => 4,
            _ => 2,
        }
    }

    /// Turns a decimal in major units, such as `12.34`, into an exact amount.
    ///
    /// # Errors
    /// `AMOUNT_DECIMALS` when the currency has fewer decimals, `AMOUNT_OUT_OF_RANGE` when it is too large.
    pub fn exact(self, major: Decimal) -> Result<Amount, InvalidValue> {
        if major.normalize().scale() > self.minor_digits() {
            let rule = "the amount has more decimals than its currency";
            return Err(InvalidValue::new("AMOUNT_DECIMALS", major, rule));
        }
        self.rounded(major)
    }

    /// Turns a decimal in major units into an amount, rounding half-up.
    ///
    /// # Errors
    /// `AMOUNT_OUT_OF_RANGE` when it is too large.
    pub fn rounded(self, major: Decimal) -> Result<Amount, InvalidValue> {
        self.minor_from(major.mantissa(), major.scale())
            .ok_or_else(|| InvalidValue::new(reasons::AMOUNT_OUT_OF_RANGE, major, Amount::RANGE_RULE))
    }

    /// Rounds `mantissa / 10^scale` major units to an amount.
    pub(crate) fn minor_from(self, mantissa: i128, scale: u32) -> Option<Amount> {
        let digits = self.minor_digits();
        let minor = if scale > digits {
            divide_half_up(mantissa, 10_i128.checked_pow(scale - digits)?)?
        } else {
            mantissa.checked_mul(10_i128.checked_pow(digits - scale)?)?
        };
        Amount::from_wide(minor)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl FromStr for Currency {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        match text.as_bytes() {
            &[a, b, c] if [a, b, c].iter().all(u8::is_ascii_uppercase) => Ok(Self([a, b, c])),
            _ => Err(InvalidValue::new(
                "CURRENCY_INVALID",
                text,
                "a currency is three letters A to Z, as BRL",
            )),
        }
    }
}

serde_as_str!(Currency);

/// A sum of money in minor units (centavos) of the currency named beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amount(i64);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// Largest amount the rules accept: the largest integer that every JSON reader keeps exactly, 2^53 - 1.
    pub const MAX: Self = Self(9_007_199_254_740_991);

    pub(crate) const RANGE_RULE: &'static str =
        "an amount is at most 9007199254740991 minor units either way";

    /// An amount of so many minor units.
    #[must_use]
    pub const fn from_minor(minor: i64) -> Self {
        Self(minor)
    }

    /// The number of minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// Whether there is nothing.
    #[must_use]
    pub const fn is_zero(&self) -> bool {
        self.0 == 0
    }

    /// Whether the amount is below zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Whether the amount lies within plus or minus [`Amount::MAX`].
    #[must_use]
    pub const fn is_in_range(self) -> bool {
        self.0.unsigned_abs() <= Self::MAX.0.unsigned_abs()
    }

    /// The sum; `None` outside plus or minus [`Amount::MAX`].
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Self::from_wide(i128::from(self.0) + i128::from(other.0))
    }

    /// The difference; `None` outside plus or minus [`Amount::MAX`].
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        Self::from_wide(i128::from(self.0) - i128::from(other.0))
    }

    /// The same amount the other way; `None` outside plus or minus [`Amount::MAX`].
    #[must_use]
    pub fn checked_neg(self) -> Option<Self> {
        Self::from_wide(-i128::from(self.0))
    }

    /// The sum of many; `None` outside plus or minus [`Amount::MAX`].
    #[must_use]
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// `self * part / whole`, half-up; `None` for a zero whole or outside the range.
    #[must_use]
    pub(crate) fn share(self, part: i64, whole: i64) -> Option<Self> {
        let product = i128::from(self.0).checked_mul(i128::from(part))?;
        Self::from_wide(divide_half_up(product, i128::from(whole))?)
    }

    /// Narrows a wide result; `None` outside plus or minus [`Amount::MAX`].
    pub(crate) fn from_wide(minor: i128) -> Option<Self> {
        i64::try_from(minor)
            .ok()
            .map(Self)
            .filter(|amount| amount.is_in_range())
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl FromStr for Amount {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        text.parse::<i64>()
            .ok()
            .map(Self)
            .filter(|amount| amount.is_in_range())
            .ok_or_else(|| {
                InvalidValue::new(
                    reasons::AMOUNT_INVALID,
                    text,
                    "an amount is a whole number of minor units",
                )
            })
    }
}

/// An amount with its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// How much, in minor units.
    pub amount: Amount,
    /// Of what.
    pub currency: Currency,
}

impl Money {
    /// The sum of two amounts of one currency; `None` when the currencies differ or the sum is out of range.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let amount = self
            .amount
            .checked_add(other.amount)
            .filter(|_| self.currency == other.currency)?;
        Some(Self {
            amount,
            currency: self.currency,
        })
    }
}

impl fmt::Display for Money {
    /// The code and the amount in major units: `BRL 12.34`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let major = Decimal::new(self.amount.minor(), self.currency.minor_digits());
        write!(out, "{} {major}", self.currency)
    }
}

impl FromStr for Money {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let rule = "money is a code, a space and a decimal, as BRL 12.34";
        let invalid = || InvalidValue::new("MONEY_INVALID", text, rule);
        let (code, major) = text.split_once(' ').ok_or_else(invalid)?;
        let currency = code.parse::<Currency>()?;
        let amount = currency.exact(Decimal::from_str_exact(major).map_err(|_| invalid())?)?;
        Ok(Self { amount, currency })
    }
}
