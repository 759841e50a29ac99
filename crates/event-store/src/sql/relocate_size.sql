-- $1 log. The bytes of its newest events stand for those of all.
select h.position as events,
       coalesce((select avg(octet_length(e.data) + octet_length(e.metadata) + octet_length(e.stream) + 100)
                   from events e where e.log_id = $1 and e.position > h.position - 1000), 0)::bigint as bytes_each
  from log_head h where h.log_id = $1
