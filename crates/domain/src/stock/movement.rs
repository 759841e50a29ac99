//! Under way.
use super::decide::Decided;
use super::{AdjustStock, IssueForSale, ReceiveStock, RestockReturn, StockContext, StockState};
pub(super) fn receive(_s: &StockState, _c: &ReceiveStock, _x: &StockContext) -> Decided {
    todo!()
}
pub(super) fn issue(_s: &StockState, _c: &IssueForSale) -> Decided {
    todo!()
}
pub(super) fn restock(_s: &StockState, _c: &RestockReturn) -> Decided {
    todo!()
}
pub(super) fn adjust(_s: &StockState, _c: &AdjustStock, _x: &StockContext) -> Decided {
    todo!()
}
