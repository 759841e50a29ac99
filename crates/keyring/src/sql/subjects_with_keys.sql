-- Those of the people $2 of whom a key is there in the log $1.
select distinct subject_id from subject_keys where log_id = $1 and subject_id = any($2) order by subject_id
