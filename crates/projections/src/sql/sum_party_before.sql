-- $1 subscription, $2 log, $3 account, $4 accounting date, $5 store or null, $6 cost centre or null, $7 party. The balance
-- of the party before the day.
select (select position from checkpoints where name = $1 and log_id = $2) as applied,
       coalesce(sum(debit_minor - credit_minor), 0)::bigint as balance_minor
  from ledger_lines
 where log_id = $2 and party = $7 and account = $3 and accounting_date < $4
   and ($5::text is null or store_id = $5) and ($6::text is null or cost_center = $6)
