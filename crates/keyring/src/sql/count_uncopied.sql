-- How many keys a copy would destroy: in the log $1, those behind $2 up to $3 that are not among $4 and older than the copy of
-- $5.
select count(*) as keys from subject_keys
 where log_id = $1 and key_id > $2 and key_id <= $3 and not key_id = any($4) and created_at <= $5
