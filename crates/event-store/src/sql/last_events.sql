-- $1 log, $2 streams. By last_position, so that one partition is opened per stream and not all of them. Outer: a place
-- where the stream's event is not must be told, not passed over.
select u.ord::integer as ord, s.last_position as position, s.stream, s.version, e.event_id, e.type, e.schema_version,
       e.data, e.metadata, e.recorded_at
  from unnest($2::text[]) with ordinality u(stream, ord)
  join streams s on s.stream = u.stream and s.log_id = $1
  left join events e on e.log_id = $1 and e.position = s.last_position and e.stream = s.stream and e.version = s.version
