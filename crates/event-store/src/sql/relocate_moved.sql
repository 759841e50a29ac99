-- $1 log. It lives elsewhere now.
update log_head set closed = 'moved' where log_id = $1 and closed = 'leaving' and closed_until = 'infinity'
