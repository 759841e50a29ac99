-- $1 log, $2 parts as in sums_of_keys.sql.
delete from destroyed_keys where log_id = $1 and get_byte(uuid_send(key_id), 15) = any($2)
