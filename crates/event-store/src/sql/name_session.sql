-- $1 is replaced by a name of letters and digits: by the simple protocol, which any pooler passes on.
select set_config('posars.session', '$1', false)
