//! A discount as the sheet gives it: an amount of money, or a share of the price.

use posars_domain::{Amount, Currency};
use rust_decimal::Decimal;

use crate::columns::{Columns, Figure, Meaning};
use crate::field::Field;
use crate::row_fault::RowFault;
use crate::row_reason::RowReason;
use crate::sheet::Row;

/// What a cell of discounts says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Discount {
    Amount(Amount),
    /// A share of the price before it, from 0 to 1.
    Share(Decimal),
    /// A bare number below 1: cents, or a share whose format was lost. The other columns may tell.
    Open {
        amount: Amount,
        share: Decimal,
    },
}

impl Discount {
    /// Reads the discount of a row; an empty cell is none.
    ///
    /// # Errors
    /// What the cell holds is no discount, or it cannot be told which.
    pub(crate) fn read(columns: &Columns<'_>, row: &Row<'_>, currency: Currency) -> Result<Self, RowFault> {
        let field = Field::Discount;
        let Some(Figure { value, meaning }) = columns.figure(row, field)? else {
            return Ok(Self::Amount(Amount::ZERO));
        };
        let fault = |reason| RowFault::of(reason, field, value);
        if value.is_sign_negative() && !value.is_zero() {
            return Err(fault(RowReason::AmountNegative));
        }
        let is_percent = columns.is_titled_percent(field);
        let share = match meaning {
            Meaning::Share => value,
            Meaning::Percent => of_percent(value),
            // A tenth of a percent, or ten: no one gives the former, and no cell of the latter says so.
            Meaning::Open if is_percent && value < Decimal::ONE && !value.is_zero() => {
                return Err(fault(RowReason::DiscountUnclear));
            }
            Meaning::Open if is_percent => of_percent(value),
            Meaning::Money if is_percent => return Err(fault(RowReason::DiscountUnclear)),
            Meaning::Open | Meaning::Money => {
                let amount = currency
                    .rounded(value)
                    .map_err(|_| fault(RowReason::NumberPrecisionLost))?;
                let is_open = meaning == Meaning::Open && value < Decimal::ONE && !value.is_zero();
                return Ok(if is_open {
                    Self::Open { amount, share: value }
                } else {
                    Self::Amount(amount)
                });
            }
        };
        if share > Decimal::ONE {
            return Err(fault(RowReason::NumberInvalid));
        }
        Ok(Self::Share(share))
    }

    /// What it takes off a price; for an open one, as an amount.
    pub(crate) fn of(self, gross: Amount, currency: Currency) -> Option<Amount> {
        match self {
            Self::Amount(amount) | Self::Open { amount, .. } => Some(amount),
            Self::Share(share) => share_of(gross, share, currency),
        }
    }

    /// What it took off to leave a net.
    pub(crate) fn before(self, net: Amount, currency: Currency) -> Option<Amount> {
        match self {
            Self::Amount(amount) | Self::Open { amount, .. } => Some(amount),
            Self::Share(share) => {
                let left = Decimal::ONE.checked_sub(share)?;
                let gross = major(net, currency)?.checked_div(left)?;
                currency.rounded(gross).ok()?.checked_sub(net)
            }
        }
    }
}

/// The discounts of a sheet that can be read in two ways, and what the others say.
#[derive(Debug, Default)]
pub(crate) struct OpenDiscounts {
    /// Row and share.
    pub(crate) open: Vec<(u32, Decimal)>,
    /// Other discounts of the column are amounts for certain.
    pub(crate) has_amounts: bool,
    /// Other discounts of the column are shares for certain.
    pub(crate) has_shares: bool,
}

impl OpenDiscounts {
    /// Takes the discount of a row into account.
    pub(crate) fn note(&mut self, row: u32, discount: Discount) {
        match discount {
            Discount::Open { share, .. } => self.open.push((row, share)),
            Discount::Amount(amount) => self.has_amounts |= !amount.is_zero(),
            Discount::Share(share) => self.has_shares |= !share.is_zero(),
        }
    }
}

/// A share of an amount, rounded half-up to the minor unit.
pub(crate) fn share_of(amount: Amount, share: Decimal, currency: Currency) -> Option<Amount> {
    currency
        .rounded(major(amount, currency)?.checked_mul(share)?)
        .ok()
}

fn of_percent(value: Decimal) -> Decimal {
    value / Decimal::ONE_HUNDRED
}

fn major(amount: Amount, currency: Currency) -> Option<Decimal> {
    Decimal::try_new(amount.minor(), currency.minor_digits()).ok()
}
