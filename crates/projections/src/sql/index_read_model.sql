-- $1 table, $2 log.
select index_read_model($1, $2)
