-- $1 log, $2 on: sale, last position, version, returned, refunded, returned quantity, voided at, voided on, reason.
-- An insert of rows that are there, because a conflict is always found by the key: an update that joined the arrays was
-- planned while the table was empty, and read all of it for each page ever after. "offset 0" makes each sale a look of
-- its own. A sale that is not there stays so.
insert into sales as s (sale_id, log_id, position, last_position, version, occurred_at, recorded_at, gross_minor,
                        discount_minor, total_minor, change_minor, returned_minor, refunded_minor, quantity_e4, returned_e4,
                        items, business_date, local_hour, store_id, channel, currency, method, voided_at, voided_on,
                        void_reason)
select f.sale_id, f.log_id, f.position, c.last_position, c.version, f.occurred_at, f.recorded_at, f.gross_minor,
       f.discount_minor, f.total_minor, f.change_minor, c.returned_minor, c.refunded_minor, f.quantity_e4, c.returned_e4,
       f.items, f.business_date, f.local_hour, f.store_id, f.channel, f.currency, f.method, c.voided_at, c.voided_on,
       c.void_reason
  from unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::timestamptz[],
              $9::date[], $10::text[])
       c(sale_id, last_position, version, returned_minor, refunded_minor, returned_e4, voided_at, voided_on, void_reason)
 cross join lateral (select * from sales t where t.sale_id = c.sale_id and t.log_id = $1 offset 0) f
    on conflict (sale_id, log_id) do update
   set last_position = excluded.last_position,
       version = excluded.version,
       returned_minor = s.returned_minor + excluded.returned_minor,
       refunded_minor = s.refunded_minor + excluded.refunded_minor,
       returned_e4 = s.returned_e4 + excluded.returned_e4,
       voided_at = coalesce(excluded.voided_at, s.voided_at),
       voided_on = coalesce(excluded.voided_on, s.voided_on),
       void_reason = coalesce(excluded.void_reason, s.void_reason)
