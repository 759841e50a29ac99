-- $1 table, $2 log.
select start_read_model($1, $2) as schema
