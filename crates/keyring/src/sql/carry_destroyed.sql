-- $1 log, $2 parts as in sums_of_keys.sql, $3 the log's number on the other side.
copy (select $3::integer, key_id, subject_id, class, destroyed_at
        from destroyed_keys where log_id = $1 and get_byte(uuid_send(key_id), 15) in ($2))
  to stdout (format binary)
