-- $1 subscription, $2 log, $3 last month. Sums over all months up to it; a few rows a month.
select (select position from checkpoints where name = $1 and log_id = $2) as applied,
       kind, store_id, currency,
       sum(ledger_minor)::bigint as ledger_minor, sum(account_minor)::bigint as account_minor
  from book_ties
 where log_id = $2 and month <= $3
 group by kind, store_id, currency
 order by kind, store_id, currency
