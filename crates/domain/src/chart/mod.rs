//! The chart of accounts with its cost centres, and which account each role of posting has; stream `chart-main`.
//!
//! One stream for all: a tree without cycles is then a rule of one decision, and an entry is guarded by one version.

mod assign_account_role;
mod change_account;
mod change_cost_center;
mod checks;
mod default_chart;
mod define_account;
mod define_cost_center;
mod event;
mod evolve;
mod place;
mod rejection;
mod retire_account;
mod retire_cost_center;
mod role_fit;
mod state;

pub use assign_account_role::{AssignAccountRole, ROLES_MAX};
pub use change_account::ChangeAccount;
pub use change_cost_center::ChangeCostCenter;
pub use define_account::{ACCOUNTS_MAX, DefineAccount};
pub use define_cost_center::{COST_CENTERS_MAX, DefineCostCenter};
pub use event::{
    Account, AccountChanged, AccountDefined, AccountRetired, AccountRoleAssigned, ChartDefined, ChartEvent,
    ChartKind, CostCenter, CostCenterChanged, CostCenterDefined, CostCenterRetired, RoleAccount,
};
pub use evolve::Chart;
pub use rejection::ChartRejection;
pub use retire_account::RetireAccount;
pub use retire_cost_center::RetireCostCenter;
pub use state::{ChartState, KnownAccount, KnownCostCenter};
