-- $1 text: a duration such as '5s', for the rest of the session (set cannot take binds, set_config can).
select set_config('lock_timeout', $1::text, false)
