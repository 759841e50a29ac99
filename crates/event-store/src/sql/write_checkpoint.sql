-- $1 name, $2 log, $3 epoch, $4 position, $5 time to live in ms. No row: the epoch is over. The row lock that
-- this takes makes a new holder wait until the transaction around it has ended.
update checkpoints set position = $4, updated_at = now(), lease_until = clock_timestamp() + $5::bigint * interval '1 millisecond'
 where name = $1 and log_id = $2 and epoch = $3
