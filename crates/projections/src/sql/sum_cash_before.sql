-- $1 subscription, $2 log, $3 accounts, $4 accounting date, $5 store or null. What the accounts held before the day.
select (select position from checkpoints where name = $1 and log_id = $2) as applied,
       coalesce(sum(debit_minor - credit_minor), 0)::bigint as balance_minor
  from account_days
 where log_id = $2 and account = any($3::text[]) and accounting_date < $4
   and ($5::text is null or store_id = $5)
