-- $1 log.
select name, position from checkpoints where log_id = $1 order by name
