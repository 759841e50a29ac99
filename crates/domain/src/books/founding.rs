//! What a company's books begin with.

use super::{Books, BooksBegun};
use crate::chart::{Chart, ChartDefined};
use crate::posting_rules::{PostingRules, PostingRulesDefined};
use crate::{Currency, Founded};

/// The chart and the rules of a Brazilian retailer, which stand in the same append as the beginning of the books.
pub(crate) fn chart_and_rules() -> Vec<Founded> {
    vec![
        Founded::of::<Chart>(Chart::stream_id(), ChartDefined::brazilian_retail()),
        Founded::of::<PostingRules>(PostingRules::stream_id(), PostingRulesDefined::brazilian_retail()),
    ]
}

/// The books of a new company, with their chart and their rules: all that happens is posted.
pub(crate) fn all_books(currency: Currency) -> Vec<Founded> {
    let begun = BooksBegun {
        currency,
        begins_on: None,
        up_to_position: 0,
        opening: Vec::new(),
    };
    let mut founded = chart_and_rules();
    founded.push(Founded::of::<Books>(Books::stream_id(), begun));
    founded
}
