-- $1 log, $2 parts as in sums_of_keys.sql, $3 the log's number on the other side.
copy (select $3::integer, digest, key_id, class
        from subject_finders where log_id = $1 and get_byte(uuid_send(key_id), 15) in ($2))
  to stdout (format binary)
