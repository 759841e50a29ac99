//! What the books refuse to whoever posts, the same for every aggregate.

use jiff::civil::Date;

use crate::{AccountCode, AccountRole, CostCenterId, Month, Path, Rejection, Told, reasons};

/// Why something that is to be posted was refused for what the chart or the months are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BooksCircumstance {
    /// There are no books yet.
    #[error("the books of this company have not begun; start the server once, or run `posars finance begin`")]
    BooksNotBegun,
    /// The day lies before the books.
    #[error("the books begin on {begins_on}; {date} lies before, and the opening entry covers it")]
    DateBeforeBooks {
        /// The field.
        field: &'static str,
        /// The day.
        date: Date,
        /// The first day of the books.
        begins_on: Date,
    },
    /// The month is closed, or about to be.
    #[error("{month} is closed; post it in an open month, or reopen that one")]
    PeriodClosed {
        /// The field.
        field: &'static str,
        /// The month.
        month: Month,
        /// The first day that is open, if there is one.
        first_open: Option<Date>,
    },
    /// The month is closed for good.
    #[error("{month} is closed for good; post it in an open month")]
    PeriodLocked {
        /// The field.
        field: &'static str,
        /// The month.
        month: Month,
        /// The first day that is open, if there is one.
        first_open: Option<Date>,
    },
    /// The chart has no such account.
    #[error("{path}: account {code} is not in the chart; define it first, or correct the code")]
    AccountUnknown {
        /// Where the account is named.
        path: Path,
        /// The account.
        code: AccountCode,
    },
    /// The account is a heading or retired.
    #[error("{path}: nothing is posted to account {code}, which is a heading or retired; choose another one")]
    AccountNotPostable {
        /// Where the account is named.
        path: Path,
        /// The account.
        code: AccountCode,
    },
    /// The account has a ledger of its own to agree with.
    #[error(
        "{path}: account {code} is that of {role}, which is posted by what happens; record that, not an entry"
    )]
    AccountIsControlled {
        /// Where the account is named.
        path: Path,
        /// The account.
        code: AccountCode,
        /// Its role.
        role: AccountRole,
    },
    /// There is no such cost centre, or it is retired.
    #[error(
        "{path}: cost centre {cost_center} is not defined, or is retired; define it, or choose another one"
    )]
    CostCenterUnknown {
        /// Where the cost centre is named.
        path: Path,
        /// The cost centre.
        cost_center: CostCenterId,
    },
}

impl Rejection for BooksCircumstance {
    fn told(&self) -> Told {
        match self {
            Self::BooksNotBegun => Told::state(reasons::BOOKS_NOT_BEGUN),
            Self::DateBeforeBooks {
                field,
                date,
                begins_on,
            } => Told::state("DATE_BEFORE_BOOKS")
                .at(*field)
                .with("date", date)
                .with("begins_on", begins_on),
            Self::PeriodClosed {
                field,
                month,
                first_open,
            } => of_shut(
                Told::state(reasons::PERIOD_CLOSED).at(*field),
                *month,
                *first_open,
            ),
            Self::PeriodLocked {
                field,
                month,
                first_open,
            } => of_shut(Told::state("PERIOD_LOCKED").at(*field), *month, *first_open),
            Self::AccountUnknown { path, code } => {
                Told::not_found("ACCOUNT_UNKNOWN").at(*path).with("account", code)
            }
            Self::AccountNotPostable { path, code } => Told::state("ACCOUNT_NOT_POSTABLE")
                .at(*path)
                .with("account", code),
            Self::AccountIsControlled { path, code, role } => Told::state("ACCOUNT_IS_CONTROLLED")
                .at(*path)
                .with("account", code)
                .with("role", role),
            Self::CostCenterUnknown { path, cost_center } => Told::not_found("COST_CENTER_UNKNOWN")
                .at(*path)
                .with("cost_center", cost_center),
        }
    }
}

fn of_shut(told: Told, month: Month, first_open: Option<Date>) -> Told {
    let told = told.with("month", month);
    match first_open {
        Some(first_open) => told.with("first_open", first_open),
        None => told,
    }
}
