-- $1 log, $2 its head: an event before the first position, the first event and the first commit beyond the head.
select (select min(position) from events where log_id = $1 and position < 1) as before,
       (select min(position) from events where log_id = $1 and position > $2) as event,
       (select min(first_position) from commits where log_id = $1 and first_position > $2) as commit
