-- $1 text: name of the history table. Is it there, as this session's search path sees it?
select to_regclass($1::text) is not null
