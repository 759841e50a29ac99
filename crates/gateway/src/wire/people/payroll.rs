//! Payrolls and what they cost.

use posars_commands::{Completed, StoredPayroll};
use posars_domain::payroll::{
    PayrollCost, PayrollEvent, PayrollLine, PayrollRecorded, PayrollVoided, WageAmounts,
};
use posars_domain::{CompanyId, Currency, Month, Path, StoreId};
use posars_projections::{PayrollCostRow, PayrollRow};

use super::{EmployeeName, PayrollName};
use crate::proto::hr::v1 as pb;
use crate::visibility::{Hidden, SealedField, Sees, Sort};
use crate::wire::ResourceName as _;
use crate::wire::value::{write_date, write_money, write_time};

/// A payroll as its command recorded it, without its lines.
pub(crate) fn write_recorded_payroll(
    company: &CompanyId,
    payroll: &PayrollRecorded,
    completed: &Completed<PayrollEvent>,
) -> pb::Payroll {
    pb::Payroll {
        position: completed.position.get(),
        record_time: completed.recorded_at.map(write_time),
        ..write_payroll(company, payroll)
    }
}

/// A payroll as the command that voided it answers.
pub(crate) fn write_voided_payroll(
    company: &CompanyId,
    payroll: &PayrollVoided,
    completed: &Completed<PayrollEvent>,
) -> pb::Payroll {
    let PayrollVoided {
        payroll_id,
        month,
        business_date: _,
        currency,
        costs,
        reason,
    } = payroll;
    pb::Payroll {
        name: PayrollName {
            payroll_id: *payroll_id,
        }
        .of(company),
        payroll_id: payroll_id.to_string(),
        month: month.to_string(),
        employee_count: employees(costs),
        totals: totals(costs, *currency),
        costs: write_costs(*month, costs, *currency),
        voided: true,
        void_reason: reason.clone(),
        position: completed.position.get(),
        record_time: completed.recorded_at.map(write_time),
        ..pb::Payroll::default()
    }
}

/// What is sealed of each line of a payroll, with what the caller sees of something of the line's store.
pub(crate) fn sealed_of_payroll(
    payroll: &mut StoredPayroll,
    sees_in: impl Fn(&StoreId) -> Sees,
) -> Vec<(Sees, Vec<SealedField<'_>>)> {
    let (stream, event_id) = (&payroll.stream, payroll.event_id);
    let lines = payroll.recorded.lines.iter_mut().enumerate();
    let sealed = lines.map(|(index, line)| {
        let amounts = SealedField {
            sort: Sort::Wage,
            name: "amounts",
            subject: Some(&line.subject_id),
            stream,
            event_id,
            path: Path::line(index, "amounts"),
            data: &mut line.amounts,
        };
        (sees_in(&line.store_id), vec![amounts])
    });
    sealed.collect()
}

/// A payroll as the log has it, with what its lines do not show.
pub(crate) fn write_stored_payroll(
    company: &CompanyId,
    payroll: &StoredPayroll,
    hidden: Vec<Hidden>,
) -> pb::Payroll {
    let recorded = &payroll.recorded;
    let lines = recorded.lines.iter().zip(hidden);
    let lines = lines.map(|(line, hidden)| write_line(company, line, recorded.currency, hidden));
    pb::Payroll {
        lines: lines.collect(),
        voided: payroll.voided.is_some(),
        void_reason: payroll
            .voided
            .as_ref()
            .map(|voided| voided.reason.clone())
            .unwrap_or_default(),
        position: payroll.position.get(),
        record_time: Some(write_time(payroll.recorded_at)),
        ..write_payroll(company, recorded)
    }
}

fn write_line(
    company: &CompanyId,
    line: &PayrollLine,
    currency: Currency,
    hidden: Hidden,
) -> pb::PayrollLine {
    let employee = EmployeeName {
        employee_id: line.employee_id.clone(),
    };
    let center = line.cost_center.as_ref();
    pb::PayrollLine {
        employee: employee.of(company),
        store_id: line.store_id.to_string(),
        cost_center_id: center.map(ToString::to_string).unwrap_or_default(),
        job_title: line.position.clone(),
        amounts: line.amounts.clear().map(|amounts| write_sums(*amounts, currency)),
        masked_fields: hidden.masked,
        erased_fields: hidden.erased,
        locked_fields: hidden.locked,
    }
}

