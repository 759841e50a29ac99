-- $1 log, $2 on: the columns of the movements, as arrays in the order below.
insert into stock_movements (log_id, store_id, sku, position, version, occurred_at, recorded_at, business_date,
                             latest_date, quantity_e4, value_minor, settled_minor, balance_e4, balance_minor, kind,
                             document, currency, provisional, estimated)
select $1, c.*
  from unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::timestamptz[], $8::date[],
              $9::date[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::text[],
              $16::text[], $17::text[], $18::boolean[], $19::boolean[]) c
