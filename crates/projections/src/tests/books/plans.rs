//! The statements over the books for `tests/plans.rs`, with parameters that find something after [`FILL`].

use posars_domain::{EntryId, OpenItemId, StatementLineId};
use uuid::Uuid;

use crate::read_models::books;
use crate::row::{RowChange as _, StoredRow as _};
use crate::tests::plans::Session::{self, Owner, Reader};
use crate::{
    Freshness, ItemFilter, JournalFilter, OwedBy, PageRequest, Projections, StatementLineFilter,
    StatementLineState,
};

/// As `STATEMENTS` there.
pub(in crate::tests) const STATEMENTS: &[(&str, Session, &str)] = &[
    ("last_entry_numbers", Owner, "1, array[2026, 2027]::smallint[]"),
    ("remove_posted", Owner, "1, 'rule-7', 40"),
    (
        "find_receivables",
        Reader,
        "'p', 1, array['nsu:7', 'nsu:8', 'nsu:none'], 100",
    ),
    (
        "sum_account_before",
        Reader,
        "'p', 1, '1.3', '2026-01-20', null, null",
    ),
    ("first_and_last_day", Reader, "'p', 1"),
    (
        "list_ledger_lines",
        Reader,
        "'p', 1, '1.3', '2026-02-05', 0, 0, '9999-12-31', 9e15::bigint, null, null, null, 50",
    ),
    (
        "list_ledger_lines",
        Reader,
        "'p', 1, '1.3', '2026-02-05', 3600, 1, '2026-03-05', 9e15::bigint, null, null, null, 50",
    ),
    (
        "list_ledger_lines",
        Reader,
        "'p', 1, '1.0', '2026-02-05', 0, 0, '9999-12-31', 9e15::bigint, null, null, 'p_0', 50",
    ),
    ("list_item_moves", Reader, "'p', 1, md5('8')::uuid, 'receivable'"),
    (
        "list_installments",
        Reader,
        "'p', 1, array[md5('8')::uuid, md5('10')::uuid], 'receivable'",
    ),
    ("book_settings of a kind", Reader, "'p', 1, 'rule', 'x/70', 50"),
    ("journal, one", Reader, "'p', 1, md5('7')::uuid, 1"),
    (
        "journal of all",
        Reader,
        "'p', 1, '2026-02-05', 900, '9999-12-31', 9e15::bigint, 50",
    ),
    (
        "journal by hand",
        Reader,
        "'p', 1, '2026-02-05', 900, '9999-12-31', 9e15::bigint, 50",
    ),
    (
        "journal of late ones",
        Reader,
        "'p', 1, '2025-12', '2026-02-05', 900, '9999-12-31', 9e15::bigint, 50",
    ),
    ("items, one", Reader, "'p', 1, md5('8')::uuid, 'receivable', 1"),
    (
        "items of all",
        Reader,
        "'p', 1, 'receivable', '2026-02-05', 900, 9e15::bigint, 50",
    ),
    (
        "items that are open",
        Reader,
        "'p', 1, 'receivable', '2026-02-05', 900, 9e15::bigint, 50",
    ),
    (
        "items that are overdue",
        Reader,
        "'p', 1, 'receivable', '-infinity', '2026-12-31', '2026-02-05', 900, 9e15::bigint, 50",
    ),
    (
        "items of a party",
        Reader,
        "'p', 1, 'receivable', 'p_10', '2026-02-05', 900, 9e15::bigint, 50",
    ),
    ("statement lines, one", Reader, "'p', 1, md5('7')::uuid, 1"),
    (
        "statement lines of all",
        Reader,
        "'p', 1, '2026-02-05', 900, '9999-12-31', 9e15::bigint, 50",
    ),
    (
        "statement lines that are unmatched",
        Reader,
        "'p', 1, 'unmatched', '2026-02-05', 900, '9999-12-31', 9e15::bigint, 50",
    ),
    (
        "statement lines with another fee",
        Reader,
        "'p', 1, '2026-02-05', 900, '9999-12-31', 9e15::bigint, 50",
    ),
    (
        "unposted of all",
        Reader,
        "'p', 1, '2026-02-05', 900, '9999-12-31', 9e15::bigint, 50",
    ),
    ("write_accounts", Owner, WRITE_ACCOUNTS),
    (
        "write_book_settings",
        Owner,
        "1, array['rule'], array['x/7'], array[1], array['{}'], array[false]",
    ),
    ("write_journal_entries", Owner, WRITE_JOURNAL_ENTRIES),
    (
        "change_journal_entries",
        Owner,
        "1, array[md5('7')::uuid, md5('8')::uuid], array[md5('9')::uuid, null]",
    ),
    (
        "write_ledger_lines",
        Owner,
        "1, array['1.1'], array['2026-02-05'::date], array[99999], array[1], array['loja_3'], array[null]::text[], \
         array[null]::text[], array[1], array[1]",
    ),
    (
        "write_account_days",
        Owner,
        "1, array['1.3'], array['2026-03-05'::date], array['loja_3'], array[''], array['BRL'], array[1], array[1]",
    ),
    (
        "write_book_ties",
        Owner,
        "1, array['inventory'], array['2026-03'], array['loja_3'], array['BRL'], array[1], array[1]",
    ),
    ("write_open_items", Owner, WRITE_OPEN_ITEMS),
    (
        "change_open_items",
        Owner,
        "1, array[md5('7')::uuid], array['receivable'], array[1], array[1], array[1], array[1], array[1], array[1], \
         array[1], array[1], array[1], array[1], array[1]",
    ),
    ("write_installments", Owner, WRITE_INSTALLMENTS),
    (
        "change_installments",
        Owner,
        "1, array[md5('7')::uuid], array['receivable'], array[1], array[1], array[1], array[1], array[1], array[1], \
         array[1], array[1]",
    ),
    ("write_item_moves", Owner, WRITE_ITEM_MOVES),
    (
        "write_item_lookups",
        Owner,
        "1, array['nsu:7'], array[md5('7')::uuid]",
    ),
    ("write_statement_lines", Owner, WRITE_STATEMENT_LINES),
    ("write_periods", Owner, WRITE_PERIODS),
    (
        "write_unposted",
        Owner,
        "1, array['rule-7'], array[99999], array[1], array[now()], array[md5('7')::uuid], array['2026-01-01'::date], \
         array['loja_3'], array['SaleRecorded'], array['r'], array['p']",
    ),
];
const WRITE_ACCOUNTS: &str = "1, array['1.7'], array[1], array['x'], array['asset'], array['debit'], array['1'], \
    array[true], array[false], array[false]";
