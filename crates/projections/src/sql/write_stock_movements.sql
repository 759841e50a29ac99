-- $1 log, $2 on: the columns of the movements, as arrays in the order below. The latest date so far may lie in the
-- rows that are there already; the subselect reads one row of the key.
insert into stock_movements (log_id, store_id, sku, position, version, occurred_at, recorded_at, business_date,
                             latest_date, quantity_e4, value_minor, settled_minor, balance_e4, balance_minor, kind,
                             document, currency, provisional, estimated)
select $1, c.store_id, c.sku, c.position, c.version, c.occurred_at, c.recorded_at, c.business_date,
       greatest(c.latest_date, (select m.latest_date
                                  from stock_movements m
                                 where m.store_id = c.store_id and m.sku = c.sku and m.log_id = $1
                                 order by m.position desc
                                 limit 1)),
       c.quantity_e4, c.value_minor, c.settled_minor, c.balance_e4, c.balance_minor, c.kind, c.document, c.currency,
       c.provisional, c.estimated
  from unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::timestamptz[], $8::date[],
              $9::date[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::text[],
              $16::text[], $17::text[], $18::boolean[], $19::boolean[])
       c(store_id, sku, position, version, occurred_at, recorded_at, business_date, latest_date, quantity_e4,
         value_minor, settled_minor, balance_e4, balance_minor, kind, document, currency, provisional, estimated)
