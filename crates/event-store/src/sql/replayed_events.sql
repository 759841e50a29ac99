-- $1 log, $2 first and $3 last positions of appends: the events that each one wrote, in order.
select r.ord, e.position, e.stream, e.version, e.event_id, e.type, e.schema_version, e.data, e.metadata, e.recorded_at
  from unnest($2::bigint[], $3::bigint[]) with ordinality r(first, last, ord)
 cross join lateral (select position, stream, version, event_id, type, schema_version, data, metadata, recorded_at
                       from events
                      where log_id = $1 and position between r.first and r.last
                      order by position offset 0) e
 order by r.ord, e.position
