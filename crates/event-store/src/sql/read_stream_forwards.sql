-- $1 log, $2 stream, $3 first version, $4 limit.
select position, stream, version, event_id, type, schema_version, data, metadata, recorded_at
  from events
 where stream = $2 and log_id = $1 and version >= $3
 order by version
 limit $4
