-- $1 log.
select position, chain_hash, closed, closed_until > clock_timestamp() as is_closed from log_head where log_id = $1
