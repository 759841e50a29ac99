-- $1 log, $2 position: is there an event after the last one that a commit vouches for?
select min(position) as position from events where log_id = $1 and position > $2