const WRITE_JOURNAL_ENTRIES: &str = "1, array[md5('7')::uuid], array[1], array[1], array[now()], array[1], \
    array[1], array[md5('7')::uuid], array[null]::uuid[], array[null]::uuid[], array['2026-01-01'::date], \
    array['2026-01-01'::date], array[2026], array['BRL'], array[null]::text[], array['SaleRecorded'], array[',l,'], \
    array[''], array['[]']";
const WRITE_OPEN_ITEMS: &str = "1, array[md5('7')::uuid], array['receivable'], array[1], array[1], array[1], \
    array['card'], array['1.2'], array['BRL'], array['loja_3'], array[null]::text[], array[null]::text[], \
    array[null]::text[], array[null]::text[], array['{}'], array['2026-01-01'::date], array[null]::text[], array[1], \
    array[1], array[1], array[1], array[1], array[1], array[1], array[1], array[1]";
const WRITE_INSTALLMENTS: &str = "1, array[md5('7')::uuid], array['receivable'], array[1], array['card'], array['1.2'], \
    array['BRL'], array['loja_3'], array[null]::text[], array[null]::text[], array[1], array['2026-01-01'::date], \
    array['2026-01-01'::date], array[1], array[1], array[1], array[1], array[1], array[1], array[1], array[1]";
const WRITE_ITEM_MOVES: &str = "1, array[md5('7')::uuid], array['receivable'], array[99999], array[1], array[now()], \
    array[1], array[1], array[1], array[1], array[null]::uuid[], array[null]::uuid[], array['2026-01-01'::date], \
    array['settled'], array[null]::text[], array[null]::text[], array[null]::text[]";
