-- $1 logs. The head of each, for who attends to them.
select log_id, position from log_head where log_id = any($1::integer[])
