//! How long the questions take of a year of entries. Not a test: run it by name, built with --release.

use std::time::Instant;

use crate::tests::world::World;
use crate::{
    AgeingQuery, BookScope, BookSpan, ChartFilter, Freshness, IncomeColumns, IncomeQuery, LedgerFilter,
    OwedBy, PageRequest,
};

const ROUNDS: usize = 5;

/// A year of 7 stores: 20 accounts with a line a day in each, 500,000 entries of an account with a million lines, 150,000
/// receivables of which one in ten is open.
const FILL: &str = "
insert into accounts
select '3.' || n, 1, n, 'Conta ' || n, case when n % 2 = 0 then 'revenue' else 'expense' end,
       case when n % 2 = 0 then 'credit' else 'debit' end, '', true, false, false from generate_series(1, 20) n;
insert into account_days
select '3.' || a, '2026-01-01'::date + d, 1, 100, 200, 'loja_' || s, '', 'BRL'
  from generate_series(1, 20) a, generate_series(0, 364) d, generate_series(0, 6) s;
insert into journal_entries
select md5(n::text)::uuid, 1, n, n, now(), 1, n, md5(n::text)::uuid, null, null, '2026-01-01'::date + n / 1370,
       '2026-01-01'::date + n / 1370, 2026, 'BRL', null, 'SaleRecorded', ',loja_' || n % 7 || ',', '',
       '[{\"account\":\"3.1\",\"debit\":100,\"store_id\":\"loja_1\"},{\"account\":\"3.1\",\"credit\":100}]'
  from generate_series(1, 500000) n;
insert into ledger_lines
select '3.1', '2026-01-01'::date + n / 1370, l, n, 1, 1, 0, 'loja_' || n % 7, null, null
  from generate_series(1, 500000) n, generate_series(1, 2) l;
insert into installments
select md5(n::text)::uuid, 1, 1000, case when n % 10 = 0 then 1000 else 0 end, 0, 0, 0, 0, 0, 0, n,
       '2026-01-01'::date + n / 411, '2026-02-01'::date + n / 411, 1, 'receivable', 'card', '1.2', 'BRL', 'loja_' || n % 7,
       'p_' || n % 499, ''
  from generate_series(1, 150000) n;
insert into item_moves
select md5(n::text)::uuid, n, 1, now(), -1000, 0, 0, 0, md5(n::text)::uuid, null, '2026-02-01'::date + n / 411, 1,
       'receivable', 'settled', null, null, null
  from generate_series(1, 150000) n where n % 10 <> 0;
insert into checkpoints (name, log_id, position)
select 'projection.' || name, 1, 500000
  from unnest(array['accounts', 'book_settings', 'account_days', 'journal_entries', 'ledger_lines', 'open_items',
                    'installments', 'item_moves']) name;
analyze;
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn questions_of_a_year() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.sql().await?.batch_execute(FILL).await?;
    let any = Freshness::ANY;
    let year = BookSpan {
        from: "2026-01-01".parse()?,
        to: "2026-12-31".parse()?,
    };
    let income = IncomeQuery {
        span: year,
        compared: Some(year),
        columns: IncomeColumns::Month,
        scope: BookScope::default(),
    };
    let ledger = LedgerFilter {
        account: "3.1".parse()?,
        from: Some("2026-07-01".parse()?),
        to: None,
        scope: BookScope::default(),
        party: None,
    };
    let ageing = AgeingQuery {
        side: OwedBy::Others,
        date: "2026-12-31".parse()?,
        store_id: None,
        party: None,
        kind: None,
    };
    let read = &world.projections;
    let (few, many) = (PageRequest::first(100), PageRequest::first(1_000));
    for _ in 0..ROUNDS {
        let mut began = Instant::now();
        let mut took = |what: &str| {
            eprint!("{what} {:.1?}, ", began.elapsed());
            began = Instant::now();
        };
        let balance = read.trial_balance(year, &BookScope::default(), any).await?;
        took("trial balance");
        let statement = read.income_statement(&income, any).await?;
        took("income statement");
        let page = read.list_ledger_lines(&ledger, &few, any).await?;
        took("ledger page");
        read.list_ledger_lines(&ledger, &many, any).await?;
        took("ledger page of 1,000");
        read.list_accounts(&ChartFilter::default(), &many, any).await?;
        took("chart");
        let owed = read.ageing(&ageing, &many, any).await?;
        took("ageing");
        let past = AgeingQuery {
            date: "2026-06-30".parse()?,
            ..ageing.clone()
        };
        read.ageing(&past, &many, any).await?;
        took("ageing of half a year ago");
        read.seal_rows("2026-12".parse()?, any).await?;
        took("seal");
        eprintln!();
        assert_eq!((balance.lines.len(), statement.columns.len()), (20, 24));
        assert_eq!((page.lines.rows.len(), owed.rows.rows.len()), (100, 499));
    }
    Ok(())
}
