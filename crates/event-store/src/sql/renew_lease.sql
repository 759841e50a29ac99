-- $1 name, $2 log, $3 epoch, $4 time to live in ms.
update checkpoints set lease_until = clock_timestamp() + $4::bigint * interval '1 millisecond'
 where name = $1 and log_id = $2 and epoch = $3
returning epoch
