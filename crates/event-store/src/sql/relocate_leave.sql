-- $1 log, $2 for how many milliseconds. Behind the gate's row lock, so after every append that is under way.
update log_head
   set closed = 'leaving', closed_until = clock_timestamp() + $2::bigint * interval '1 millisecond'
 where log_id = $1
returning position