const WRITE_STATEMENT_LINES: &str = "1, array[md5('7')::uuid], array[1], array[1], array['matched'], array[now()], \
    array['pix'], array['banco'], array['2026-01-01'::date], array['BRL'], array[1], array[1], array[1], array['{}'], \
    array[1], array['r'], array['1.1'], array['x'], array[md5('7')::uuid], array[1], array[md5('7')::uuid], array[1], \
    array[1], array[true], array['5']";
const WRITE_PERIODS: &str = "1, array['2026-03'], array[1], array['closed'], array[1], array[1], array[now()], \
    array[now()], array[1], array['2026-01-01'::date], array['BRL'], array['x'], array['[]'], array['r']";

/// What the books of a company of seven stores have after a while.
pub(in crate::tests) const FILL: &str = "
insert into accounts
select '1.' || n, 1, n, 'Conta ' || n, 'asset', 'debit', '1', true, false, false from generate_series(1, 8000) n;
insert into book_settings
select 'rule', 'x/' || n, 1, n, false, '{}' from generate_series(1, 8000) n;
insert into journal_entries
select md5(n::text)::uuid, 1, n, n, now(), 1, n, md5(n::text)::uuid, null, null, '2026-01-01'::date + n / 100,
       '2026-01-01'::date + n / 100, 2026, 'BRL', case when n % 10 = 0 then '2025-12' end,
       case when n % 10 <> 0 then 'SaleRecorded' end, ',loja_' || n % 7 || ',', '', '[]'
  from generate_series(1, 20000) n;
insert into ledger_lines
select '1.' || n % 5, '2026-01-01'::date + n / 100, l, n, 1, 1, 0, 'loja_' || n % 7, null,
       case when n % 10 = 0 then 'p_' || n % 70 end
  from generate_series(1, 10000) n, generate_series(1, 2) l;
insert into account_days
select '1.' || a, '2026-01-01'::date + d, 1, 1, 1, 'loja_' || s, '', 'BRL'
  from generate_series(1, 9) a, generate_series(0, 200) d, generate_series(0, 6) s;
insert into book_ties
select 'kind_' || k, '20' || lpad((m / 12)::text, 2, '0') || '-' || lpad((m % 12 + 1)::text, 2, '0'), 1, 1, 1, 'loja_' || s,
       'BRL'
  from generate_series(1, 20) k, generate_series(1, 60) m, generate_series(0, 6) s;
insert into open_items
select md5(n::text)::uuid, 1, n, n, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, '2026-01-01'::date + n / 100,
       case when n % 2 = 0 then 'receivable' else 'payable' end, 'card', '1.2', 'BRL', 'loja_' || n % 7,
       case when n % 10 < 2 then 'p_' || n % 90 end, null, 'doc_' || n, null, '{}', null
  from generate_series(1, 20000) n;
insert into item_lookups select md5(n::text)::uuid, 1, 'nsu:' || n from generate_series(1, 20000) n;
insert into installments
select md5(n::text)::uuid, 1, 1, 1, 0, 0, 0, 0, 0, 0, n, '2026-01-01'::date + n / 100, '2026-02-01'::date + n / 100, i,
       case when n % 2 = 0 then 'receivable' else 'payable' end, 'card', '1.2', 'BRL', 'loja_' || n % 7,
       case when n % 10 < 2 then 'p_' || n % 90 end, null
  from generate_series(1, 10000) n, generate_series(1, 2) i;
insert into item_moves
select md5(n::text)::uuid, n, 1, now(), -1, 0, 0, 0, md5(n::text)::uuid, null, '2026-01-01'::date + n / 100, 1,
       case when n % 2 = 0 then 'receivable' else 'payable' end, 'settled', null, null, null
  from generate_series(1, 20000) n;
insert into statement_lines (line_id, log_id, position, last_position, recorded_at, gross_minor, fee_minor, net_minor,
                             expected_fee_minor, date, kind, source, currency, state, reason, money_account, keys)
