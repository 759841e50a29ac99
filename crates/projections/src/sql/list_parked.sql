-- $1 projection, $2 log, $3 stream or null, $4 limit.
select p.position, p.stream, p.event_type, p.problem, p.parked_at
  from read_model_builds b
  join parked_events p on p.projection = b.projection and p.log_id = b.log_id and p.build = b.build
 where b.projection = $1 and b.log_id = $2 and ($3::text is null or p.stream = $3)
 order by p.position
 limit $4
