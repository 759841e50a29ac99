-- $1 memory for each sort or set of rows, such as 64kB; until the end of the transaction.
select set_config('work_mem', $1, true)
