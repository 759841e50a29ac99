-- $1 after this position, $2 up to this position, written in: COPY takes no binds.
copy (select position, version, recorded_at, event_id, schema_version, stream, type, data, metadata
        from events where log_id = 1 and position > $1 and position <= $2 order by position)
  to stdout (format binary)
