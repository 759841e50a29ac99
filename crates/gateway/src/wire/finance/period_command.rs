//! The commands of the months of the books, from the wire, and what they answer.

use posars_commands::Completed;
use posars_domain::books::{BooksEvent, BooksState, LockPeriod, PeriodClosed, PeriodReopened, ReopenPeriod};
use posars_domain::{CompanyId, Month};

use super::PeriodName;
use crate::proto::finance::v1 as pb;
use crate::status::FieldNames;
use crate::wire::FromRequest;
use crate::wire::names::ResourceName as _;
use crate::wire::value::write_time;

/// What the month is called in requests, where it is the last part of a name.
pub(crate) const PERIOD_FIELDS: FieldNames = FieldNames::new(&[("month", "name")]);

impl FromRequest for ReopenPeriod {
    const FIELD_NAMES: FieldNames = PERIOD_FIELDS;
}

impl FromRequest for LockPeriod {
    const FIELD_NAMES: FieldNames = PERIOD_FIELDS;
}

/// Writes a month that nothing is known of but how it stands.
pub(crate) fn write_month(company: &CompanyId, month: Month, state: pb::PeriodState) -> pb::Period {
    pb::Period {
        name: PeriodName { month }.of(company),
        month: month.to_string(),
        state: state.into(),
        ..pb::Period::default()
    }
}

/// Writes a month as its close has left it, or an earlier one.
pub(crate) fn write_closed(
    company: &CompanyId,
    month: Month,
    completed: &Completed<BooksEvent>,
    now: &BooksState,
) -> pb::Period {
    let state = if now.is_locked(month) {
        pb::PeriodState::Locked
    } else {
        pb::PeriodState::Closed
    };
    let period = write_month(company, month, state);
    let Some(closed) = completed.answer::<PeriodClosed>() else {
        return period;
    };
    pb::Period {
        up_to_position: closed.up_to_position,
        sha256: closed.sha256.clone(),
        close_time: completed.recorded_at.map(write_time),
        ..period
    }
}

/// Writes a month that was opened again.
pub(crate) fn write_reopened(
    company: &CompanyId,
    month: Month,
    completed: &Completed<BooksEvent>,
) -> pb::Period {
    let reopened = completed.answer::<PeriodReopened>();
    pb::Period {
        reopen_reason: reopened
            .map(|reopened| reopened.reason.clone())
            .unwrap_or_default(),
        ..write_month(company, month, pb::PeriodState::Open)
    }
}

/// Writes a month that is closed for good.
pub(crate) fn write_locked(
    company: &CompanyId,
    month: Month,
    completed: &Completed<BooksEvent>,
) -> pb::Period {
    pb::Period {
        lock_time: completed.recorded_at.map(write_time),
        ..write_month(company, month, pb::PeriodState::Locked)
    }
}
