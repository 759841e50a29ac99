-- The keys of the person $2 in the log $1.
select class, last_used_on from subject_keys where log_id = $1 and subject_id = $2 order by class
