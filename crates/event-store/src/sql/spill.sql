-- $1 rows, more than the memory of the session takes: the rest goes to a temporary file on the database's disk.
select count(*) from generate_series(1, $1)
