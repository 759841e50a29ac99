-- $1 subscription, $2 log. The runner takes the same lock first in every page: until this transaction ends the live
-- read model stands still.
select position from checkpoints where name = $1 and log_id = $2 for update
