-- $1 log, $2 on: sale, last position, version, returned, refunded, returned quantity, voided at, voided on, reason.
update sales s
   set last_position = c.last_position,
       version = c.version,
       returned_minor = s.returned_minor + c.returned_minor,
       refunded_minor = s.refunded_minor + c.refunded_minor,
       returned_e4 = s.returned_e4 + c.returned_e4,
       voided_at = coalesce(c.voided_at, s.voided_at),
       voided_on = coalesce(c.voided_on, s.voided_on),
       void_reason = coalesce(c.void_reason, s.void_reason)
  from unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::timestamptz[],
              $9::date[], $10::text[])
       c(sale_id, last_position, version, returned_minor, refunded_minor, returned_e4, voided_at, voided_on, void_reason)
 where s.sale_id = c.sale_id and s.log_id = $1
