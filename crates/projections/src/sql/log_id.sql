-- $1 name of the log.
select log_id from log_head where name = $1
