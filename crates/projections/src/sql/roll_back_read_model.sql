-- $1 table, $2 log.
select roll_back_read_model($1, $2)
