-- As export_log.sql, with empty metadata. $1 log, $2 after this position, $3 up to this position; COPY takes no binds,
-- the integers are written in.
copy (select position, version, recorded_at, event_id, schema_version, stream, type, data, left(type, 0)
        from events where log_id = $1 and position > $2 and position <= $3 order by position)
  to stdout (format binary)
