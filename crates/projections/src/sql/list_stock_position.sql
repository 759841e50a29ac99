-- $1 subscription, $2 log, $3 store or null, $4 SKU or null, $5 only what is short, $6 and $7 store and SKU of the
-- last row of the page before or null, $8 limit.
select (select position from checkpoints where name = $1 and log_id = $2) as applied,
       coalesce(n.name, p.sku) as product_name,
       p.store_id, p.sku, p.version, p.last_position, p.quantity_e4, p.value_minor, p.average_minor,
       p.currency, p.last_date, p.short
  from stock_position p
  left join names n on n.log_id = $2 and n.kind = 'product' and n.id = p.sku
 where p.log_id = $2
   and ($3::text is null or p.store_id = $3)
   and ($4::text is null or p.sku = $4)
   and (p.short or not $5::boolean)
   and ($6::text is null or (p.store_id, p.sku) > ($6, $7::text))
 order by p.store_id, p.sku
 limit $8
