-- $1 log, $2 on: the columns of the changes, as arrays in the order below.
insert into daily_sales as d (log_id, business_date, store_id, method, currency, sales, payments, quantity_e4, gross_minor,
                              discount_minor, total_minor, returns, refund_minor, voids, void_minor, last_position)
select $1, c.*
  from unnest($2::date[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[],
              $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[]) c
    on conflict (business_date, store_id, method, currency, log_id) do update
   set sales = d.sales + excluded.sales,
       payments = d.payments + excluded.payments,
       quantity_e4 = d.quantity_e4 + excluded.quantity_e4,
       gross_minor = d.gross_minor + excluded.gross_minor,
       discount_minor = d.discount_minor + excluded.discount_minor,
       total_minor = d.total_minor + excluded.total_minor,
       returns = d.returns + excluded.returns,
       refund_minor = d.refund_minor + excluded.refund_minor,
       voids = d.voids + excluded.voids,
       void_minor = d.void_minor + excluded.void_minor,
       last_position = greatest(d.last_position, excluded.last_position)
