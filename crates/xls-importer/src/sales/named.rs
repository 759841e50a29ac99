//! What the lines of a sheet name: nothing is defined for the sake of a row that cannot be read.

use foldhash::HashSet;

use super::group::Group;
use super::line::Line;

/// Indexes of the stores and products of all lines, those of refused receipts among them: once corrected they come in.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub(super) stores: HashSet<u32>,
    pub(super) products: HashSet<u32>,
}

impl Named {
    pub(super) fn of(groups: &[Group], lines: &[Line]) -> Self {
        let with_lines = groups.iter().filter(|group| group.lines_len > 0);
        Self {
            stores: with_lines.map(|group| group.store).collect(),
            products: lines.iter().map(|line| line.product).collect(),
        }
    }
}
