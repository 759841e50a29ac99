//! Under way.
use super::decide::Decided;
use super::{RecordSale, SaleContext, SaleState};
pub(super) fn decide(_state: &SaleState, _command: &RecordSale, _context: &SaleContext) -> Decided {
    todo!()
}
