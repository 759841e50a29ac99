-- $1 subscription, $2 log, $3 store, $4 SKU, $5 first day, $6 last day, $7 only movements up to this position, $8 position
-- after which the page begins, $9 limit.
select (select position from checkpoints where name = $1 and log_id = $2) as applied, m.*
  from stock_movements m
 where m.log_id = $2 and m.store_id = $3 and m.sku = $4
   and m.position > $8 and m.position <= $7
   and m.business_date >= $5 and m.business_date <= $6
 order by m.position
 limit $9
