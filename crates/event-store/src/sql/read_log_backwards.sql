-- $1 log, $2 after this position, $3 up to this position, $4 category or null, $5 limit.
select position, stream, version, event_id, type, schema_version, data, metadata, recorded_at
  from events
 where log_id = $1 and position > $2 and position <= $3
   and ($4::text is null or split_part(stream, '-', 1) = $4)
 order by position desc
 limit $5
