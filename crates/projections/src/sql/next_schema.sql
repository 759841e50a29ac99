-- $1 log. From here to the end of the transaction the statements find the table of the rebuild.
select set_config('search_path', format('read_models_%s_next,', $1::integer) || current_setting('search_path'), true)
