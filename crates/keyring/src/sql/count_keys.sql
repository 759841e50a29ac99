-- How many persons have a key in the log $1, by class.
select class, count(*) as keys from subject_keys where log_id = $1 group by class order by class
