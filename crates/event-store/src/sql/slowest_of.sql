-- $1 logs, $2 names. How far each log goes, and how far the slowest of these subscriptions is in it; one that never ran is
-- at the start.
select h.log_id, h.position as head,
       case when count(c.name) = cardinality($2::text[]) then min(c.position) else 0 end as reached
  from log_head h left join checkpoints c on c.log_id = h.log_id and c.name = any($2)
 where h.log_id = any($1::integer[])
 group by h.log_id, h.position
