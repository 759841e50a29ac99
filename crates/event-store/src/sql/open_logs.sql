-- The logs with events that take appends here, each with how it begins.
select h.name, (select c.hash from commits c where c.log_id = h.log_id order by c.first_position limit 1) as beginning
  from log_head h
 where h.position > 0 and (h.closed is null or h.closed_until <= clock_timestamp())
 order by h.name
