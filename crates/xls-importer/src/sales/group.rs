//! The rows that make up one receipt.

use posars_domain::{ReceiptNumber, RegisterNo, SaleId};

use super::line::Line;

/// The rows of one receipt.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) sale_id: SaleId,
    pub(super) store: u32,
    pub(super) register_no: Option<RegisterNo>,
    pub(super) receipt: Option<ReceiptNumber>,
    pub(super) first_line: u32,
    pub(super) last_line: u32,
    pub(super) lines_len: u32,
    /// Whether its rows have several dates.
    pub(super) spans_days: bool,
    /// A row of the receipt that is refused.
    pub(super) refused_by_row: Option<u32>,
    pub(super) refused: bool,
}

impl Group {
    pub(super) fn new(
        sale_id: SaleId,
        store: u32,
        register_no: Option<RegisterNo>,
        receipt: Option<ReceiptNumber>,
    ) -> Self {
        Self {
            sale_id,
            store,
            register_no,
            receipt,
            first_line: 0,
            last_line: 0,
            lines_len: 0,
            spans_days: false,
            refused_by_row: None,
            refused: false,
        }
    }

    /// Its lines among all, in the order of their rows.
    pub(super) fn lines_of<'l>(&self, lines: &'l [Line]) -> impl Iterator<Item = &'l Line> + use<'l> {
        let line_at = |index: u32| usize::try_from(index).ok().and_then(|index| lines.get(index));
        let first = (self.lines_len > 0).then_some(self.first_line);
        std::iter::successors(first.and_then(line_at), move |line| line_at(line.next?))
    }

    /// Takes these lines, in their order, as its own.
    pub(super) fn chain(&mut self, indexes: &[u32], lines: &mut [Line]) {
        let nexts = indexes.iter().skip(1).map(|next| Some(*next)).chain([None]);
        let mut dates = None;
        for (index, next) in indexes.iter().zip(nexts) {
            let line = usize::try_from(*index)
                .ok()
                .and_then(|index| lines.get_mut(index));
            if let Some(line) = line {
                line.next = next;
                self.spans_days |= *dates.get_or_insert(line.date) != line.date;
            }
        }
        self.first_line = indexes.first().copied().unwrap_or_default();
        self.last_line = indexes.last().copied().unwrap_or_default();
        self.lines_len = u32::try_from(indexes.len()).unwrap_or(u32::MAX);
    }
}
