//! The trial balance, the income statement and the chart with balances, to the wire.

use posars_domain::{CompanyId, Currency, StoreId};
use posars_projections::{
    AccountNode, CashFlow, IncomeColumn, IncomeColumnOf, IncomeColumns, IncomeLine, IncomeLineKind,
    TrialBalanceLine,
};

use super::names::AccountName;
use super::query::write_of_books;
use super::words::{write_account_type, write_side};
use crate::proto::finance::v1 as pb;
use crate::wire::Reader;
use crate::wire::names::ResourceName as _;
use crate::wire::reader::FIELD_INVALID;
use crate::wire::value::write_date;

/// Writes an account in its place, with its balance.
pub(crate) fn write_account_node(
    company: &CompanyId,
    node: &AccountNode,
    currency: Option<Currency>,
) -> pb::Account {
    let account = &node.account;
    let name = AccountName {
        code: account.code.clone(),
    };
    pb::Account {
        name: name.of(company),
        code: account.code.to_string(),
        display_name: account.name.clone(),
        r#type: write_account_type(account.account_type).into(),
        nature: write_side(account.nature).into(),
        parent_code: account
            .parent
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        postable: account.postable,
        liquid: account.liquid,
        retired: account.retired,
        depth: node.depth,
        roles: node
            .roles
            .iter()
            .map(|(role, store_id)| pb::AccountRole {
                role: role.to_string(),
                store_id: store_id.as_ref().map(StoreId::to_string).unwrap_or_default(),
            })
            .collect(),
        balance: write_of_books(node.balance, currency),
    }
}

/// Writes an account of a trial balance.
pub(crate) fn write_trial_balance_line(
    line: &TrialBalanceLine,
    currency: Option<Currency>,
) -> pb::TrialBalanceRow {
    let (account, figures) = (&line.account, &line.figures);
    pb::TrialBalanceRow {
        account_code: account.code.to_string(),
        account_name: account.name.clone(),
        r#type: write_account_type(account.account_type).into(),
        parent_code: account
            .parent
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        depth: line.depth,
        postable: account.postable,
        opening: write_of_books(figures.opening, currency),
        debit: write_of_books(figures.debit, currency),
        credit: write_of_books(figures.credit, currency),
        closing: figures
            .closing()
            .and_then(|closing| write_of_books(closing, currency)),
    }
}

/// Reads what each column of an income statement is of.
pub(crate) fn read_income_columns(reader: &mut Reader, number: i32) -> Option<IncomeColumns> {
    use pb::IncomeStatementColumns as Wire;
    let columns = match Wire::try_from(number) {
        Ok(Wire::Unspecified) => IncomeColumns::One,
        Ok(Wire::Month) => IncomeColumns::Month,
        Ok(Wire::Store) => IncomeColumns::Store,
        Ok(Wire::CostCenter) => IncomeColumns::CostCenter,
        Err(_) => {
            let problem = format!("{number} is none that this server knows; send one of the document's");
            reader.refuse("columns", FIELD_INVALID, problem);
            return None;
        }
    };
    Some(columns)
}

/// Writes a column of an income statement.
pub(crate) fn write_income_column(column: &IncomeColumn) -> pb::IncomeStatementColumn {
    let mut written = pb::IncomeStatementColumn {
        start_date: Some(write_date(column.span.from)),
        end_date: Some(write_date(column.span.to)),
        compared: column.is_compared,
        ..pb::IncomeStatementColumn::default()
    };
    match &column.of {
        IncomeColumnOf::All | IncomeColumnOf::Store(None) | IncomeColumnOf::CostCenter(None) => {}
        IncomeColumnOf::Month(month) => written.month = month.to_string(),
        IncomeColumnOf::Store(Some(store_id)) => written.store_id = store_id.to_string(),
        IncomeColumnOf::CostCenter(Some(center)) => written.cost_center_id = center.to_string(),
    }
    written
}

/// Writes a line of an income statement.
pub(crate) fn write_income_line(line: &IncomeLine, currency: Option<Currency>) -> pb::IncomeStatementLine {
    use pb::IncomeStatementLineKind as Wire;
    let amounts = line.amounts.iter();
    let mut written = pb::IncomeStatementLine {
        amounts: amounts
            .filter_map(|amount| write_of_books(*amount, currency))
            .collect(),
        ..pb::IncomeStatementLine::default()
    };
    let kind = match &line.kind {
        IncomeLineKind::Account(account, depth) => {
            written.account_code = account.code.to_string();
            written.account_name.clone_from(&account.name);
            written.depth = *depth;
            written.postable = account.postable;
            Wire::Account
        }
        IncomeLineKind::GrossRevenue => Wire::GrossRevenue,
        IncomeLineKind::Deductions => Wire::Deductions,
        IncomeLineKind::NetRevenue => Wire::NetRevenue,
        IncomeLineKind::Cost => Wire::Cost,
        IncomeLineKind::GrossProfit => Wire::GrossProfit,
        IncomeLineKind::OtherIncome => Wire::OtherIncome,
        IncomeLineKind::Expenses => Wire::Expenses,
        IncomeLineKind::Result => Wire::Result,
    };
    written.kind = kind.into();
    written
}

/// Writes a cash flow.
pub(crate) fn write_cash_flow(flow: &CashFlow, currency: Option<Currency>) -> pb::GetCashFlowResponse {
    let money = |amount| write_of_books(amount, currency);
    let days = flow.days.iter();
    let closing = flow.days.last().map_or(flow.opening, |day| day.balance);
    pb::GetCashFlowResponse {
        opening: money(flow.opening),
        overdue_inflow: money(flow.overdue_in),
        overdue_outflow: money(flow.overdue_out),
        days: days
            .map(|day| pb::CashFlowDay {
                date: Some(write_date(day.date)),
                inflow: money(day.came),
                outflow: money(day.went),
                expected_inflow: money(day.to_come),
                expected_outflow: money(day.to_go),
                balance: money(day.balance),
            })
            .collect(),
        closing: money(closing),
        position: flow.position.get(),
    }
}
