-- In the log $1, keys behind $2 up to $3 that are not among $4, though they are older than the copy of $5: they were
-- destroyed before it.
with gone as (
    delete from subject_keys
     where log_id = $1 and key_id > $2 and key_id <= $3 and not key_id = any($4) and created_at <= $5
    returning key_id, subject_id, class
)
insert into destroyed_keys (log_id, key_id, subject_id, class)
select $1, key_id, subject_id, class from gone
on conflict do nothing
returning key_id
