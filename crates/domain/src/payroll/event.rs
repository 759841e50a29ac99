//! What can have happened to a payroll; append-only.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::event::events;
use crate::{
    Amount, CostCenterId, Currency, EmployeeId, HoldsPersonal, Month, Path, PayrollId, Personal,
    PersonalField, RetentionClass, StoreId, SubjectId,
};

events! {
    /// What can have happened to a payroll.
    pub enum PayrollEvent of PayrollKind {
        /// The wages of a month were worked out.
        PayrollRecorded(PayrollRecorded) = 1 holding personal,
        /// They were worked out wrongly, and none of it stands.
        PayrollVoided(PayrollVoided) = 1,
    }
}

/// The wages of some employees for a month were worked out.
///
/// What each employee got is sealed; what a store, a cost centre and a position cost together is not, so that the books
/// and the figures stay as they are when a person is erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayrollRecorded {
    /// The payroll.
    pub payroll_id: PayrollId,
    /// The month that was worked.
    pub month: Month,
    /// The last day of it: the business day of the cost.
    pub business_date: Date,
    /// When the wages are paid.
    pub wages_due: Date,
    /// When the charges, and what was kept of the wages, are paid.
    pub charges_due: Date,
    /// The currency of every amount here.
    pub currency: Currency,
    /// What people call it, such as "13th salary, first half", at most 80 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memo: Option<String>,
    /// One per employee, at least one.
    pub lines: Vec<PayrollLine>,
    /// The sums of the lines by store, cost centre and position, in that order.
    pub costs: Vec<PayrollCost>,
}

/// What one employee got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayrollLine {
    /// The employee.
    pub employee_id: EmployeeId,
    /// The person.
    pub subject_id: SubjectId,
    /// The store that it is a cost of.
    pub store_id: StoreId,
    /// The cost centre; `None` is the store's own account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_center: Option<CostCenterId>,
    /// What the employee works as.
    pub position: String,
    /// How much.
    pub amounts: Personal<WageAmounts>,
}

/// What a wage comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WageAmounts {
    /// What was earned, before anything is kept.
    pub gross: Amount,
    /// What the employer pays on top (INSS, FGTS and the like).
    pub charges: Amount,
    /// What is paid out; gross less this was kept for others.
    pub net: Amount,
}

/// What a store, a cost centre and a position cost together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "FlatCost")]
pub struct PayrollCost {
    /// The store.
    pub store_id: StoreId,
    /// The cost centre; `None` is the store's own account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_center: Option<CostCenterId>,
    /// What they work as.
    pub position: String,
    /// How many employees.
    pub employees: u32,
    /// The sum of their amounts.
    #[serde(flatten)]
    pub amounts: WageAmounts,
}

/// As it is read: what serde makes for a flattened struct has floats in it.
#[derive(Deserialize)]
struct FlatCost {
    store_id: StoreId,
    #[serde(default)]
    cost_center: Option<CostCenterId>,
    position: String,
    employees: u32,
    gross: Amount,
    charges: Amount,
    net: Amount,
}

impl From<FlatCost> for PayrollCost {
    fn from(flat: FlatCost) -> Self {
        let FlatCost {
            store_id,
            cost_center,
            position,
            employees,
            gross,
            charges,
            net,
        } = flat;
        Self {
            store_id,
            cost_center,
            position,
            employees,
            amounts: WageAmounts { gross, charges, net },
        }
    }
}

/// The payroll was worked out wrongly: all of it is taken back, and another one may take its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayrollVoided {
    /// The payroll.
    pub payroll_id: PayrollId,
    /// The month that was worked.
    pub month: Month,
    /// The business day of the payroll, which this counts for as well: as long as the month is open, it is as if the
    /// payroll had not been.
    pub business_date: Date,
    /// The currency of every amount here.
    pub currency: Currency,
    /// The sums that are taken back, as the payroll had them.
    pub costs: Vec<PayrollCost>,
    /// Why, at most 500 characters.
    pub reason: String,
}

impl HoldsPersonal for PayrollRecorded {
    fn personal(&mut self) -> Vec<PersonalField<'_>> {
        let used_on = self.business_date;
        let fields = self
            .lines
            .iter_mut()
            .enumerate()
            .map(|(index, line)| PersonalField {
                path: Path::line(index, "amounts"),
                subject: &line.subject_id,
                class: RetentionClass::Labour,
                used_on,
                finds: false,
                data: &mut line.amounts,
            });
        fields.collect()
    }
}
