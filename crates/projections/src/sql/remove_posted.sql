-- $1 log, $2 what was waited for, $3 up to which place in the log that is over. One thing at a time: there are few, and a
-- join with several was planned to read the whole table.
delete from unposted where log_id = $1 and wait_key = $2 and position <= $3
