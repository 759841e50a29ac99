-- $1 log, $2 kind, $3 id.
select name from names where id = $3 and kind = $2 and log_id = $1
