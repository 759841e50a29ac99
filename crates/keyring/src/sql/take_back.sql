-- Keys $2 of the log $1 that were made a moment ago and sealed nothing.
delete from subject_keys where log_id = $1 and key_id = any($2)
