-- $1 subscription, $2 log, $3 store, $4 SKU, $5 first day or null, $6 last day or null, $7 only movements up to this
-- position or null, $8 position of the last movement of the page before or null, $9 limit.
select (select position from checkpoints where name = $1 and log_id = $2) as applied,
       m.position, m.version, m.kind, m.document, m.occurred_at, m.recorded_at, m.business_date,
       m.latest_date, m.quantity_e4, m.value_minor, m.settled_minor, m.balance_e4, m.balance_minor,
       m.currency, m.provisional, m.estimated
  from stock_movements m
 where m.log_id = $2 and m.store_id = $3 and m.sku = $4
   and ($5::date is null or m.business_date >= $5)
   and ($6::date is null or m.business_date <= $6)
   and ($7::bigint is null or m.position <= $7)
   and ($8::bigint is null or m.position > $8)
 order by m.position
 limit $9
