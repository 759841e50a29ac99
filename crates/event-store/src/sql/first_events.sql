-- $1 log, $2 streams. By first_position, so that one partition is opened per stream and not all of them.
select u.ord::integer as ord, e.position, e.stream, e.version, e.event_id, e.type, e.schema_version,
       e.data, e.metadata, e.recorded_at
  from unnest($2::text[]) with ordinality u(stream, ord)
  join streams s on s.stream = u.stream and s.log_id = $1
  join events e on e.log_id = $1 and e.position = s.first_position
