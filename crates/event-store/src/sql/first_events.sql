-- $1 log, $2 streams. Only streams that exist are looked for among the events.
select u.ord::integer as ord, e.position, e.stream, e.version, e.event_id, e.type, e.schema_version,
       e.data, e.metadata, e.recorded_at
  from unnest($2::text[]) with ordinality u(stream, ord)
  join streams s on s.stream = u.stream and s.log_id = $1
 cross join lateral (select t.position, t.stream, t.version, t.event_id, t.type, t.schema_version, t.data,
                            t.metadata, t.recorded_at
                       from events t
                      where t.stream = s.stream and t.log_id = $1 and t.version = 1
                      limit 1) e
