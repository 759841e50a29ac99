-- $1 subscription, $2 log, $3 first and $4 last due date, $5 store or null. What is open by the day that it falls due, less
-- the part of the expected fee that is open with it; all that was due before in one row of each side without a day.
select (select position from checkpoints where name = $1 and log_id = $2) as applied,
       i.side, b.day,
       sum(i.open_minor - case when i.amount_minor = 0 then 0
                               else round(i.expected_fee_minor::numeric * i.open_minor / i.amount_minor) end)::bigint
           as net_minor
  from installments i
 cross join lateral (select case when i.due_date >= $3 then i.due_date end as day) b
 where i.log_id = $2 and i.side in ('receivable', 'payable') and i.open_minor <> 0 and i.due_date <= $4
   and ($5::text is null or i.store_id = $5)
 group by i.side, b.day
 order by i.side, b.day
