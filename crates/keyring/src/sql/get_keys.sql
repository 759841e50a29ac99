-- $1 log, $2 ids of keys: those that are there, wrapped, and those that were destroyed, without.
select key_id, wrapped from subject_keys where log_id = $1 and key_id = any($2)
union all
select key_id, null from destroyed_keys where log_id = $1 and key_id = any($2)