select md5(n::text)::uuid, 1, n, n, now(), 1, 0, 1, case when n % 10 = 1 then 1 end, '2026-01-01'::date + n / 100, 'pix',
       'banco_' || n % 9, 'BRL', case when n % 10 = 0 then 'unmatched' else 'matched' end,
       case when n % 10 = 0 then 'nothing_found' end, '1.1', '{}'
  from generate_series(1, 20000) n;
insert into periods (month, log_id, position, state, reopened)
select '20' || lpad((m / 12)::text, 2, '0') || '-' || lpad((m % 12 + 1)::text, 2, '0'), 1, m, 'closed', 0
  from generate_series(0, 1199) m;
insert into unposted
select 'rule-' || n % 1000, n, 1, n, now(), md5(n::text)::uuid, '2026-01-01'::date + n / 100, 'loja_' || n % 7,
       'SaleRecorded', 'r', 'p'
  from generate_series(1, 20000) n;
";

/// As `ask` there; false for a name that is none of the books'.
pub(in crate::tests) async fn ask(projections: &Projections, name: &str) -> anyhow::Result<bool> {
    let (page, any, nobody) = (&PageRequest::first(50), Freshness::ANY, Uuid::nil());
    let asks = |what: &str| name.contains(what);
    if name == "book_settings of a kind" {
        projections.list_posting_rules(page, any).await?;
    } else if name == "journal, one" {
        projections.journal_entry(EntryId::new(nobody), any).await?;
    } else if name.starts_with("journal") {
        let filter = JournalFilter {
            by_hand: asks("by hand").then_some(true),
            late_for: asks("late").then(|| "2025-12".parse()).transpose()?,
            ..JournalFilter::default()
        };
        projections.list_journal_entries(&filter, page, any).await?;
    } else if name == "items, one" {
        projections
            .open_item(OwedBy::Others, OpenItemId::new(nobody), any)
            .await?;
    } else if name.starts_with("items") {
        let filter = ItemFilter {
            open_only: asks("open"),
            overdue_on: asks("overdue").then(|| "2026-12-31".parse()).transpose()?,
            party: asks("party").then(|| "p".parse()).transpose()?,
            ..ItemFilter::all(OwedBy::Others)
        };
        projections.list_open_items(&filter, page, any).await?;
    } else if name == "statement lines, one" {
        projections
            .statement_line(StatementLineId::new(nobody), any)
            .await?;
    } else if name.starts_with("statement lines") {
        let filter = StatementLineFilter {
            state: asks("unmatched").then_some(StatementLineState::Unmatched),
            fee_differs: asks("fee"),
            ..StatementLineFilter::default()
        };
        projections.list_statement_lines(&filter, page, any).await?;
    } else if name == "unposted of all" {
        projections.list_unposted(None, page, any).await?;
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// As `spelled_out` there.
pub(in crate::tests) fn spelled_out(name: &str) -> Option<String> {
    use books::{
        account_days, accounts, book_settings, book_ties, installments, item_lookups, item_moves,
        journal_entries, ledger_lines, open_items, periods, statement_lines, unposted,
    };
    Some(match name {
        "write_accounts" => accounts::Told::statements().put.clone(),
        "write_book_settings" => book_settings::Setting::statements().put.clone(),
        "write_journal_entries" => journal_entries::Posted::statements().insert.clone(),
        "change_journal_entries" => journal_entries::Undone::statement().to_owned(),
        "write_ledger_lines" => ledger_lines::PostedLine::statements().insert.clone(),
        "write_account_days" => account_days::DayChange::statements().put.clone(),
        "write_book_ties" => book_ties::TieChange::statements().put.clone(),
        "write_open_items" => open_items::Owed::statements().put.clone(),
        "change_open_items" => open_items::OwedChange::statement().to_owned(),
        "write_installments" => installments::Due::statements().put.clone(),
        "change_installments" => installments::DueChange::statement().to_owned(),
        "write_item_moves" => item_moves::Moved::statements().insert.clone(),
        "write_item_lookups" => item_lookups::Lookup::statements().insert.clone(),
        "write_statement_lines" => statement_lines::Told::statements().put.clone(),
        "write_periods" => periods::Told::statements().put.clone(),
        "write_unposted" => unposted::Waits::statements().put.clone(),
        _ => return None,
    })
}
