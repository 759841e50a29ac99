//! What commands to the chart find in it, and their refusals when it is not there.

use super::{Account, ChartRejection, ChartState, KnownCostCenter};
use crate::books::BooksCircumstance;
use crate::{AccountCode, CostCenterId};

impl ChartState {
    /// Refuses a company that has no chart.
    pub(super) fn begun(&self) -> Result<(), ChartRejection> {
        if self.is_begun {
            return Ok(());
        }
        Err(BooksCircumstance::BooksNotBegun.into())
    }

    /// An account that is there and not retired.
    pub(super) fn in_use(&self, field: &'static str, code: &AccountCode) -> Result<&Account, ChartRejection> {
        self.begun()?;
        let (path, code) = (field.into(), code.clone());
        match self.known(&code) {
            Some(known) if known.is_retired => Err(ChartRejection::AccountRetired { path, code }),
            Some(known) => Ok(&known.account),
            None => Err(BooksCircumstance::AccountUnknown { path, code }.into()),
        }
    }

    /// A cost centre that is there.
    pub(super) fn known_cost_center(&self, id: &CostCenterId) -> Result<&KnownCostCenter, ChartRejection> {
        self.begun()?;
        let unknown = || BooksCircumstance::CostCenterUnknown {
            path: "cost_center_id".into(),
            cost_center: id.clone(),
        };
        self.cost_center(id).ok_or_else(|| unknown().into())
    }
}
