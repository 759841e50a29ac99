-- $1 log.
select ensure_read_models($1)
