//! Under way.
use super::decide::Decided;
use super::{RecordReturn, SaleContext, SaleState};
pub(super) fn decide(_state: &SaleState, _command: &RecordReturn, _context: &SaleContext) -> Decided {
    todo!()
}
