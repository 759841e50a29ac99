//! Sharing one sum over many lines without losing a centavo.

use crate::Amount;

/// Why a sum could not be shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApportionError {
    /// A weight or the total is below zero.
    #[error("the total and the weights must not be negative")]
    Negative,
    /// The total is more than all weights together, so some share would exceed its line.
    #[error("the total {total} is more than the {available} that the lines can bear")]
    ExceedsLines {
        /// What was to be shared.
        total: Amount,
        /// The sum of the weights.
        available: Amount,
    },
    /// The weights add up to more than an amount can hold.
    #[error("the sum of the weights is out of range")]
    OutOfRange,
}

/// Shares a total over lines in proportion to their weights, by largest remainder, ties by line order.
///
/// The shares sum to the total exactly and no share is more than its weight: a share is rounded up only when
/// its exact value is below its weight.
///
/// # Errors
/// [`ApportionError`] when an input is negative or the total is more than the sum of the weights.
pub fn apportion(total: Amount, weights: &[Amount]) -> Result<Vec<Amount>, ApportionError> {
    if total.is_negative() || weights.iter().any(|weight| weight.is_negative()) {
        return Err(ApportionError::Negative);
    }
    let available = Amount::checked_sum(weights.iter().copied()).ok_or(ApportionError::OutOfRange)?;
    if total > available {
        return Err(ApportionError::ExceedsLines { total, available });
    }
    if total.is_zero() {
        return Ok(vec![Amount::ZERO; weights.len()]);
    }
    let weights: Vec<i64> = weights.iter().map(|weight| weight.minor()).collect();
    in_proportion(total, &weights).ok_or(ApportionError::OutOfRange)
}

/// Shares a total over lines in proportion to their weights, by largest remainder, ties by line order; unlike
/// [`apportion`] also more than all weights together.
///
/// `None` when a weight or the total is negative, when all weights are zero, or when they add up to too much.
pub(crate) fn in_proportion(total: Amount, weights: &[i64]) -> Option<Vec<Amount>> {
    let whole = weights
        .iter()
        .try_fold(0_i64, |sum, weight| sum.checked_add(*weight))
        .filter(|whole| *whole > 0)?;
    if total.is_negative() || weights.iter().any(|weight| *weight < 0) {
        return None;
    }
    let whole = i128::from(whole);
    let exact = |weight: &i64| i128::from(total.minor()) * i128::from(*weight);
    let mut shares = weights
        .iter()
        .map(|weight| exact(weight) / whole)
        .collect::<Vec<_>>();
    let missing = i128::from(total.minor()) - shares.iter().sum::<i128>();
    let mut by_remainder = (0..weights.len()).collect::<Vec<_>>();
    // A stable sort keeps line order among equal remainders.
    by_remainder
        .sort_by_key(|&line| std::cmp::Reverse(weights.get(line).map(|weight| exact(weight) % whole)));
    for line in by_remainder
        .into_iter()
        .take(usize::try_from(missing).unwrap_or(0))
    {
        if let Some(share) = shares.get_mut(line) {
            *share += 1;
        }
    }
    shares.into_iter().map(Amount::from_wide).collect()
}
