-- $1 log, as text: the one log whose rows this session may see and append to.
select set_config('posars.log_id', $1, false)
