-- $1 subscription, $2 log, $3 store, $4 SKU, $5 first day, $6 last day, $7 only movements up to this position, $8 position
-- after which the page begins, $9 limit.
select (select position from checkpoints where name = $1 and log_id = $2) as applied,
       m.position, m.version, m.kind, m.document, m.occurred_at, m.recorded_at, m.business_date,
       m.latest_date, m.quantity_e4, m.value_minor, m.settled_minor, m.balance_e4, m.balance_minor,
       m.currency, m.provisional, m.estimated
  from stock_movements m
 where m.log_id = $2 and m.store_id = $3 and m.sku = $4
   and m.position > $8 and m.position <= $7
   and m.business_date >= $5 and m.business_date <= $6
 order by m.position
 limit $9