fn write_payroll(company: &CompanyId, payroll: &PayrollRecorded) -> pb::Payroll {
    let PayrollRecorded {
        payroll_id,
        month,
        business_date: _,
        wages_due,
        charges_due,
        currency,
        memo,
        lines: _,
        costs,
    } = payroll;
    pb::Payroll {
        name: PayrollName {
            payroll_id: *payroll_id,
        }
        .of(company),
        payroll_id: payroll_id.to_string(),
        month: month.to_string(),
        memo: memo.clone().unwrap_or_default(),
        wages_due_date: Some(write_date(*wages_due)),
        charges_due_date: Some(write_date(*charges_due)),
        employee_count: employees(costs),
        totals: totals(costs, *currency),
        costs: write_costs(*month, costs, *currency),
        ..pb::Payroll::default()
    }
}

fn employees(costs: &[PayrollCost]) -> u32 {
    costs
        .iter()
        .fold(0, |sum, cost| sum.saturating_add(cost.employees))
}

fn write_costs(month: Month, costs: &[PayrollCost], currency: Currency) -> Vec<pb::PayrollCost> {
    let costs = costs.iter().map(|cost| pb::PayrollCost {
        month: month.to_string(),
        store_id: cost.store_id.to_string(),
        cost_center_id: cost
            .cost_center
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        job_title: cost.position.clone(),
        employee_count: cost.employees,
        sums: Some(write_sums(cost.amounts, currency)),
    });
    costs.collect()
}

fn totals(costs: &[PayrollCost], currency: Currency) -> Option<pb::WageSums> {
    // In range: the event was only written because they are.
    PayrollCost::total(costs).map(|total| write_sums(total, currency))
}

/// A payroll of a list: without what each employee got, and without the sums by store.
pub(crate) fn write_payroll_row(company: &CompanyId, payroll: &PayrollRow) -> pb::Payroll {
    let payroll_id = payroll.payroll_id;
    pb::Payroll {
        name: PayrollName { payroll_id }.of(company),
        payroll_id: payroll_id.to_string(),
        month: payroll.month.to_string(),
        memo: payroll.memo.clone().unwrap_or_default(),
        wages_due_date: Some(write_date(payroll.wages_due)),
        charges_due_date: Some(write_date(payroll.charges_due)),
        employee_count: payroll.employees,
        totals: Some(write_sums(payroll.amounts, payroll.currency)),
        costs: Vec::new(),
        lines: Vec::new(),
        voided: payroll.voided,
        void_reason: payroll.void_reason.clone().unwrap_or_default(),
        position: payroll.position.get(),
        record_time: Some(write_time(payroll.recorded_at)),
    }
}

/// What the payrolls of a month cost for a store, a cost centre and a job.
pub(crate) fn write_payroll_cost_row(cost: &PayrollCostRow) -> pb::PayrollCost {
    let center = cost.cost_center.as_ref();
    pb::PayrollCost {
        month: cost.month.to_string(),
        store_id: cost.store_id.to_string(),
        cost_center_id: center.map(ToString::to_string).unwrap_or_default(),
        job_title: cost.job.clone(),
        employee_count: u32::try_from(cost.wages).unwrap_or(u32::MAX),
        sums: Some(write_sums(cost.amounts, cost.currency)),
    }
}

/// What wages come to, with what follows from it.
fn write_sums(amounts: WageAmounts, currency: Currency) -> pb::WageSums {
    let money = |amount| write_money(amount, currency);
    pb::WageSums {
        gross: money(amounts.gross),
        charges: money(amounts.charges),
        net: money(amounts.net),
        withheld: amounts.withheld().and_then(money),
        cost: amounts.gross.checked_add(amounts.charges).and_then(money),
    }
}
