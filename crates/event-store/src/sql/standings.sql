-- $1 names. Where each of these subscriptions stands in every log that is at home here; one that never ran is at the start.
select h.log_id, h.name as log, h.position as head, wanted.consumer, coalesce(c.position, 0) as reached
  from log_head h cross join unnest($1::text[]) as wanted (consumer)
  left join checkpoints c on c.log_id = h.log_id and c.name = wanted.consumer
 where coalesce(h.closed, '') not in ('arriving', 'moved')
