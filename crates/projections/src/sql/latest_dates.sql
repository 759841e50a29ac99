-- $1 log, $2 and $3 store and SKU of the stock cards asked about, as arrays. The place of each in the arrays, from 0,
-- with the latest date of the last movement on it; no row for a card without one. The subselect reads one row of the
-- key.
select k.place - 1 as place, m.latest_date
  from unnest($2::text[], $3::text[]) with ordinality k(store_id, sku, place)
 cross join lateral (select l.latest_date
                       from stock_movements l
                      where l.store_id = k.store_id and l.sku = k.sku and l.log_id = $1
                      order by l.position desc
                      limit 1) m
