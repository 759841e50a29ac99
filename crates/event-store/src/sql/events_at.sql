-- $1 log, $2 positions. "offset 0" makes each event a look of its own, and the array comes by a subquery, for the reasons
-- that last_events.sql gives.
select u.position, e.stream, e.version, e.event_id, e.type, e.schema_version, e.data, e.metadata, e.recorded_at
  from unnest((select $2::bigint[])) u(position)
 cross join lateral (select v.stream, v.version, v.event_id, v.type, v.schema_version, v.data, v.metadata, v.recorded_at
                       from events v where v.log_id = $1 and v.position = u.position offset 0) e
 order by u.position
