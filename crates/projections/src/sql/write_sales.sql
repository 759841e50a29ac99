-- $1 log, $2 on: the columns of the recorded sales, as arrays in the order below.
insert into sales (log_id, sale_id, position, occurred_at, recorded_at, gross_minor, discount_minor, total_minor,
                   change_minor, quantity_e4, items, business_date, local_hour, store_id, register_no, receipt_series,
                   receipt_number, channel, currency, method, customer, seller, last_position, version, returned_minor,
                   refunded_minor, returned_e4, voided_at, voided_on, void_reason)
select $1, c.*
  from unnest($2::uuid[], $3::bigint[], $4::timestamptz[], $5::timestamptz[], $6::bigint[], $7::bigint[], $8::bigint[],
              $9::bigint[], $10::bigint[], $11::integer[], $12::date[], $13::smallint[], $14::text[], $15::text[],
              $16::text[], $17::text[], $18::text[], $19::text[], $20::text[], $21::text[], $22::text[], $23::bigint[],
              $24::bigint[], $25::bigint[], $26::bigint[], $27::bigint[], $28::timestamptz[], $29::date[],
              $30::text[]) c
    on conflict (sale_id, log_id) do nothing
