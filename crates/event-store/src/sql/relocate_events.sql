-- $1 log, $2 and $3 after and up to which position, $4 the log's number on the other side. The same bytes go in there.
copy (select $4::integer, position, version, recorded_at, event_id, schema_version, stream, type, data, metadata
        from events where log_id = $1 and position > $2 and position <= $3 order by position)
  to stdout (format binary)
