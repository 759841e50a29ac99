-- $1 search path, for the rest of the transaction.
select set_config('search_path', $1, true)
