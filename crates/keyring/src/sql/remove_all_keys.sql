-- $1 log. Its people's keys are elsewhere now; which were destroyed stays.
delete from subject_keys where log_id = $1
