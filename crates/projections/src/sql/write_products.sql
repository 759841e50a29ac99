-- $1 log, $2 on: the columns of the changes, as arrays in the order below; only SKU, retired and position where nothing
-- but a retirement is known. That keeps what the product was, and of a product that is not there makes none.
-- "offset 0" makes each product a look of its own, as in change_sales.
insert into products (log_id, sku, name, gtin, gtin_14, ncm, unit, searched, decimals, tracked, retired, position)
select $1, c.sku,
       case when c.name is null then k.name else c.name end,
       case when c.name is null then k.gtin else c.gtin end,
       case when c.name is null then k.gtin_14 else c.gtin_14 end,
       case when c.name is null then k.ncm else c.ncm end,
       case when c.name is null then k.unit else c.unit end,
       case when c.name is null then k.searched else c.searched end,
       case when c.name is null then k.decimals else c.decimals end,
       case when c.name is null then k.tracked else c.tracked end,
       c.retired, c.position
  from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::smallint[],
              $10::boolean[], $11::boolean[], $12::bigint[])
       c(sku, name, gtin, gtin_14, ncm, unit, searched, decimals, tracked, retired, position)
  left join lateral (select * from products t where t.sku = c.sku and t.log_id = $1 offset 0) k on true
 where c.name is not null or k.sku is not null
    on conflict (sku, log_id) do update
   set name = excluded.name,
       gtin = excluded.gtin,
       gtin_14 = excluded.gtin_14,
       ncm = excluded.ncm,
       unit = excluded.unit,
       searched = excluded.searched,
       decimals = excluded.decimals,
       tracked = excluded.tracked,
       retired = excluded.retired,
       position = excluded.position
