-- $1 name, $2 log.
select position, epoch from checkpoints where name = $1 and log_id = $2
