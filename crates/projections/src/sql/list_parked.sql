-- $1 projection, $2 log, $3 stream or null, $4 limit.
select p.position, p.stream, p.event_type, p.problem, p.parked_at
  from parked_events p
 where p.projection = $1 and p.log_id = $2 and ($3::text is null or p.stream = $3)
   and p.build = (select b.build from read_model_builds b where b.projection = $1 and b.log_id = $2)
 order by p.position
 limit $4
