-- $1 subscription, $2 log, $3 SKU.
select (select position from checkpoints where name = $1 and log_id = $2) as applied, p.*
  from products p
 where p.sku = $3 and p.log_id = $2
