-- Every log, by name.
select name from log_head order by name
