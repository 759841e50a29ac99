-- As export_log.sql, with empty metadata.
copy (select position, version, recorded_at, event_id, schema_version, stream, type, data, ''
        from events where log_id = $1 and position > $2 and position <= $3 order by position)
  to stdout (format binary)
