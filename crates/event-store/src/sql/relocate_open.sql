-- $1 log, which was copied to here.
update log_head set closed = null, closed_until = null where log_id = $1 and closed = 'arriving'
