-- $1 subscription, $2 log, $3 last business date. How many lines wait, and the product of the first of them.
select (select position from checkpoints where name = $1 and log_id = $2) as applied,
       count(*) as waiting,
       (array_agg(sku order by business_date, position))[1] as first,
       min(business_date) as first_date
  from waiting_lines
 where log_id = $2 and business_date <= $3
