//! The books: their words, names and values, and a file for each service beside its commands.

mod chart;
pub(crate) mod chart_command;
mod entry;
mod item;
pub(crate) mod item_answer;
pub(crate) mod item_command;
pub(crate) mod journal_command;
mod names;
mod period;
pub(crate) mod period_command;
mod posting_rule;
pub(crate) mod posting_rule_command;
mod query;
pub(crate) mod settlement_command;
mod statement;
mod statement_line;
pub(crate) mod terms_command;
mod value;
mod words;

pub(crate) use chart::{write_account, write_account_role, write_cost_center};
pub(crate) use entry::{write_journal_entry, write_ledger_line, write_mirror, write_posted};
pub(crate) use item::{
    ItemFilterAsked, item_filter, read_item_filter, read_kind_of, write_ageing_figures, write_ageing_row,
    write_item_move, write_open_item,
};
pub(crate) use names::{
    AccountName, CostCenterName, JournalEntryName, PayableName, PeriodName, ReceivableName, StatementLineName,
};
pub(crate) use period::{write_period, write_sealed_row};
pub(crate) use posting_rule::{write_posting_rule, write_receipt_terms, write_supplier_terms};
pub(crate) use query::{read_days, read_optional_span, read_scope, read_span, write_of_books};
pub(crate) use statement::{
    read_income_columns, write_account_node, write_cash_flow, write_income_column, write_income_line,
    write_trial_balance_line,
};
pub(crate) use statement_line::{
    read_exception_kind, read_line_state, write_finance_exception, write_statement_line,
};
pub(crate) use value::{read_match_keys, read_percent_ppm, write_match_keys};
pub(crate) use words::{
    read_account_type, read_item_kind, read_side, read_statement_kind, said, write_item_kind,
    write_statement_kind, write_unmatched_reason,
};
