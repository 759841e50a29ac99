-- $1 subscription, $2 log, $3 account, $4 accounting date, $5 store or null, $6 cost centre or null. The balance before the
-- day: a few rows for each day before it. Pairs are compared, so that also a plan of an empty table takes the key and not
-- the index of days, which has all accounts.
select (select position from checkpoints where name = $1 and log_id = $2) as applied,
       coalesce(sum(debit_minor - credit_minor), 0)::bigint as balance_minor
  from account_days
 where log_id = $2
   and (account, accounting_date) >= ($3::text, '-infinity'::date) and (account, accounting_date) < ($3::text, $4::date)
   and ($5::text is null or store_id = $5) and ($6::text is null or cost_center = $6)
