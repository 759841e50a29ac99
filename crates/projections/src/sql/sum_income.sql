-- $1 subscription, $2 log, $3 and $4 first and last accounting date, $5 and $6 the same of the span to compare with, $7 what
-- a column is of, $8 store or null, $9 cost centre or null. What each account came to in each column: debits less credits.
select (select position from checkpoints where name = $1 and log_id = $2) as applied,
       d.account, s.is_compared, c.column_of,
       sum(d.debit_minor - d.credit_minor)::bigint as balance_minor
  from (values (false, $3::date, $4::date), (true, $5::date, $6::date)) s(is_compared, first, last)
  join account_days d on d.log_id = $2 and d.accounting_date >= s.first and d.accounting_date <= s.last
 cross join lateral (select case $7::text
                                 when 'month' then to_char(d.accounting_date, 'YYYY-MM')
                                 when 'store' then d.store_id
                                 when 'cost_center' then d.cost_center
                                 else ''
                            end as column_of) c
 where ($8::text is null or d.store_id = $8) and ($9::text is null or d.cost_center = $9)
 group by d.account, s.is_compared, c.column_of
 order by d.account, s.is_compared, c.column_of
