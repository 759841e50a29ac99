-- $1 log, $2 where it was, $3 where it is now, $4 its chain hash there, $5 the time of its last commit.
update log_head set position = $3, chain_hash = $4, updated_at = $5
 where log_id = $1 and position = $2 and closed = 'arriving'
