-- $1 subscription, $2 log, $3 SKU.
select (select position from checkpoints where name = $1 and log_id = $2) as applied,
       p.sku, p.name, p.gtin, p.ncm, p.unit, p.decimals, p.tracked, p.retired, p.position
  from products p
 where p.sku = $3 and p.log_id = $2
