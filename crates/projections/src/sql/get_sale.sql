-- $1 subscription, $2 log, $3 sale. One snapshot for the row and the checkpoint it is read at.
select (select position from checkpoints where name = $1 and log_id = $2) as applied,
       s.sale_id, s.store_id, s.register_no, s.receipt_series, s.receipt_number, s.occurred_at,
       s.recorded_at, s.business_date, s.local_hour, s.channel, s.currency, s.method, s.items,
       s.quantity_e4, s.gross_minor, s.discount_minor, s.total_minor, s.change_minor, s.customer, s.seller,
       s.voided_at, s.voided_on, s.void_reason, s.returned_minor, s.returned_e4, s.refunded_minor,
       s.position, s.last_position, s.version
  from sales s
 where s.sale_id = $3 and s.log_id = $2
