-- $1 subscription, $2 log, $3 first day or null, $4 last day or null, $5 store or null, $6 only sales up to this
-- position or null, $7 and $8 business date and position of the last sale of the page before or null, $9 limit.
select (select position from checkpoints where name = $1 and log_id = $2) as applied,
       s.sale_id, s.store_id, s.register_no, s.receipt_series, s.receipt_number, s.occurred_at,
       s.recorded_at, s.business_date, s.local_hour, s.channel, s.currency, s.method, s.items,
       s.quantity_e4, s.gross_minor, s.discount_minor, s.total_minor, s.change_minor, s.customer, s.seller,
       s.voided_at, s.voided_on, s.void_reason, s.returned_minor, s.returned_e4, s.refunded_minor,
       s.position, s.last_position, s.version
  from sales s
 where s.log_id = $2
   and ($3::date is null or s.business_date >= $3)
   and ($4::date is null or s.business_date <= $4)
   and ($5::text is null or s.store_id = $5)
   and ($6::bigint is null or s.position <= $6)
   and ($7::date is null or (s.business_date, s.position) > ($7, $8::bigint))
 order by s.business_date, s.position
 limit $9
