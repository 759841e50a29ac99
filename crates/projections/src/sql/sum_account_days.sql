-- $1 subscription, $2 log, $3 first and $4 last accounting date, $5 store or null, $6 cost centre or null. Sums over all days
-- up to the last, those before the first apart.
select (select position from checkpoints where name = $1 and log_id = $2) as applied,
       account, store_id, cost_center,
       sum(case when accounting_date < $3 then debit_minor - credit_minor else 0 end)::bigint as opening_minor,
       sum(case when accounting_date >= $3 then debit_minor else 0 end)::bigint as debit_minor,
       sum(case when accounting_date >= $3 then credit_minor else 0 end)::bigint as credit_minor
  from account_days
 where log_id = $2 and accounting_date <= $4
   and ($5::text is null or store_id = $5) and ($6::text is null or cost_center = $6)
 group by account, store_id, cost_center
 order by account, store_id, cost_center
