-- $1 log, $2 on: position, stream, type, problem, projection and build or null for the live one, as arrays.
insert into parked_events (projection, log_id, build, position, stream, event_type, problem)
select e.projection, $1, coalesce(e.build, b.build), e.position, e.stream, e.event_type, e.problem
  from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::integer[])
       e(position, stream, event_type, problem, projection, build)
  left join read_model_builds b on b.projection = e.projection and b.log_id = $1
