-- $1 log, which was to leave and stays. One that has moved is not opened by this.
update log_head set closed = null, closed_until = null where log_id = $1 and closed = 'leaving'
