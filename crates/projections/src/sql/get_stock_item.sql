-- $1 subscription, $2 log, $3 store, $4 SKU.
select (select position from checkpoints where name = $1 and log_id = $2) as applied,
       coalesce((select n.name from names n where n.id = p.sku and n.kind = 'product' and n.log_id = $2), p.sku)
           as product_name,
       p.store_id, p.sku, p.version, p.last_position, p.quantity_e4, p.value_minor, p.average_minor,
       p.currency, p.last_date, p.short
  from stock_position p
 where p.store_id = $3 and p.sku = $4 and p.log_id = $2
