-- $1 log.
select position, chain_hash, updated_at from log_head where log_id = $1
