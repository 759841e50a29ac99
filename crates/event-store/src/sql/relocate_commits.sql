-- $1 log, $2 and $3 after and up to which position, $4 the log's number on the other side. $2 and $3 are
-- borders of commits.
copy (select $4::integer, first_position, event_count, committed_at, leaves, hash
        from commits where log_id = $1 and first_position > $2 and first_position <= $3 order by first_position)
  to stdout (format binary)
