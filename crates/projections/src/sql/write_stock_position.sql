-- $1 log, $2 on: the columns of the balances, as arrays in the order below.
insert into stock_position as s (log_id, store_id, sku, version, last_position, quantity_e4, value_minor, average_minor,
                                 currency, last_date, short)
select $1, c.*
  from unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::text[],
              $10::date[], $11::boolean[]) c
    on conflict (store_id, sku, log_id) do update
   set version = excluded.version,
       last_position = excluded.last_position,
       quantity_e4 = excluded.quantity_e4,
       value_minor = excluded.value_minor,
       average_minor = excluded.average_minor,
       currency = coalesce(excluded.currency, s.currency),
       last_date = excluded.last_date,
       short = excluded.short
