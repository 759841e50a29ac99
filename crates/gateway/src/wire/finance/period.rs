//! Months of the books with their seals, to the wire.

use posars_domain::books::TrialBalanceRow;
use posars_domain::{CompanyId, Currency};
use posars_projections::{Period, PeriodState};

use super::names::PeriodName;
use super::words::write_account_type;
use crate::proto::finance::v1 as pb;
use crate::wire::names::ResourceName as _;
use crate::wire::value::{write_money, write_time};

/// Writes a month.
pub(crate) fn write_period(company: &CompanyId, period: &Period) -> pb::Period {
    let name = PeriodName { month: period.month };
    let seal = period.seal.as_ref();
    pb::Period {
        name: name.of(company),
        month: period.month.to_string(),
        state: write_period_state(period.state).into(),
        up_to_position: seal.map_or(0, |seal| seal.up_to_position.get()),
        sha256: seal.map(|seal| seal.sha256.clone()).unwrap_or_default(),
        close_time: seal.map(|seal| write_time(seal.closed_at)),
        lock_time: period.locked_at.map(write_time),
        reopen_reason: period.reopen_reason.clone().unwrap_or_default(),
        reopen_count: period.reopened,
    }
}

/// Writes how a month stands.
const fn write_period_state(state: PeriodState) -> pb::PeriodState {
    match state {
        PeriodState::Open => pb::PeriodState::Open,
        PeriodState::Closing => pb::PeriodState::Closing,
        PeriodState::Closed => pb::PeriodState::Closed,
        PeriodState::Locked => pb::PeriodState::Locked,
    }
}

/// Writes a row of a sealed trial balance.
pub(crate) fn write_sealed_row(row: &TrialBalanceRow, currency: Currency) -> pb::SealedRow {
    pb::SealedRow {
        account_code: row.account.to_string(),
        account_name: row.name.clone(),
        r#type: write_account_type(row.account_type).into(),
        store_id: row.store_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        cost_center_id: row
            .cost_center
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        opening: write_money(row.opening, currency),
        debit: write_money(row.debit, currency),
        credit: write_money(row.credit, currency),
        closing: write_money(row.closing, currency),
    }
}
