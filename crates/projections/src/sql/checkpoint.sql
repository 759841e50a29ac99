-- $1 subscription, $2 log.
select coalesce((select position from checkpoints where name = $1 and log_id = $2), 0) as position
