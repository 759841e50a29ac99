//! Quantities and unit prices: exact decimals, rounded only when they become money.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

use crate::text::serde_as_text;
use crate::{Amount, Currency, InvalidValue, Path, reasons};

/// Decimals of a quantity (NF-e field `qCom`).
const QUANTITY_DECIMALS: u32 = 4;
/// Ten-thousandths of one unit.
const PER_UNIT: i64 = 10_i64.pow(QUANTITY_DECIMALS);
/// Decimals of a unit price (NF-e field `vUnCom`).
const UNIT_PRICE_DECIMALS: u32 = 10;

/// How much of something, in ten-thousandths of its unit; signed, as movements and balances are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Quantity(i64);

impl Quantity {
    /// None of it.
    pub const ZERO: Self = Self(0);
    /// Largest quantity the rules accept: about 900 thousand million units.
    pub const MAX: Self = Self(9_007_199_254_740_991);

    /// So many ten-thousandths.
    #[must_use]
    pub const fn from_ten_thousandths(ten_thousandths: i64) -> Self {
        Self(ten_thousandths)
    }

    /// So many whole units.
    #[must_use]
    pub const fn from_units(units: i32) -> Self {
        // 2^31 * 10^4 fits in an i64 many times over; `as` because `From` is not const.
        #[expect(clippy::as_conversions, reason = "widening i32 to i64 loses nothing")]
        Self(units as i64 * 10_000)
    }

    /// The number of ten-thousandths.
    #[must_use]
    pub const fn ten_thousandths(self) -> i64 {
        self.0
    }

    /// The quantity as a decimal of its unit.
    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, QUANTITY_DECIMALS).normalize()
    }

    /// How many decimals the quantity uses: 0 for 3, 1 for 1.5.
    #[must_use]
    pub fn decimals(self) -> u32 {
        self.to_decimal().scale()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_zero(&self) -> bool {
        self.0 == 0
    }

    /// Whether there is less than none.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Whether there is some.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Whether the quantity lies within plus or minus [`Quantity::MAX`].
    #[must_use]
    pub const fn is_in_range(self) -> bool {
        self.0.unsigned_abs() <= Self::MAX.0.unsigned_abs()
    }

    /// The sum; `None` outside plus or minus [`Quantity::MAX`].
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0
            .checked_add(other.0)
            .map(Self)
            .filter(|sum| sum.is_in_range())
    }

    /// The difference; `None` outside plus or minus [`Quantity::MAX`].
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0
            .checked_sub(other.0)
            .map(Self)
            .filter(|difference| difference.is_in_range())
    }

    /// The same quantity the other way; `None` outside plus or minus [`Quantity::MAX`].
    #[must_use]
    pub fn checked_neg(self) -> Option<Self> {
        Self::ZERO.checked_sub(self)
    }

    /// The sum of many; `None` outside plus or minus [`Quantity::MAX`].
    #[must_use]
    pub fn checked_sum(quantities: impl IntoIterator<Item = Self>) -> Option<Self> {
        quantities.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// What this much costs at a unit price, in minor units, half-up; `None` when it is out of range.
    #[must_use]
    pub fn times(self, price: UnitPrice, currency: Currency) -> Option<Amount> {
        // In integers: a decimal product that overflows 96 bits would be rounded silently.
        let mantissa = price.0.mantissa().checked_mul(i128::from(self.0))?;
        currency.minor_from(mantissa, price.0.scale() + QUANTITY_DECIMALS)
    }
}

impl TryFrom<Decimal> for Quantity {
    type Error = InvalidValue;

    fn try_from(decimal: Decimal) -> Result<Self, InvalidValue> {
        let decimal = decimal.normalize();
        let rule = "a quantity is a decimal with at most 4 decimals and at most 900719925474.0991 either way";
        10_i128
            .checked_pow(QUANTITY_DECIMALS.saturating_sub(decimal.scale()))
            .filter(|_| decimal.scale() <= QUANTITY_DECIMALS)
            .and_then(|factor| decimal.mantissa().checked_mul(factor))
            .and_then(|raw| i64::try_from(raw).ok())
            .map(Self)
            .filter(|quantity| quantity.is_in_range())
            .ok_or_else(|| InvalidValue::new(reasons::QUANTITY_INVALID, decimal, rule))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Most quantities are whole, and an integer is printed several times as fast.
        if self.0 % PER_UNIT == 0 && out.precision().is_none() {
            return (self.0 / PER_UNIT).fmt(out);
        }
        self.to_decimal().fmt(out)
    }
}

impl FromStr for Quantity {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let rule = "a quantity is a decimal with a point, as 1.5";
        let decimal = Decimal::from_str_exact(text)
            .map_err(|_| InvalidValue::new(reasons::QUANTITY_INVALID, text, rule))?;
        Self::try_from(decimal)
    }
}

/// The price or cost of one unit in major units of a currency: not negative, at most 10 decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct UnitPrice(Decimal);

impl UnitPrice {
    /// The price in major units.
    #[must_use]
    pub const fn to_decimal(self) -> Decimal {
        self.0
    }
}

impl TryFrom<Decimal> for UnitPrice {
    type Error = InvalidValue;

    fn try_from(decimal: Decimal) -> Result<Self, InvalidValue> {
        let price = decimal.normalize();
        if price.is_sign_negative() || price.scale() > UNIT_PRICE_DECIMALS {
            let rule = "a unit price is zero or more, with at most 10 decimals";
            return Err(InvalidValue::new(reasons::UNIT_PRICE_INVALID, decimal, rule));
        }
        Ok(Self(price))
    }
}

impl fmt::Display for UnitPrice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As with quantities.
        match i64::try_from(self.0.mantissa()) {
            Ok(whole) if self.0.scale() == 0 && out.precision().is_none() => whole.fmt(out),
            Ok(_) | Err(_) => self.0.fmt(out),
        }
    }
}

impl FromStr for UnitPrice {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let rule = "a unit price is a decimal with a point, as 12.34";
        let decimal = Decimal::from_str_exact(text)
            .map_err(|_| InvalidValue::new(reasons::UNIT_PRICE_INVALID, text, rule))?;
        Self::try_from(decimal)
    }
}

serde_as_text!(Quantity, UnitPrice);

/// Refuses a quantity that is not more than zero, or out of range.
pub(crate) fn positive(field: impl Into<Path>, quantity: Quantity) -> Result<Quantity, InvalidValue> {
    if !quantity.is_positive() {
        let rule = "the quantity must be more than zero";
        return Err(InvalidValue::new("QUANTITY_NOT_POSITIVE", quantity, rule).at(field));
    }
    in_range(field, quantity)
}

/// Refuses a quantity beyond plus or minus [`Quantity::MAX`].
pub(crate) fn in_range(field: impl Into<Path>, quantity: Quantity) -> Result<Quantity, InvalidValue> {
    if !quantity.is_in_range() {
        let rule = "a quantity is at most 900719925474.0991 either way";
        return Err(InvalidValue::new(reasons::QUANTITY_INVALID, quantity, rule).at(field));
    }
    Ok(quantity)
}
