-- Destroys the keys of a person, $2, for the classes $3 of the log $1, and says which they were. In the order in which keys
-- are made, so that the two do not wait for each other.
with gone as (
    delete from subject_keys
     where log_id = $1
       and key_id in (select key_id from subject_keys where log_id = $1 and subject_id = $2 and class = any($3)
                       order by class for update)
    returning key_id, subject_id, class
)
insert into destroyed_keys (log_id, key_id, subject_id, class)
select $1, key_id, subject_id, class from gone
on conflict do nothing
returning key_id
