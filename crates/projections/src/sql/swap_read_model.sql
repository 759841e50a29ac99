-- $1 table, $2 log.
select swap_read_model($1, $2)
