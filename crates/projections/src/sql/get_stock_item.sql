-- $1 subscription, $2 log, $3 store, $4 SKU.
select (select position from checkpoints where name = $1 and log_id = $2) as applied,
       coalesce((select n.name from names n where n.id = p.sku and n.kind = 'product' and n.log_id = $2), p.sku)
           as product_name,
       p.*
  from stock_position p
 where p.store_id = $3 and p.sku = $4 and p.log_id = $2
