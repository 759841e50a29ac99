-- $1 subscription, $2 log. The first and the last day that something was posted to: one row from each end of the index.
select (select position from checkpoints where name = $1 and log_id = $2) as applied,
       (select d.accounting_date from account_days d where d.log_id = $2 order by d.accounting_date limit 1) as first,
       (select d.accounting_date from account_days d where d.log_id = $2 order by d.accounting_date desc limit 1) as last
