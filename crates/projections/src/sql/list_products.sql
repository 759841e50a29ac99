-- $1 subscription, $2 log, $3 GTIN of 14 digits or null, $4 NCM or null, $5 patterns that the searched text is like, all of
-- them, $6 retired or not or null, $7 SKU after which the page begins, $8 limit.
-- Bounds and branches as in list_sales: one for each index, of which the others find nothing.
with page as (
    (select * from products
      where log_id = $2 and $3::text is null and $4::text is null and sku > $7
        and searched like all($5::text[]) and ($6::boolean is null or retired = $6)
      order by sku
      limit $8)
    union all
    (select * from products
      where log_id = $2 and gtin_14 = $3 and ($4::text is null or ncm = $4) and sku > $7
        and searched like all($5::text[]) and ($6::boolean is null or retired = $6)
      order by sku
      limit $8)
    union all
    (select * from products
      where log_id = $2 and $3::text is null and ncm = $4 and sku > $7
        and searched like all($5::text[]) and ($6::boolean is null or retired = $6)
      order by sku
      limit $8)
)
select (select position from checkpoints where name = $1 and log_id = $2) as applied, p.*
  from page p
 order by p.sku
