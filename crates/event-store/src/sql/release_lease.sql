-- $1 name, $2 log, $3 epoch. The epoch stays, the next holder draws the one after it.
update checkpoints set lease_until = '-infinity', holder = null
 where name = $1 and log_id = $2 and epoch = $3
