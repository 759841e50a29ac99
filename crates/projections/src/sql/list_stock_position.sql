-- $1 subscription, $2 log, $3 store or null, $4 SKU or null, $5 only what is short, $6 and $7 store and SKU after which
-- the page begins, $8 limit. Bounds and branches as in list_sales; the
-- name is a look of its own, because a join of tables without statistics may read them whole.
with page as (
    (select * from stock_position
      where log_id = $2 and $3::text is null and (store_id, sku) > ($6::text, $7::text)
        and (short or not $5::boolean) and ($4::text is null or sku = $4)
      order by store_id, sku
      limit $8)
    union all
    (select * from stock_position
      where log_id = $2 and store_id = $3 and (store_id, sku) > ($6::text, $7::text)
        and (short or not $5::boolean) and ($4::text is null or sku = $4)
      order by store_id, sku
      limit $8)
)
select (select position from checkpoints where name = $1 and log_id = $2) as applied,
       coalesce((select n.name from names n where n.id = p.sku and n.kind = 'product' and n.log_id = $2), p.sku)
           as product_name,
       p.*
  from page p
 order by p.store_id, p.sku
