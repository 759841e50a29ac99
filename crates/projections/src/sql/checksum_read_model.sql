-- $1 table, $2 log. The rows and the sum of their hashes, in the schema that the search path finds.
select rows, checksum from checksum_read_model($1, $2)
