-- $1 log, $2 name to go on after, $3 name to end before, $4 limit. The names between a category's "-" and the character
-- after it, in the order of the primary key.
select stream, version from streams
 where log_id = $1 and stream > $2 and stream < $3
 order by stream
 limit $4
