//! Under way.
use super::decide::Decided;
use super::{SaleContext, SaleState, VoidSale};
pub(super) fn decide(_state: &SaleState, _command: &VoidSale, _context: &SaleContext) -> Decided {
    todo!()
}
